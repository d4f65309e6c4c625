#include <sys/statvfs.h>

#include <nlohmann/json.hpp>

#include "firmware/daemon/control_api.hpp"
#include "firmware/daemon/version.hpp"
#include "firmware/tls/identity.hpp"

namespace linli::daemon {
namespace {

using base::Json;

struct Verdict {
  std::string verdict = "ok";  // ok, warn, fail
  std::string what;
  std::string next;
};

Json check(std::string_view layer, std::string_view check_name, const Verdict& verdict) {
  return {{"layer", std::string(layer)},
          {"name", std::string(check_name)},
          {"verdict", verdict.verdict},
          {"what", verdict.what},
          {"next", verdict.next}};
}

Verdict disk(const std::string& directory) {
  struct statvfs status {};
  if (statvfs(directory.c_str(), &status) != 0)
    return {"fail", "cannot look at " + directory, "does the data directory exist?"};
  const auto free_percent = status.f_blocks == 0 ? 0 : status.f_bavail * 100 / status.f_blocks;
  const std::string what = fmt::format("{} % of the partition is free", free_percent);
  if (free_percent < 10)
    return {"warn", what, "free some space: below the reserve, old telemetry is dropped"};
  return {"ok", what, ""};
}

Verdict certificate(const std::string& file, std::int64_t now_s) {
  const auto info = tls::read_certificate(file);
  if (!info) return {"warn", info.error().what, "linlictl keys init makes what is missing"};
  const auto days = tls::days_left(info->not_after_unix_s, now_s);
  if (days < 0)
    return {"fail", file + " has expired", "replace it: linlictl keys show, linlictl keys rotate"};
  const bool soon = tls::expiry_warning(info->not_after_unix_s, now_s) != tls::ExpiryWarning::kNone;
  return {soon ? "warn" : "ok", fmt::format("{} days left", days),
          soon ? "replace it before it ends" : ""};
}

Verdict connection(bool up, const std::string& error, std::string_view next) {
  return up ? Verdict{"ok", "connected", ""}
            : Verdict{"fail", error.empty() ? "not connected yet" : error, std::string(next)};
}

// A link that is up may still have something to say: on CoAP, that commands are not heard.
Verdict link_verdict(const ports::LinkStatus& link) {
  if (link.up && !link.last_error.empty())
    return {"warn", link.last_error, "look at the platform: events go up, commands do not come"};
  return connection(link.up, link.last_error, "devices and doors go on; events wait in the outbox");
}

Json link_json(const ports::PlatformLink* link, const Config::Platform& config) {
  if (link == nullptr) return {{"link", "off"}, {"up", false}};
  const ports::LinkStatus status = link->status();
  return {{"link", config.link},
          {"up", status.up},
          {"peer", status.peer},
          {"last_error", status.last_error},
          {"attempts", status.attempts},
          {"sent_batches", status.sent_batches},
          {"sent_events", status.sent_events}};
}

Verdict logins_verdict(const core::LoginKeeper::Counts& counts) {
  if (counts.without_secret > 0) {
    return {"warn", fmt::format("{} registered devices have no login", counts.without_secret),
            "linlictl device replace gives each of them a new password"};
  }
  if (counts.checks == 0) return {"warn", "not compared yet", "the site broker must be reached"};
  return {"ok", fmt::format("{} mended", counts.granted + counts.revoked), ""};
}

// Only a site with CoAP devices has something to check.
Verdict coap_verdict(const Json& coap, std::size_t without_key) {
  if (!coap["up"].get<bool>()) {
    return {"fail", coap["last_error"].get<std::string>(),
            "free the port, or choose another with coap.port"};
  }
  if (without_key > 0) {
    return {"warn", fmt::format("{} registered devices have no key", without_key),
            "linlictl device replace gives each of them a new one"};
  }
  if (coap.contains("warning"))
    return {"warn", coap["warning"].get<std::string>(), "give the devices keys: coap.plain_port 0"};
  return {"ok",
          fmt::format("{} devices, {} listen, {} registered with LwM2M", coap["devices"].dump(),
                      coap["observations"].dump(), coap["lwm2m"]["registered"].dump()),
          ""};
}

Verdict bus_verdict(const Json& bus) {
  const auto readers = bus["readers"].get<std::size_t>();
  const auto online = bus["online"].get<std::size_t>();
  const auto in_clear = bus["in_clear"].get<std::size_t>();
  if (readers == 0) return {"ok", "no reader is registered", ""};
  if (!bus["up"].get<bool>()) {
    return {"fail", bus["last_error"].get<std::string>(),
            "look at plug, converter and network, then at osdp.buses"};
  }
  if (online < readers) {
    return {"warn", fmt::format("{} of {} online", online, readers),
            "linlictl device show says why in 'trouble'"};
  }
  if (in_clear > 0) {
    return {"warn",
            fmt::format("{} readers speak in clear: cards and doors can be forged", in_clear),
            "give each a key: linlictl osdp key ID"};
  }
  return {"ok", fmt::format("{} readers, each with a key of its own", readers), ""};
}

// Only a site with terminals has something to check.
Verdict terminals_verdict(const Json& terminals) {
  const auto all = terminals["terminals"].get<std::size_t>();
  const auto done = terminals["in_effect"].get<std::size_t>();
  if (done == all) return {"ok", fmt::format("persons are in effect at {} of {}", done, all), ""};
  return {
      "warn",
      fmt::format("persons are in effect at {} of {}, {} offline", done, all,
                  terminals["offline"].dump()),
      "linlictl terminal status shows who is refused or waits; offline ones follow by themselves"};
}

Verdict store_verdict(const ports::StoreStats& stats) {
  if (stats.health == ports::StoreHealth::kOk)
    return {"ok", fmt::format("{} commits", stats.commits), ""};
  return {"fail", stats.trouble,
          "look at the disk: nothing is acknowledged until the store works again"};
}

Json deletion_json(const core::RetentionKeeper::ClassStatus& status) {
  if (!status.last) return {};
  const core::Deletion& last = *status.last;
  Json json{{"at", domain::rfc3339(last.at_ms)}, {"rows", last.rows}};
  if (streams_of(status.data).empty()) return json;
  // Of the journal went all that was written before.
  json["before"] = domain::rfc3339(last.mark.unix_ms);
  json["clock"] = std::string(domain::name(last.mark.quality));
  return json;
}

// Days are days of running; what there was to delete last.
Json retention_json(const core::RetentionKeeper::Status& now) {
  Json classes = Json::array();
  for (const auto& each : now.classes) {
    classes.push_back({{"class", std::string(name(each.data))},
                       {"days", each.days},
                       {"last", deletion_json(each)}});
  }
  return {{"ran_days", now.ran_s / core::kDayS},
          {"trouble", now.trouble},
          {"classes", std::move(classes)}};
}

Verdict retention_verdict(const core::RetentionKeeper::Status& now) {
  if (!now.trouble.empty()) {
    return {"warn", now.trouble,
            "what was kept long enough is deleted as soon as the store works again"};
  }
  std::string what;
  for (const auto& each : now.classes)
    what += fmt::format("{}{} {}", what.empty() ? "" : ", ", name(each.data), each.days);
  return {"ok", fmt::format("days kept: {}; {} days run", what, now.ran_s / core::kDayS), ""};
}

struct Streams {
  Json each = Json::array();
  std::uint64_t given_out = 0;
  std::uint64_t wait = 0;
};

Streams streams_of(const ports::StoreStats& store) {
  Streams all;
  for (const domain::Stream stream : domain::kStreams) {
    const ports::StreamStats& stats = store.streams.at(domain::index_of(stream));
    all.given_out += stats.last;
    all.wait += ports::waiting(stats);
    all.each.push_back({{"stream", std::string(domain::name(stream))},
                        {"first", stats.first},
                        {"last", stats.last},
                        {"waiting", ports::waiting(stats)},
                        {"bytes", stats.bytes},
                        {"dropped", stats.dropped}});
  }
  return all;
}

Json store_json(const ports::StoreStats& store, const std::string& epoch) {
  return {{"health", std::string(name(store.health))},
          {"epoch", epoch},
          {"trouble", store.trouble},
          {"file_bytes", store.file_bytes},
          {"commits", store.commits},
          {"turns", store.turns}};
}

}  // namespace

Json ControlApi::status() const {
  const Config& config = gateway_.config();
  const ports::StoreStats store = gateway_.store().stats();
  const auto [streams, given_out, waits] = streams_of(store);
  const core::LedgerCounts commands = gateway_.ledger().counts();
  const core::IntakeCounts& intake = gateway_.intake().counts();
  const net::MqttStatus broker = gateway_.mqtt().broker_status();
  Json json = {
      {"version", kVersion},
      {"gateway", config.gateway.id},
      {"site", config.gateway.site},
      {"uptime_s", base::to_ms(base::Clock::now() - gateway_.started()) / 1000},
      {"health", std::string(name(store.health))},
      {"devices", {{"total", gateway_.devices().size()}, {"online", gateway_.devices().online()}}},
      {"events", {{"accepted", given_out}, {"delivered", given_out - waits}, {"waiting", waits}}},
      {"intake",
       {{"reports", intake.reports},
        {"duplicates", intake.duplicates},
        {"rejected", intake.rejected},
        {"throttled", intake.throttled},
        {"presentations", intake.presentations}}},
      {"streams", streams},
      {"commands", {{"open", commands.open}, {"total", commands.total}}},
      {"broker",
       {{"up", broker.up},
        {"peer", broker.peer},
        {"last_error", broker.last_error},
        {"redelivered", gateway_.mqtt().counts().redelivered}}},
      {"coap", gateway_.coap().status()},
      {"osdp", gateway_.osdp().status()},
      {"terminals", gateway_.terminals().status()},
      {"console", gateway_.console() == nullptr ? Json{{"up", false}, {"listen", "off"}}
                                                : gateway_.console()->status()},
      {"store", store_json(store, gateway_.store().epoch())},
      {"retention", retention_json(gateway_.history().retention().status())},
      {"clock", {{"quality", std::string(domain::name(gateway_.clock().now().quality))}}},
  };
  json["platform"] = link_json(gateway_.link(), config.platform);
  return json;
}

Json ControlApi::doctor() const {
  const Config& config = gateway_.config();
  const domain::EventTime now = gateway_.clock().now();
  const ports::StoreStats stats = gateway_.store().stats();
  const net::MqttStatus broker = gateway_.mqtt().broker_status();
  Json checks = Json::array();
  checks.push_back(check("machine", "disk", disk(config.data_dir)));
  const bool synchronised = now.quality == domain::TimeQuality::kSynchronised;
  checks.push_back(check(
      "machine", "clock",
      synchronised
          ? Verdict{"ok", "synchronised", ""}
          : Verdict{"warn", "not synchronised: event times are marked so",
                    "is chrony or systemd-timesyncd running, and does it reach its servers?"}));
  checks.push_back(check("store", "database", store_verdict(stats)));
  checks.push_back(
      check("store", "retention", retention_verdict(gateway_.history().retention().status())));
  for (const NamedCertificate& each : gateway_.certificates())
    checks.push_back(check(each.layer, each.name, certificate(each.file, now.unix_ms / 1000)));
  checks.push_back(check("site", "broker",
                         connection(broker.up, broker.last_error,
                                    "is the site broker running? systemctl status linli-broker")));
  const auto total = gateway_.devices().size();
  const auto online = gateway_.devices().online();
  const std::string count = fmt::format("{} of {} online", online, total);
  checks.push_back(check(
      "site", "devices",
      online == total
          ? Verdict{"ok", count, ""}
          : Verdict{"warn", count, "linlictl device list shows which are silent, and since when"}));
  checks.push_back(check("site", "logins", logins_verdict(gateway_.logins().counts())));
  if (const ConsoleParts* const console = gateway_.console()) {
    const console::ServerStatus server = console->server();
    checks.push_back(
        check("console", "https",
              server.is_listening
                  ? Verdict{"ok", fmt::format("port {}", server.port), ""}
                  : Verdict{"fail", server.last_error, "devices and doors go on without it"}));
  }
  if (const Json coap = gateway_.coap().status(); coap["devices"] != 0)
    checks.push_back(check("site", "coap", coap_verdict(coap, gateway_.coap().without_key())));
  if (const Json terminals = gateway_.terminals().status(); terminals["terminals"] != 0)
    checks.push_back(check("site", "terminals", terminals_verdict(terminals)));
  for (const Json& bus : gateway_.osdp().status())
    checks.push_back(
        check("site", "readers on " + bus["bus"].get<std::string>(), bus_verdict(bus)));
  if (gateway_.link() == nullptr) {
    checks.push_back(
        check("platform", "link",
              {"warn", "switched off: events are kept until their quota", "set platform.link"}));
  } else {
    const ports::LinkStatus link = gateway_.link()->status();
    checks.push_back(check("platform", "link", link_verdict(link)));
  }
  return {{"checks", std::move(checks)}};
}

}  // namespace linli::daemon
