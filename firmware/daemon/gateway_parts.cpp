#include <array>
#include <random>
#include <utility>

#include "drivers/mqtt/mapped_codec.hpp"
#include "drivers/mqtt/native_topics.hpp"
#include "firmware/base/log.hpp"
#include "firmware/base/number.hpp"
#include "firmware/daemon/gateway.hpp"
#include "firmware/daemon/interlock_parts.hpp"
#include "firmware/daemon/link_parts.hpp"
#include "firmware/daemon/stored_rows.hpp"
#include "firmware/site_broker/broker_files.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/local_crypto.hpp"

// The making of the Gateway's parts, in the order in which they need each other.
namespace linli::daemon {
namespace {

using base::Code;

constexpr std::uint64_t kMb = 1024ULL * 1024;

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
  options.database.digest = &tls::sha256;
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
  if (profile.terminal) return drivers::terminal::topics_of(device, *profile.terminal);
  return {mqtt::up_topics(profile, device.str()), mqtt::down_topics(profile, device.str())};
}

}  // namespace

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
  if (auto made = make_clock(**query); !made) return made;
  frames_ = std::make_unique<core::FrameLog>(loop_, *clock_);
  history_ = std::make_unique<HistoryParts>(loop_, *store_, *clock_, devices_, config_);
  interlocks_ = make_interlocks(
      loop_, *store_, *clock_, devices_,
      [this](const core::Device& device) { return driver_of(device.registration.driver); },
      [this](const core::Device& device) {
        const bool is_at_broker = device.registration.driver == core::kMqttDriver;
        return is_at_broker ? mqtt_->heard_since(device.registration.id) : std::nullopt;
      });
  make_ledger();
  make_intake();
  auto marks = (*query)->marks();
  if (!marks) return base::failure_of(std::move(marks));
  marks_ = *std::move(marks);
  if (auto made = make_driver(); !made) return made;
  if (auto made = make_administration(); !made) return made;
  if (auto made = make_people(**query); !made) return made;
  if (auto made = make_access(**query); !made) return made;
  make_link();
  if (auto made = make_expiry(**query); !made) return made;
  return restore(**query);
}

base::Result<void> Gateway::make_clock(ports::Query& query) {
  std::int64_t floor_ms = 0;
  std::map<std::uint64_t, std::int64_t> offsets;
  auto boots = for_each_row(query, ports::Space::kBoot,
                            [&offsets](const std::string& boot, const std::string& offset) {
                              offsets[base::parse_number<std::uint64_t>(boot).value_or(0)] =
                                  base::parse_number<std::int64_t>(offset).value_or(0);
                            });
  if (!boots) return boots;
  if (auto saved = query.get(ports::Space::kMeta, "time_floor_ms"); saved && *saved)
    floor_ms = base::parse_number<std::int64_t>(**saved).value_or(0);
  clock_ = std::make_unique<SystemClock>(floor_ms, std::move(offsets));
  return {};
}

void Gateway::make_ledger() {
  ledger_ = std::make_unique<core::CommandLedger>(
      loop_, *store_, *clock_, devices_,
      core::CommandLedger::Dependencies{
          [this](const core::Device& device) { return driver_of(device.registration.driver); },
          [this](std::string_view name) -> core::Scenario* {
            return doors_ && name == doors_->scenario().name() ? &doors_->scenario() : nullptr;
          },
          [this](const domain::DeviceId& device, std::string_view action) {
            if (auto asked = interlocks_->may_move(device); !asked) return asked;
            return doors_ ? doors_->scenario().may_be_commanded(device, action)
                          : base::Result<void>();
          }},
      core::LedgerLimits{});
}

void Gateway::make_intake() {
  intake_ = std::make_unique<core::ReportIntake>(
      loop_, *store_, *clock_, devices_,
      core::ReportIntake::Dependencies{
          [this](ports::Turn& turn, const domain::DeviceId& device,
                 const domain::ActionResult& result) {
            if (interlocks_->knows(result.command)) return core::Settle();
            return ledger_->on_result(turn, device, result);
          },
          [this](const domain::DeviceId& device, const std::string& id) {
            const core::Device* const known = devices_.find(device);
            ports::DeviceDriver* const driver =
                known == nullptr ? nullptr : driver_of(known->registration.driver);
            if (driver != nullptr) driver->acknowledge(device, id);
          },
          [this](const core::Device& device, const domain::PropertyModel& model,
                 const domain::Value& value, const domain::EventTime& now, std::int64_t at_ms) {
            history_->samples().add(device.registration.id, model, value, now, at_ms);
          },
          [this](const core::Device& device, const domain::Report& report,
                 const domain::EventTime& now) { interlocks_->on_arrival(device, report, now); },
          // The scenario of the device comes after the interlocks.
          [this](ports::Turn& turn, const core::Device& device, const domain::Report& report,
                 const domain::EventTime& now) {
            interlocks_->add_to(turn);
            return doors_ ? doors_->scenario().on_report(turn, device, report, now)
                          : core::Settle();
          }},
      core::IntakeLimits{.messages_per_second = static_cast<int>(config_.devices.flood_per_s)});
}

base::Result<void> Gateway::make_people(ports::Query& query) {
  auto people = PeopleParts::make(loop_,
                                  {*store_, *keys_, *clock_,
                                   [this](const std::string& place) -> std::optional<std::string> {
                                     const core::Place* const found =
                                         history_->places().find(place);
                                     if (found == nullptr || found->parent.empty())
                                       return std::nullopt;
                                     return found->parent.str();
                                   }},
                                  query, config_);
  if (!people) return base::failure_of(std::move(people));
  people_ = *std::move(people);
  return {};
}

base::Result<void> Gateway::make_access(ports::Query& query) {
  auto doors = AccessParts::make(
      {loop_, *store_, *clock_, devices_, history_->places(), *keys_, people_->hash(),
       history_->history(),
       [this](const core::Device& device) { return driver_of(device.registration.driver); },
       [this](const domain::DeviceId& device) { return interlocks_->may_move(device); },
       [this](const std::string& rule, const std::string& by, base::Done<void> done) {
         // The doors are driven before the answer is asked for.
         auto released = interlocks_->release(rule, by);
         loop_.post([done = std::move(done), released = std::move(released)]() mutable {
           std::move(done)(std::move(released));
         });
       },
       [this](const std::string& rule, const std::string& by, base::Done<void> done) {
         interlocks_->reset(rule, by, std::move(done));
       }},
      query, config_.gateway.site);
  if (!doors) {
    return base::failure_of(
        std::move(doors),
        "the keys of the doors: restore the identity and the database of the same backup");
  }
  doors_ = *std::move(doors);
  history_->retention().use_shelf(doors_->scenario().shelf());
  terminals_->driver().use_roster(doors_->scenario().roster());
  doors_->scenario().on_change([this] { terminals_->driver().on_roster_change(); });
  interlocks_->on_change([this](const std::vector<domain::access::Release>& releases,
                                bool released) { doors_->scenario().on_fire(releases, released); });
  return {};
}

base::Result<void> Gateway::make_expiry(ports::Query& query) {
  expiry_ = std::make_unique<ExpiryWatch>(loop_, *store_, *clock_, [this] {
    std::vector<std::string> files;
    for (NamedCertificate& each : certificates()) files.push_back(std::move(each.file));
    return files;
  });
  return expiry_->start(query);
}

base::Result<void> Gateway::make_driver() {
  auto ingest = broker_client(config_, site_broker::kIngestUser);
  if (!ingest) return base::failure_of(std::move(ingest));
  auto outlet = broker_client(config_, site_broker::kOutletUser);
  if (!outlet) return base::failure_of(std::move(outlet));
  auto ear = broker_client(config_, site_broker::kEarUser);
  if (!ear) return base::failure_of(std::move(ear));
  mqtt_ = std::make_unique<drivers::mqtt::MqttDriver>(
      loop_, *intake_,
      drivers::mqtt::MqttDriverOptions{*std::move(ingest), *std::move(outlet), *std::move(ear),
                                       std::move(marks_)},
      [this] { store_->flush(); });
  mqtt_->on_heard([this](const domain::Report& report) {
    const core::Device* const device = devices_.find(report.device);
    if (device != nullptr && !report.rejection)
      interlocks_->on_hearing(*device, report, clock_->now());
  });
  mqtt_->show_frames(*frames_);
  coap_ = std::make_unique<CoapParts>(loop_, *intake_, *clock_, *frames_, config_.coap);
  return {};
}

ports::DeviceDriver* Gateway::driver_of(std::string_view name) {
  if (name == core::kMqttDriver) return mqtt_.get();
  if (name == core::kCoapDriver) return coap_ ? &coap_->driver() : nullptr;
  if (name == core::kTerminalDriver) return terminals_ ? &terminals_->driver() : nullptr;
  if (name == core::kGpioDriver) return gpio_ ? &gpio_->driver() : nullptr;
  return name == core::kOsdpDriver && osdp_ ? &osdp_->driver() : nullptr;
}

// Of the drivers whose devices do not come in through the site broker.
ports::DeviceAccess* Gateway::own_access_of(std::string_view driver) {
  if (driver == core::kCoapDriver) return &coap_->access();
  const bool is_wired = driver == core::kOsdpDriver || driver == core::kGpioDriver;
  return is_wired ? &osdp_->access() : nullptr;
}

// Who may come in: registrations, their passwords, and the site broker's logins.
base::Result<void> Gateway::make_administration() {
  auto keys = tls::SealedKeys::load(tls::sealing_key_file(config_.identity.dir));
  if (!keys) return base::failure_of(std::move(keys));
  keys_ = *std::move(keys);
  osdp_ = std::make_unique<OsdpParts>(
      loop_, OsdpParts::House{*intake_, *store_, *keys_, *frames_, config_.data_dir + "/linli.db"},
      config_.osdp);
  gpio_ = std::make_unique<GpioParts>(loop_, *intake_, config_.gpio);
  terminals_ = std::make_unique<TerminalParts>(
      loop_, TerminalParts::House{*intake_, *store_, *clock_, *frames_, *mqtt_});
  access_ = std::make_unique<site_broker::DynsecAccess>(
      loop_, site_broker::DynsecAccess::Dependencies{
                 [this](std::string payload, base::Done<void> done) {
                   mqtt_->outlet()->publish(
                       {site_broker::kControlTopic, std::move(payload), 1, 0, ""}, std::move(done));
                 },
                 &topics_of});
  admin_ = std::make_unique<core::DeviceAdmin>(
      *store_, *access_, *keys_, devices_,
      core::DeviceAdmin::Dependencies{
          [this](const std::string& name) {
            const auto found = profiles_.find(name);
            return found == profiles_.end() ? nullptr : found->second;
          },
          [this](const std::string& name) { return driver_of(name); },
          [this](const std::string& driver) { return own_access_of(driver); }});
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
  mqtt_->on_reachable([this] {
    interlocks_->on_reachable();
    logins_->check();
    ensure_ear();
  });
  mqtt_->on_listening([this] { terminals_->driver().look_around(); });
  return {};
}

// A site broker whose logins an older gateway wrote has no such client yet.
void Gateway::ensure_ear() {
  const auto password = tls::read_file(config_.broker.dir + "/gateway.password");
  if (!password) return;
  access_->ensure_listener(
      site_broker::kEarUser, base::SecretText(*password), [](const base::Result<void>& done) {
        if (!done) {
          base::log::error("site_broker",
                           "the login that hears detectors cannot be made: with a full disk fires "
                           "are heard late",
                           {{"why", done.error()}});
        }
      });
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

}  // namespace linli::daemon
