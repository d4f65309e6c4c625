#include "firmware/daemon/gateway.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/daemon/interlock_parts.hpp"
#include "firmware/daemon/profile_files.hpp"
#include "firmware/daemon/stored_rows.hpp"

namespace linli::daemon {
namespace {

constexpr auto kSaveTimeEvery = std::chrono::minutes(10);
constexpr auto kLookAtClockEvery = std::chrono::seconds(10);
// Who moved the console is told before it goes.
constexpr auto kLetAnswersLeave = std::chrono::milliseconds(500);

}  // namespace

Gateway::Gateway(base::Loop& loop, Config config)
    : loop_(loop), config_(std::move(config)), started_(base::Clock::now()) {}

Gateway::~Gateway() {
  if (intake_) intake_->write_value_rows();
}

base::Result<std::unique_ptr<Gateway>> Gateway::open(base::Loop& loop, Config config) {
  std::unique_ptr<Gateway> gateway(new Gateway(loop, std::move(config)));
  for (auto step : {&Gateway::load_profiles, &Gateway::open_store, &Gateway::make_parts}) {
    if (auto done = (*gateway.*step)(); !done) return base::failure_of(std::move(done));
  }
  return gateway;
}

base::Result<void> Gateway::load_profiles() {
  auto profiles = daemon::load_profiles(config_.profiles.dirs);
  if (!profiles) return base::failure_of(std::move(profiles));
  profiles_ = *std::move(profiles);
  return {};
}

base::Result<void> Gateway::restore(ports::Query& query) {
  if (auto restored = restore_devices(query); !restored) return restored;
  if (auto restored = history_->restore(query); !restored) return restored;
  if (auto restored = doors_->restore(query); !restored) return restored;
  if (auto restored = interlocks_->restore(query); !restored) return restored;
  return restore_commands(query);
}

void Gateway::read_interlocks() {
  if (const auto used = use_interlock_file(*interlocks_, config_.interlocks); !used)
    base::log::error("interlock",
                     "the file of the fire rules cannot be used: correct it and reload",
                     {{"why", used.error()}});
  mqtt_->listen_to(interlocks_->detectors());
}

base::Result<void> Gateway::restore_devices(ports::Query& query) {
  auto registered = for_each_row(
      query, ports::Space::kDevice, [this](const std::string& id, const std::string& row) {
        auto registration = core::registration_from_row(id, row);
        auto done = registration ? admin_->restore(*std::move(registration))
                                 : base::Result<void>(base::Failure(registration.error()));
        if (!done)
          base::log::error("devices", "a registered device cannot be served",
                           {{"device", id}, {"why", done.error()}});
      });
  if (!registered) return registered;
  coap_->restore_keys(devices_, query, *keys_);
  if (auto restored = terminals_->restore(query); !restored) return restored;
  auto values = for_each_row(query, ports::Space::kProperty,
                             [this](const std::string& id, const std::string& row) {
                               const auto device = domain::DeviceId::parse(id);
                               if (core::Device* known = device ? devices_.find(*device) : nullptr)
                                 core::restore_properties(*known, row);
                             });
  if (!values) return values;
  return for_each_row(
      query, ports::Space::kSeen, [this](const std::string& id, const std::string& row) {
        const auto device = domain::DeviceId::parse(core::SeenWindow::device_of(id));
        if (core::Device* known = device ? devices_.find(*device) : nullptr)
          known->seen.restore(id, row);
      });
}

base::Result<void> Gateway::restore_commands(ports::Query& query) {
  std::vector<core::CommandRecord> records;
  auto read = for_each_row(query, ports::Space::kCommand,
                           [&records](const std::string& id, const std::string& row) {
                             auto record = core::command_from_row(row);
                             if (record) {
                               records.push_back(*std::move(record));
                             } else {
                               base::log::error("command", "a stored command cannot be read",
                                                {{"command", id}, {"why", record.error()}});
                             }
                           });
  if (!read) return read;
  ledger_->restore(std::move(records));
  return {};
}

void Gateway::start() {
  history_->start();
  people_->accounts().start();
  start_console();
  mqtt_->start();
  read_interlocks();
  interlocks_->start();
  start_link();
  look_at_clock();
}

void Gateway::start_console() {
  if (config_.console.port == 0 || !on_request_) return;
  console_ = std::make_unique<ConsoleParts>(loop_, *clock_, config_, on_request_);
}

void Gateway::start_link() {
  if (!link_) return;
  link_->start(pump_->link_events([this](domain::Command command) {
    ledger_->submit(
        std::move(command),
        [](const base::Result<core::CommandRecord>& /*the outcome goes up as an event*/) {});
  }));
}

// A power cut soon after the clock became right must not cost the times of what still waits.
void Gateway::look_at_clock() {
  const bool is_newly_right = !is_offset_saved_ && clock_->offset_ms() != 0;
  const auto now = base::Clock::now();
  if (is_newly_right || now >= next_save_) {
    save_time();
    next_save_ = now + kSaveTimeEvery;
  }
  time_timer_ = loop_.after(kLookAtClockEvery, [this] { look_at_clock(); });
}

// The latest time that was seen is the floor after a power cut; a synchronised boot's offset mends
// the times of what happened before the clock was right.
void Gateway::save_time() {
  ports::Turn turn;
  const domain::EventTime now = clock_->now();
  turn.puts.push_back({ports::Space::kMeta, "time_floor_ms", std::to_string(now.unix_ms)});
  const std::int64_t offset = clock_->offset_ms();
  if (offset != 0) {
    turn.puts.push_back(
        {ports::Space::kBoot, std::to_string(clock_->boot()), std::to_string(offset)});
  }
  store_->commit(std::move(turn), [this, has_offset = offset != 0](const base::Result<void>& done) {
    if (done && has_offset) is_offset_saved_ = true;  // else the next look will do
  });
}

std::vector<NamedCertificate> Gateway::certificates() const {
  const std::string& identity = config_.identity.dir;
  std::vector<NamedCertificate> all{
      {"identity", "site CA", identity + "/site-ca.crt"},
      {"identity", "site broker certificate", identity + "/broker.crt"}};
  if (config_.console.port != 0)
    all.push_back({"identity", "console certificate", console_certificate_file(config_)});
  const std::string& ours = config_.platform.certificate;
  if (!ours.empty()) all.push_back({"platform", "our certificate", ours});
  return all;
}

std::vector<std::string> Gateway::apply(const Config& config) {
  std::vector<std::string> need_restart;
  for (const std::string& section : changed_sections(config_, config)) {
    if (section == "devices") {
      intake_->set_limits({.messages_per_second = static_cast<int>(config.devices.flood_per_s)});
    } else if (section == "retention") {
      history_->retention().set_days(retention_days(config));
    } else if (section == "platform") {
      restart_link(config.platform);
    } else if (section == "console") {
      console_timer_ = loop_.after(kLetAnswersLeave, [this] {
        console_.reset();
        start_console();
      });
    } else if (section == "store" && differs_by_window_only(config)) {
      store_->set_commit_window(std::chrono::milliseconds(config.store.commit_window_ms));
    } else if (section == "interlocks") {
      config_.interlocks = config.interlocks;
      read_interlocks();
    } else if (section != "log") {
      need_restart.push_back(section);
    }
  }
  config_ = config;
  return need_restart;
}

bool Gateway::differs_by_window_only(Config config) const {
  config.store.commit_window_ms = config_.store.commit_window_ms;
  const auto changed = changed_sections(config_, config);
  return std::find(changed.begin(), changed.end(), "store") == changed.end();
}

// What waits stays in the store; the new pump begins with it.
void Gateway::restart_link(const Config::Platform& platform) {
  pump_.reset();
  link_.reset();
  config_.platform = platform;
  make_link();
  start_link();
}

}  // namespace linli::daemon
