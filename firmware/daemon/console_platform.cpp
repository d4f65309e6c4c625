#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "drivers/catalog.hpp"
#include "firmware/base/number.hpp"
#include "firmware/daemon/changes.hpp"
#include "firmware/daemon/console_house.hpp"
#include "firmware/daemon/version.hpp"
#include "firmware/storage/schema.hpp"

// The longer answers of ConsoleHouse: platform, operations, metrics.
namespace linli::daemon {
namespace {

using base::Json;
using console::api::MetricFamily;

// Resident pages by the kernel's own count; 0 if it does not say.
std::int64_t memory_kb() {
  const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  std::array<char, 128> text{};
  const auto size = read(file, text.data(), text.size() - 1);
  close(file);
  if (size <= 0) return 0;
  std::string_view rest(text.data(), static_cast<std::size_t>(size));
  rest.remove_prefix(std::min(rest.find(' ') + 1, rest.size()));
  const auto pages = base::parse_number<std::int64_t>(rest.substr(0, rest.find(' ')));
  return pages.value_or(0) * sysconf(_SC_PAGESIZE) / 1024;
}

Json time_or_null(std::optional<std::int64_t> unix_ms) {
  return unix_ms ? Json(domain::rfc3339(*unix_ms)) : Json();
}

MetricFamily gauge(const char* name, const char* help, double value) {
  return {name, help, MetricFamily::Kind::kGauge, {{{}, value}}};
}

template <class Number>
MetricFamily counter(const char* name, const char* help, Number value) {
  return {name, help, MetricFamily::Kind::kCounter, {{{}, static_cast<double>(value)}}};
}

template <class Count>
MetricFamily by_stream(const char* name, const char* help, MetricFamily::Kind kind,
                       const ports::StoreStats& stats, Count count) {
  MetricFamily family{name, help, kind};
  for (const domain::Stream stream : domain::kStreams) {
    family.samples.push_back(
        {{{"stream", std::string(domain::name(stream))}},
         static_cast<double>(count(stats.streams.at(domain::index_of(stream))))});
  }
  return family;
}

MetricFamily intake_messages(const core::IntakeCounts& counts) {
  const auto taken = counts.reports - counts.duplicates - counts.rejected;
  return {"linli_intake_messages",
          "Messages of devices by what became of them.",
          MetricFamily::Kind::kCounter,
          {{{{"result", "taken"}}, static_cast<double>(taken)},
           {{{"result", "duplicate"}}, static_cast<double>(counts.duplicates)},
           {{{"result", "rejected"}}, static_cast<double>(counts.rejected)},
           {{{"result", "throttled"}}, static_cast<double>(counts.throttled)},
           {{{"result", "not_stored"}}, static_cast<double>(counts.failed)}}};
}

MetricFamily refused_by_console(const console::ServerCounts& counts) {
  MetricFamily family{"linli_console_refused",
                      "Connections and requests that the console's server turned away.",
                      MetricFamily::Kind::kCounter};
  for (std::size_t i = 0; i < console::kRefusedCount; ++i) {
    const auto reason = static_cast<console::Refused>(i);
    family.samples.push_back(
        {{{"reason", std::string(console::name(reason))}}, static_cast<double>(counts.of(reason))});
  }
  return family;
}

void add_store(std::vector<MetricFamily>& all, const ports::StoreStats& stats) {
  using Kind = MetricFamily::Kind;
  all.push_back(by_stream("linli_outbox_events", "Events that wait for the platform.", Kind::kGauge,
                          stats, ports::waiting));
  all.push_back(by_stream("linli_outbox_bytes", "Their size.", Kind::kGauge, stats,
                          [](const ports::StreamStats& each) { return each.bytes; }));
  all.push_back(by_stream("linli_outbox_dropped_events", "Events that had to be dropped.",
                          Kind::kCounter, stats,
                          [](const ports::StreamStats& each) { return each.dropped; }));
  all.push_back(gauge("linli_store_healthy", "1 if everything that comes is stored.",
                      stats.health == ports::StoreHealth::kOk ? 1 : 0));
  all.push_back(
      gauge("linli_store_bytes", "Size of the database.", static_cast<double>(stats.file_bytes)));
  all.push_back(counter("linli_store_commits", "Transactions.", stats.commits));
}

// Days of running by which deletion counts, and whether it works.
void add_retention(std::vector<MetricFamily>& all, const core::RetentionKeeper::Status& now) {
  all.push_back(counter("linli_retention_running_seconds",
                        "How long the gateway has run with this database.",
                        static_cast<std::uint64_t>(now.ran_s)));
  all.push_back(gauge("linli_retention_healthy", "1 if what was kept long enough could be deleted.",
                      now.trouble.empty() ? 1 : 0));
  MetricFamily last{"linli_retention_last_deleted_events",
                    "Events that the last run of each class deleted."};
  for (const auto& each : now.classes) {
    last.samples.push_back({{{"class", std::string(name(each.data))}},
                            each.last ? static_cast<double>(each.last->rows) : 0});
  }
  all.push_back(std::move(last));
}

void add_links(std::vector<MetricFamily>& all, Gateway& gateway) {
  const core::LedgerCounts commands = gateway.ledger().counts();
  const ports::LinkStatus link =
      gateway.link() == nullptr ? ports::LinkStatus{} : gateway.link()->status();
  const bool synchronised = gateway.clock().now().quality == domain::TimeQuality::kSynchronised;
  all.push_back(
      gauge("linli_commands_open", "Commands on their way.", static_cast<double>(commands.open)));
  all.push_back(counter("linli_commands", "Commands that were asked for.", commands.total));
  all.push_back(gauge("linli_broker_up", "1 if the site broker is connected.",
                      gateway.mqtt().broker_status().up ? 1 : 0));
  all.push_back(gauge("linli_platform_wanted", "1 if a link to a platform is configured.",
                      gateway.link() == nullptr ? 0 : 1));
  all.push_back(gauge("linli_platform_up", "1 if the platform is connected.", link.up ? 1 : 0));
  all.push_back(counter("linli_platform_sent_events",
                        "Events handed to the platform, repeats included.", link.sent_events));
  all.push_back(
      gauge("linli_clock_synchronised", "1 if the time can be trusted.", synchronised ? 1 : 0));
}

void add_console(std::vector<MetricFamily>& all, const console::ServerCounts& counts) {
  all.push_back(counter("linli_console_requests", "Requests to the console.", counts.requests));
  all.push_back(gauge("linli_console_connections", "Connections to the console.",
                      static_cast<double>(counts.connections)));
  all.push_back(refused_by_console(counts));
}

}  // namespace

// The oldest event of each stream is read, one stream after the other.
struct ConsoleHouse::OldestRun {
  base::Done<Json> done;
  std::size_t next = 0;
  std::map<domain::Stream, std::int64_t> oldest = {};
};

std::uint64_t ConsoleHouse::waiting() const {
  std::uint64_t all = 0;
  for (const ports::StreamStats& stream : gateway_.store().stats().streams)
    all += ports::waiting(stream);
  return all;
}

void ConsoleHouse::platform(base::Done<Json> done) {
  read_oldest(std::make_shared<OldestRun>(OldestRun{std::move(done)}));
}

void ConsoleHouse::read_oldest(const std::shared_ptr<OldestRun>& run) {
  if (run->next == domain::kStreams.size()) return std::move(run->done)(platform_json(run->oldest));
  const domain::Stream stream = domain::kStreams.at(run->next++);
  const std::uint64_t first = gateway_.store().stats().streams.at(domain::index_of(stream)).first;
  gateway_.store().read_outbox(
      stream, first, 1,
      [this, run, stream](const base::Result<std::vector<ports::ChunkPtr>>& chunks) {
        if (chunks && !chunks->empty() && !chunks->front()->records.empty()) {
          domain::RecordReader reader(chunks->front()->records, stream);
          if (const auto event = reader.next()) run->oldest[stream] = event->time.unix_ms;
        }
        read_oldest(run);
      });
}

Json ConsoleHouse::streams_json(const std::map<domain::Stream, std::int64_t>& oldest) const {
  const ports::StoreStats store = gateway_.store().stats();
  Json all = Json::array();
  for (const domain::Stream stream : domain::kStreams) {
    const ports::StreamStats& stats = store.streams.at(domain::index_of(stream));
    const auto found = oldest.find(stream);
    const bool waits = ports::waiting(stats) > 0 && found != oldest.end();
    all.push_back({{"class", domain::name(stream)},
                   {"waiting", ports::waiting(stats)},
                   {"bytes", stats.bytes},
                   {"first", stats.first},
                   {"last", stats.last},
                   {"dropped", stats.dropped},
                   {"oldest", waits ? Json(domain::rfc3339(found->second)) : Json()}});
  }
  return all;
}

Json ConsoleHouse::certificates_json() const {
  const std::int64_t now_s = gateway_.clock().now().unix_ms / 1000;
  Json all = Json::array();
  for (const Certificate& each : certificates_) {
    Json json = {{"name", each.name},    {"layer", each.layer},  {"subject", ""},
                 {"not_after", nullptr}, {"days_left", nullptr}, {"level", "over"}};
    if (each.info) {
      const auto days = tls::days_left(each.info->not_after_unix_s, now_s);
      const auto warning = tls::expiry_warning(each.info->not_after_unix_s, now_s);
      json["subject"] = each.info->subject;
      json["not_after"] = domain::rfc3339(each.info->not_after_unix_s * 1000);
      json["days_left"] = days;
      json["level"] = days < 0 ? "over" : warning == tls::ExpiryWarning::kNone ? "ok" : "soon";
    }
    all.push_back(std::move(json));
  }
  return all;
}

Json ConsoleHouse::platform_json(const std::map<domain::Stream, std::int64_t>& oldest) const {
  const Config::Platform& config = gateway_.config().platform;
  Json error;
  if (last_error_) {
    error = {{"time", domain::rfc3339(last_error_->unix_ms)},
             {"what", last_error_->what},
             {"way_out", "devices and doors go on; events wait in the outbox"}};
  }
  return {{"link", gateway_.link() == nullptr ? "off" : config.link},
          {"state", link_state()},
          {"since", time_or_null(link_since_ms_)},
          {"host", config.host},
          {"port", config.link == "coap" ? config.coap.port : config.port},
          {"last_error", std::move(error)},
          {"streams", streams_json(oldest)},
          {"certificates", certificates_json()}};
}

Json ConsoleHouse::operations() const {
  const ports::StoreStats stats = gateway_.store().stats();
  const Facts now = facts();
  Json drivers = Json::array();
  for (const drivers::DriverEntry& driver : drivers::catalog()) {
    drivers.push_back({{"name", std::string(driver.name)},
                       {"speaks", std::string(driver.speaks)},
                       {"tested_against", std::string(driver.tested_against)}});
  }
  return {{"version", now.version},
          {"build", kBuild},
          {"epoch", gateway_.store().epoch()},
          {"schema", storage::newest_schema()},
          {"started_at", domain::rfc3339(now.started_ms)},
          {"uptime_s", now.uptime_s},
          {"memory_kb", memory_kb()},
          {"store",
           {{"health", ports::name(stats.health)},
            {"trouble", stats.trouble},
            {"file_bytes", stats.file_bytes},
            {"max_bytes", gateway_.config().store.max_mb * 1024 * 1024},
            {"commits", stats.commits}}},
          {"drivers", std::move(drivers)},
          {"changes", changes()},
          {"last_backup", last_backup_ ? last_backup_() : Json()}};
}

std::vector<MetricFamily> ConsoleHouse::metrics() const {
  using Kind = MetricFamily::Kind;
  std::vector<MetricFamily> all{
      {"linli_build_info", "The version that runs.", Kind::kGauge, {{{{"version", kVersion}}, 1}}},
      gauge("linli_uptime_seconds", "Seconds since the start.",
            static_cast<double>(facts().uptime_s)),
      gauge("linli_memory_bytes", "Resident memory.", static_cast<double>(memory_kb()) * 1024),
      intake_messages(gateway_.intake().counts())};
  add_store(all, gateway_.store().stats());
  add_retention(all, gateway_.history().retention().status());
  add_links(all, gateway_);
  all.push_back(certificate_days());
  if (counts_) add_console(all, counts_());
  return all;
}

MetricFamily ConsoleHouse::certificate_days() const {
  MetricFamily days{"linli_certificate_days", "Days until a certificate ends."};
  const std::int64_t now_s = gateway_.clock().now().unix_ms / 1000;
  for (const Certificate& each : certificates_) {
    if (!each.info) continue;
    days.samples.push_back(
        {{{"layer", each.layer}, {"name", each.name}},
         static_cast<double>(tls::days_left(each.info->not_after_unix_s, now_s))});
  }
  return days;
}

}  // namespace linli::daemon
