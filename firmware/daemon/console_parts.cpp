#include "firmware/daemon/console_parts.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/log.hpp"

namespace linli::daemon {
namespace {

constexpr auto kLookEvery = std::chrono::hours(1);
constexpr std::int64_t kMs = 1000;

tls::IdentityOptions identity_of(const Config& config) {
  tls::IdentityOptions identity;
  identity.directory = config.identity.dir;
  identity.gateway = config.gateway.id;
  identity.broker_hosts = config.broker.hosts;
  identity.console_hosts = config.console.hosts;
  return identity;
}

console::ServerOptions options_of(const Config& config) {
  console::ServerOptions options;
  options.listen = config.console.listen;
  options.port = static_cast<int>(config.console.port);
  options.hosts = console_hosts(config);
  options.certificate = console_certificate_file(config);
  options.key = config.identity.dir + "/console.key";
  options.web = config.console.web;
  options.upload_prefix = "/api/v1/operations/restore";
  return options;
}

}  // namespace

std::string console_certificate_file(const Config& config) {
  return config.identity.dir + "/console.crt";
}

ConsoleParts::ConsoleParts(base::Loop& loop, const ports::WallClock& clock, const Config& config,
                           console::RequestHandler handler)
    : loop_(loop),
      clock_(clock),
      identity_(identity_of(config)),
      options_(options_of(config)),
      handler_(std::move(handler)),
      worker_(loop, "linli-console") {
  keep_certificate();
}

ConsoleParts::~ConsoleParts() = default;

void ConsoleParts::keep_certificate() {
  identity_.not_before_unix_s = clock_.now().unix_ms / kMs;
  run_on<tls::ConsoleCare>(
      loop_, worker_, [identity = identity_] { return tls::keep_console(identity); },
      [this, alive = std::weak_ptr(alive_)](const base::Result<tls::ConsoleCare>& care) {
        if (!alive.expired()) after_certificate(care);
      });
  timer_ = loop_.after(kLookEvery, [this] { keep_certificate(); });
}

void ConsoleParts::after_certificate(const base::Result<tls::ConsoleCare>& care) {
  const std::string why = care ? std::string(tls::words(*care)) : care.error().what;
  const bool is_news = std::exchange(said_, why) != why;
  const std::string hosts = fmt::format("{}", fmt::join(options_.hosts, ","));
  if (!care) {
    if (is_news)
      base::log::error("console", "the certificate could not be renewed", {{"why", why}});
  } else if (*care == tls::ConsoleCare::kForeign) {
    if (is_news) {
      base::log::warn("console",
                      "the certificate should be renewed by whoever issued it; without console.crt "
                      "the site CA issues one",
                      {{"why", why}, {"hosts", hosts}, {"file", options_.certificate}});
    }
  } else if (*care != tls::ConsoleCare::kKept) {
    base::log::info("console", "the certificate was renewed", {{"why", why}, {"hosts", hosts}});
  }
  if (server_ == nullptr) server_ = console::Server::start(loop_, options_, std::move(handler_));
}

console::ServerStatus ConsoleParts::server() const {
  return server_ == nullptr ? console::ServerStatus{} : server_->status();
}

base::Json ConsoleParts::status() const {
  const console::ServerStatus now = server();
  base::Json refused = base::Json::object();
  for (std::size_t i = 0; i < console::kRefusedCount; ++i) {
    const auto reason = static_cast<console::Refused>(i);
    if (now.counts.of(reason) > 0) refused[std::string(name(reason))] = now.counts.of(reason);
  }
  return {{"up", now.is_listening},
          {"listen", fmt::format("https://{}:{}", options_.listen, now.port)},
          {"last_error", now.last_error},
          {"connections", now.counts.connections},
          {"streams", now.counts.streams},
          {"requests", now.counts.requests},
          {"refused", refused}};
}

}  // namespace linli::daemon
