#include "firmware/daemon/gateway.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <utility>

#include "drivers/mqtt/mapped_codec.hpp"
#include "drivers/mqtt/native_topics.hpp"
#include "firmware/base/log.hpp"
#include "firmware/base/number.hpp"
#include "firmware/daemon/link_parts.hpp"
#include "firmware/daemon/profile_files.hpp"
#include "firmware/site_broker/broker_files.hpp"
#include "firmware/tls/files.hpp"

namespace linli::daemon {
namespace {

using base::Code;

constexpr std::size_t kScanRows = 1000;
constexpr auto kSaveTimeEvery = std::chrono::minutes(10);
constexpr auto kLookAtClockEvery = std::chrono::seconds(10);
constexpr std::uint64_t kMb = 1024ULL * 1024;

// Calls `take` for every row of a space.
template <class Take>
base::Result<void> for_each_row(ports::Query& query, ports::Space space, Take take) {
  std::string after;
  for (;;) {
    auto rows = query.scan(space, after, kScanRows);
    if (!rows) return base::failure_of(std::move(rows));
    for (const auto& [key, value] : *rows) take(key, value);
    if (rows->size() < kScanRows) return {};
    after = rows->back().first;
  }
}

storage::StoreOptions store_options(const Config& config) {
  storage::StoreOptions options;
  options.database.path = config.data_dir + "/linli.db";
  options.database.max_bytes = static_cast<std::uint64_t>(config.store.max_mb) * kMb;
  options.database.ballast_bytes = static_cast<std::uint64_t>(config.store.ballast_mb) * kMb;
  const auto& quota = config.store.quota_mb;
  const std::array in_order{quota.alarm,  quota.access,  quota.money,
                            quota.ticket, quota.command, quota.telemetry};
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    options.database.quota_bytes.at(i) = static_cast<std::uint64_t>(in_order.at(i)) * kMb;
  }
  options.commit_window = std::chrono::milliseconds(config.store.commit_window_ms);
  return options;
}

base::Result<net::MqttOptions> broker_client(const Config& config, const char* user) {
  auto password = tls::read_file(config.broker.dir + "/gateway.password");
  if (!password) {
    return base::fail(Code::kNotFound, "{}: prepare the site broker with linlictl broker init",
                      password.error().what);
  }
  net::MqttOptions options;
  options.host = config.broker.socket;
  options.port = 0;
  options.username = user;
  options.client_id = user;
  options.password = base::SecretText(*std::move(password));
  options.keepalive_s = static_cast<int>(config.mqtt.keepalive_s);
  options.window = static_cast<int>(config.mqtt.window);
  // The broker is on this machine: nobody else is hurt by coming back soon.
  options.backoff = {std::chrono::milliseconds(200), std::chrono::milliseconds(200),
                     std::chrono::seconds(5)};
  return options;
}

ports::DeviceTopics topics_of(const domain::DeviceId& device, const domain::Profile& profile) {
  namespace mqtt = drivers::mqtt;
  if (domain::dialect_of(profile) == domain::Dialect::kNative) {
    return {{mqtt::native_publish_topics(device.str())},
            {mqtt::native_subscribe_topics(device.str())}};
  }
  return {mqtt::up_topics(profile, device.str()), mqtt::down_topics(profile, device.str())};
}

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

base::Result<void> Gateway::open_store() {
  if (auto made = tls::make_private_directory(config_.data_dir); !made) return made;
  auto store = storage::SqliteStore::open(loop_, store_options(config_), &plain_time);
  if (!store) return base::failure_of(std::move(store));
  store_ = *std::move(store);
  return {};
}

base::Result<void> Gateway::make_parts() {
  auto query = storage::open_query(config_.data_dir + "/linli.db");
  if (!query) return base::failure_of(std::move(query));
  std::int64_t floor_ms = 0;
  std::map<std::uint64_t, std::int64_t> offsets;
  auto boots = for_each_row(**query, ports::Space::kBoot,
                            [&offsets](const std::string& boot, const std::string& offset) {
                              offsets[base::parse_number<std::uint64_t>(boot).value_or(0)] =
                                  base::parse_number<std::int64_t>(offset).value_or(0);
                            });
  if (!boots) return boots;
  if (auto saved = (*query)->get(ports::Space::kMeta, "time_floor_ms"); saved && *saved)
    floor_ms = base::parse_number<std::int64_t>(**saved).value_or(0);
  clock_ = std::make_unique<SystemClock>(floor_ms, std::move(offsets));
  ledger_ = std::make_unique<core::CommandLedger>(
      loop_, *store_, *clock_, devices_,
      core::CommandLedger::Dependencies{
          [this](const core::Device& device) { return driver_of(device.registration.driver); }},
      core::LedgerLimits{});
  intake_ = std::make_unique<core::ReportIntake>(
      loop_, *store_, *clock_, devices_,
      core::ReportIntake::Dependencies{
          [this](ports::Turn& turn, const domain::DeviceId& device,
                 const domain::ActionResult& result) {
            return ledger_->on_result(turn, device, result);
          },
          [this](const domain::DeviceId& device, const std::string& id) {
            const core::Device* const known = devices_.find(device);
            ports::DeviceDriver* const driver =
                known == nullptr ? nullptr : driver_of(known->registration.driver);
            if (driver != nullptr) driver->acknowledge(device, id);
          }},
      core::IntakeLimits{.messages_per_second = static_cast<int>(config_.devices.flood_per_s)});
  auto marks = (*query)->marks();
  if (!marks) return base::failure_of(std::move(marks));
  marks_ = *std::move(marks);
  if (auto made = make_driver(); !made) return made;
  if (auto made = make_administration(); !made) return made;
  make_link();
  expiry_ = std::make_unique<ExpiryWatch>(loop_, *store_, *clock_, [this] {
    std::vector<std::string> files;
    for (NamedCertificate& each : certificates()) files.push_back(std::move(each.file));
    return files;
  });
  if (auto started = expiry_->start(**query); !started) return started;
  return restore(**query);
}

base::Result<void> Gateway::make_driver() {
  auto ingest = broker_client(config_, site_broker::kIngestUser);
  if (!ingest) return base::failure_of(std::move(ingest));
  auto outlet = broker_client(config_, site_broker::kOutletUser);
  if (!outlet) return base::failure_of(std::move(outlet));
  mqtt_ = std::make_unique<drivers::mqtt::MqttDriver>(
      loop_, *intake_,
      drivers::mqtt::MqttDriverOptions{*std::move(ingest), *std::move(outlet), std::move(marks_)},
      [this] { store_->flush(); });
  coap_ = std::make_unique<CoapParts>(loop_, *intake_, *clock_, config_.coap);
  return {};
}

ports::DeviceDriver* Gateway::driver_of(std::string_view name) {
  if (name == core::kMqttDriver) return mqtt_.get();
  return name == core::kCoapDriver ? &coap_->driver() : nullptr;
}

// Who may come in: registrations, their passwords, and the site broker's logins.
base::Result<void> Gateway::make_administration() {
  auto keys = tls::SealedKeys::load(tls::sealing_key_file(config_.identity.dir));
  if (!keys) return base::failure_of(std::move(keys));
  keys_ = *std::move(keys);
  access_ = std::make_unique<site_broker::DynsecAccess>(
      loop_, site_broker::DynsecAccess::Dependencies{
                 [this](std::string payload, base::Done<void> done) {
                   mqtt_->outlet()->publish(
                       {site_broker::kControlTopic, std::move(payload), 1, 0, ""}, std::move(done));
                 },
                 &topics_of});
  admin_ = std::make_unique<core::DeviceAdmin>(
      *store_, *access_, *keys_, devices_,
      core::DeviceAdmin::Dependencies{[this](const std::string& name) {
                                        const auto found = profiles_.find(name);
                                        return found == profiles_.end() ? nullptr : found->second;
                                      },
                                      [this](const std::string& name) { return driver_of(name); },
                                      [this](const std::string& driver) -> ports::DeviceAccess* {
                                        return driver == core::kCoapDriver ? &coap_->access()
                                                                           : nullptr;
                                      }});
  logins_ = std::make_unique<core::LoginKeeper>(
      loop_, *access_, *keys_, devices_,
      core::LoginKeeper::Dependencies{
          [database = config_.data_dir + "/linli.db"](
              const std::string& secret) -> base::Result<std::optional<std::string>> {
            // One row by its key, in the rare case that a login was lost.
            auto query = storage::open_query(database);
            if (!query) return base::failure_of(std::move(query));
            return (*query)->get(ports::Space::kSecret, secret);
          }});
  mqtt_->on_control([this](const std::string& payload) { access_->on_response(payload); });
  mqtt_->on_reachable([this] { logins_->check(); });
  return {};
}

void Gateway::make_link() {
  store_->on_appended([this](const ports::ChunkPtr& chunk) {
    if (pump_) pump_->on_appended(chunk);
    std::erase_if(followers_, [&chunk](const auto& follower) { return !follower(*chunk); });
  });
  link_ = make_platform_link(loop_, *clock_, config_, store_->epoch());
  if (!link_) return;
  pump_ = std::make_unique<core::OutboxPump>(loop_, *store_, *link_, pump_limits(config_.platform),
                                             std::random_device{}());
}

base::Result<void> Gateway::restore(ports::Query& query) {
  if (auto restored = restore_devices(query); !restored) return restored;
  return restore_commands(query);
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
  mqtt_->start();
  start_link();
  look_at_clock();
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
  const std::string& ours = config_.platform.certificate;
  if (!ours.empty()) all.push_back({"platform", "our certificate", ours});
  return all;
}

std::vector<std::string> Gateway::apply(const Config& config) {
  std::vector<std::string> need_restart;
  for (const std::string& section : changed_sections(config_, config)) {
    if (section == "devices") {
      intake_->set_limits({.messages_per_second = static_cast<int>(config.devices.flood_per_s)});
    } else if (section == "platform") {
      restart_link(config.platform);
    } else if (section == "store" && differs_by_window_only(config)) {
      store_->set_commit_window(std::chrono::milliseconds(config.store.commit_window_ms));
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
