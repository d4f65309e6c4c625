#include "firmware/daemon/run.hpp"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): the signal numbers
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "firmware/base/log.hpp"
#include "firmware/daemon/control_api.hpp"
#include "firmware/daemon/gateway.hpp"
#include "firmware/net/asio_loop.hpp"
#include "firmware/net/control_server.hpp"

namespace linli::daemon {
namespace {

namespace log = base::log;

constexpr auto kStatusEvery = std::chrono::seconds(5);

void write_journal(log::Level level, std::string_view component, std::string_view line) {
  constexpr std::array kPriorities{7, 6, 4, 3};  // debug, info, warning, error
  sd_journal_send("MESSAGE=%.*s", static_cast<int>(line.size()), line.data(), "PRIORITY=%d",
                  kPriorities.at(static_cast<std::size_t>(level)), "SYSLOG_IDENTIFIER=linlid",
                  "LINLI_COMPONENT=%.*s", static_cast<int>(component.size()), component.data(),
                  nullptr);
}

void set_up_log(const Config::Log& config) {
  for (const auto level :
       {log::Level::kDebug, log::Level::kInfo, log::Level::kWarn, log::Level::kError}) {
    if (log::name(level) == config.level) log::set_level(level);
  }
  const bool journal = config.target == "journal" ||
                       (config.target == "auto" && std::getenv("JOURNAL_STREAM") != nullptr);
  log::set_sink(journal ? log::Sink(&write_journal) : log::Sink());
}

// The running daemon: signals, the service manager, and the watchdog that only a round trip through
// loop and store feeds.
class Daemon {
 public:
  Daemon(net::AsioLoop& loop, Gateway& gateway, std::string config_file)
      : loop_(loop), gateway_(gateway), config_file_(std::move(config_file)), api_(gateway) {}

  base::Result<void> start() {
    const Config& config = gateway_.config();
    auto control = net::ControlServer::listen(
        loop_, {config.control.socket, config.control.group},
        [this](const net::ControlServer::Request& request, net::ControlServer::Reply reply) {
          api_.handle(request, std::move(reply));
        });
    if (!control) return base::failure_of(std::move(control));
    control_ = *std::move(control);
    terminate_ = loop_.on_signal(SIGTERM, [this] { stop(); });
    interrupt_ = loop_.on_signal(SIGINT, [this] { stop(); });
    hangup_ = loop_.on_signal(SIGHUP, [this] { reload(); });
    gateway_.on_store_replaced([this] { start_anew(); });
    gateway_.start();
    sd_notify(0, "READY=1");
    log::info("linlid", "ready",
              {{"gateway", config.gateway.id},
               {"devices", gateway_.devices().size()},
               {"epoch", gateway_.store().epoch()}});
    tell_status();
    feed_watchdog();
    return {};
  }

  bool starts_anew() const { return starts_anew_; }

 private:
  void stop() {
    sd_notify(0, "STOPPING=1");
    log::info("linlid", "stopping");
    loop_.stop();
  }

  void start_anew() {
    log::warn("linlid", "starting anew");
    starts_anew_ = true;
    loop_.stop();
  }

  void reload() {
    sd_notify(0, "RELOADING=1");
    const auto reading = config_file_.empty() ? base::Result<ConfigReading>(ConfigReading{})
                                              : load_config(config_file_);
    if (!reading) {
      log::error("linlid", "the new configuration cannot be read: nothing was changed",
                 {{"why", reading.error()}});
    } else if (!reading->problems.empty()) {
      log::error("linlid", "the new configuration is invalid: nothing was changed",
                 {{"first", describe(reading->problems.front(), config_file_)}});
    } else if (changed_sections(gateway_.config(), reading->config).empty()) {
      log::info("linlid", "the configuration is the same: nothing to do");
    } else {
      set_up_log(reading->config.log);
      const auto need_restart = gateway_.apply(reading->config);
      log::info("linlid", "new configuration applied",
                {{"need_restart", fmt::format("{}", fmt::join(need_restart, ","))}});
    }
    sd_notify(0, "READY=1");
  }

  void tell_status() {
    const base::Json status = api_.status();
    sd_notifyf(0, "STATUS=%d of %d devices online, %llu events waiting, platform %s",
               status["devices"]["online"].get<int>(), status["devices"]["total"].get<int>(),
               static_cast<unsigned long long>(status["events"]["waiting"].get<std::uint64_t>()),
               status["platform"]["up"].get<bool>() ? "up" : "down");
    status_timer_ = loop_.after(kStatusEvery, [this] { tell_status(); });
  }

  void feed_watchdog() {
    std::uint64_t limit_us = 0;
    if (sd_watchdog_enabled(0, &limit_us) <= 0) return;
    gateway_.store().ping([](const base::Result<void>& alive) {
      if (alive) sd_notify(0, "WATCHDOG=1");
    });
    watchdog_timer_ =
        loop_.after(std::chrono::microseconds(limit_us / 3), [this] { feed_watchdog(); });
  }

  net::AsioLoop& loop_;
  Gateway& gateway_;
  std::string config_file_;
  bool starts_anew_ = false;
  ControlApi api_;
  std::unique_ptr<net::ControlServer> control_;
  base::Handle terminate_, interrupt_, hangup_, status_timer_, watchdog_timer_;
};

}  // namespace

namespace {

// nullopt: to be started anew.
std::optional<int> run_once(Config& config, const std::string& config_file) {
  constexpr int kCannotStart = 3;
  net::AsioLoop loop;
  auto gateway = Gateway::open(loop, config);
  if (!gateway) {
    log::error("linlid", "cannot start", {{"why", gateway.error()}});
    return kCannotStart;
  }
  Daemon daemon(loop, **gateway, config_file);
  if (auto started = daemon.start(); !started) {
    log::error("linlid", "cannot start", {{"why", started.error()}});
    return kCannotStart;
  }
  loop.run();
  config = (*gateway)->config();  // it may have been changed since
  return daemon.starts_anew() ? std::nullopt : std::optional<int>(0);
}

}  // namespace

int run(Config config, const std::string& config_file) {
  set_up_log(config.log);
  for (;;) {
    if (const auto code = run_once(config, config_file)) return *code;
  }
}

}  // namespace linli::daemon
