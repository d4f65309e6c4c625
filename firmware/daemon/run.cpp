#include "firmware/daemon/run.hpp"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): the signal numbers
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "firmware/base/log.hpp"
#include "firmware/daemon/config_layers.hpp"
#include "firmware/daemon/console_api.hpp"
#include "firmware/daemon/control_api.hpp"
#include "firmware/daemon/control_methods.hpp"
#include "firmware/daemon/control_operations.hpp"
#include "firmware/daemon/gateway.hpp"
#include "firmware/daemon/log_ring.hpp"
#include "firmware/daemon/operations_parts.hpp"
#include "firmware/daemon/osdp_control.hpp"
#include "firmware/daemon/people_control.hpp"
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

void write_stderr(log::Level level, std::string_view line) {
  const std::string text = fmt::format("{:<5} {}\n", log::name(level), line);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void set_up_log(const Config::Log& config, const std::shared_ptr<LogRing>& ring) {
  for (const auto level :
       {log::Level::kDebug, log::Level::kInfo, log::Level::kWarn, log::Level::kError}) {
    if (log::name(level) == config.level) log::set_level(level);
  }
  const bool journal = config.target == "journal" ||
                       (config.target == "auto" && std::getenv("JOURNAL_STREAM") != nullptr);
  log::set_sink(
      [journal, ring](log::Level level, std::string_view component, std::string_view line) {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        ring->add(std::chrono::duration_cast<std::chrono::milliseconds>(now).count(), level, line);
        journal ? write_journal(level, component, line) : write_stderr(level, line);
      });
}

// The running daemon: signals, the service manager, and the watchdog that only a round trip through
// loop and store feeds.
class Daemon {
 public:
  Daemon(net::AsioLoop& loop, Gateway& gateway, std::string config_file,
         std::shared_ptr<LogRing> log)
      : loop_(loop),
        gateway_(gateway),
        config_file_(std::move(config_file)),
        log_(std::move(log)),
        methods_(loop),
        api_(gateway),
        people_(loop, gateway.store(), gateway.accounts(), gateway.config()),
        readers_(loop, gateway.osdp().driver()),
        operations_(gateway, config_file_,
                    {[this](const Config& config) { return apply(config); },
                     [this] { return diagnostic_files(); }, log_, [this] { start_anew(); }}),
        control_operations_(gateway, operations_) {
    api_.add_to(methods_);
    people_.add_to(methods_);
    readers_.add_to(methods_);
    control_operations_.add_to(methods_);
  }

  // `console` gets the console's API; it must outlive the gateway.
  base::Result<void> start(std::unique_ptr<ConsoleApi>& console) {
    const Config& config = gateway_.config();
    auto control = net::ControlServer::listen(
        loop_, {config.control.socket, config.control.group},
        [this](const ControlMethods::Request& request, ControlMethods::Reply reply) {
          methods_.handle(request, std::move(reply));
        });
    if (!control) return base::failure_of(std::move(control));
    control_ = *std::move(control);
    auto made = ConsoleApi::make(gateway_, operations_, [this] { start_anew(); });
    if (!made) return base::failure_of(std::move(made));
    console = *std::move(made);
    console_ = console.get();
    gateway_.on_request(console->handler());
    terminate_ = loop_.on_signal(SIGTERM, [this] { stop(); });
    interrupt_ = loop_.on_signal(SIGINT, [this] { stop(); });
    hangup_ = loop_.on_signal(SIGHUP, [this] { reload(); });
    gateway_.on_store_replaced([this] { start_anew(); });
    gateway_.start();
    operations_.start();
    console->start();
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
    gateway_.read_interlocks();
    const auto layers = load_layers(config_file_);
    if (!layers) {
      log::error("linlid", "the new configuration cannot be read: nothing was changed",
                 {{"why", layers.error()}});
    } else if (!layers->is_valid()) {
      const bool is_file = !layers->file.problems.empty();
      const ConfigReading& wrong = is_file ? layers->file : layers->overrides;
      log::error("linlid", "the new configuration is invalid: nothing was changed",
                 {{"first", describe(wrong.problems.front(),
                                     is_file ? config_file_ : layers->settings_file)}});
    } else if (changed_sections(gateway_.config(), layers->config).empty()) {
      log::info("linlid", "the configuration is the same: nothing to do");
    } else {
      (void)apply(layers->config);
      operations_.settings().reload();
    }
    sd_notify(0, "READY=1");
  }

  std::vector<std::string> apply(const Config& config) {
    set_up_log(config.log, log_);
    auto need_restart = gateway_.apply(config);
    log::info("linlid", "new configuration applied",
              {{"need_restart", fmt::format("{}", fmt::join(need_restart, ","))}});
    return need_restart;
  }

  std::vector<DiagnosticFile> diagnostic_files() const {
    return {{"status.json", "what linlictl status shows", api_.status().dump(1) + "\n"},
            {"doctor.json", "what linlictl doctor shows", api_.doctor().dump(1) + "\n"},
            {"metrics.txt", "what /metrics tells, as OpenMetrics", console_->metrics()}};
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
  std::shared_ptr<LogRing> log_;
  ControlMethods methods_;
  ControlApi api_;
  PeopleControl people_;
  OsdpControl readers_;
  OperationsParts operations_;
  ControlOperations control_operations_;
  const ConsoleApi* console_ = nullptr;  // from start() on; it outlives the gateway
  std::unique_ptr<net::ControlServer> control_;
  base::Handle terminate_, interrupt_, hangup_, status_timer_, watchdog_timer_;
};

}  // namespace

namespace {

// nullopt: to be started anew.
std::optional<int> run_once(Config& config, const std::string& config_file,
                            const std::shared_ptr<LogRing>& ring,
                            domain::access::InterlockState& released) {
  constexpr int kCannotStart = 3;
  if (auto ready = OperationsParts::before_open(config, config_file); !ready) {
    log::error("linlid", "cannot start", {{"why", ready.error()}});
    return kCannotStart;
  }
  net::AsioLoop loop;
  // Outlives the gateway, whose store answers what still waits when it closes.
  std::unique_ptr<ConsoleApi> console;
  auto gateway = Gateway::open(loop, config);
  if (!gateway) {
    log::error("linlid", "cannot start", {{"why", gateway.error()}});
    return kCannotStart;
  }
  // Also when the database that should know it was lost.
  (*gateway)->interlocks().carry_over(released);
  Daemon daemon(loop, **gateway, config_file, ring);
  if (auto started = daemon.start(console); !started) {
    log::error("linlid", "cannot start", {{"why", started.error()}});
    return kCannotStart;
  }
  loop.run();
  config = (*gateway)->config();  // it may have been changed since
  released = (*gateway)->interlocks().state();
  return daemon.starts_anew() ? std::nullopt : std::optional<int>(0);
}

}  // namespace

int run(Config config, const std::string& config_file) {
  const auto ring = std::make_shared<LogRing>();
  set_up_log(config.log, ring);
  domain::access::InterlockState released;
  for (;;) {
    if (const auto code = run_once(config, config_file, ring, released)) return *code;
  }
}

}  // namespace linli::daemon
