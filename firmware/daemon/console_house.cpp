#include "firmware/daemon/console_house.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/daemon/credentials.hpp"
#include "firmware/daemon/version.hpp"
#include "firmware/tls/random.hpp"

namespace linli::daemon {
namespace {

using base::Json;

constexpr auto kLook = std::chrono::seconds(1);
constexpr auto kLookBack = std::chrono::minutes(1);
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

// A link that is up and says something is told no; so is one that was turned away at the door.
bool is_refusal(const ports::LinkStatus& link) {
  return (link.up && !link.last_error.empty()) ||
         link.last_error.find("refused by") != std::string::npos;
}

}  // namespace

ConsoleHouse::ConsoleHouse(Gateway& gateway)
    : gateway_(gateway), started_ms_(gateway.clock().now().unix_ms) {}

void ConsoleHouse::start() {
  look();
  look_back();
}

void ConsoleHouse::look() {
  const std::string state = link_state();
  const std::int64_t now = gateway_.clock().now().unix_ms;
  if (state != link_state_) {
    link_state_ = state;
    link_since_ms_ = now;
  }
  const std::string error = gateway_.link() == nullptr ? "" : gateway_.link()->status().last_error;
  if (error.empty()) {
    last_error_.reset();
  } else if (!last_error_ || last_error_->what != error) {
    last_error_ = LastError{error, now};
  }
  look_timer_ = gateway_.loop().after(kLook, [this] { look(); });
}

// What stands in the journal, and in files: seldom, and never on the way of a request.
void ConsoleHouse::look_back() {
  look_at_certificates();
  const std::int64_t now = gateway_.clock().now().unix_ms;
  gateway_.history().history().gaps(0, ports::History::kMaxItems,
                                    [this, now](const base::Result<ports::GapPage>& page) {
                                      if (!page) return;
                                      loss_ = {};
                                      domain::Stream worst = domain::Stream::kTelemetry;
                                      for (const ports::KeptGap& kept : page->items) {
                                        if (kept.unix_ms < now - kDayMs) continue;
                                        loss_.count += kept.gap.count;
                                        worst = std::min(worst, kept.gap.stream);
                                        loss_.last_ms = std::max(loss_.last_ms, kept.unix_ms);
                                      }
                                      if (loss_.count > 0) loss_.stream = domain::name(worst);
                                    });
  ports::EventQuery query;
  query.type = domain::kRecoveredEvent;
  query.from_ms = std::max<std::int64_t>(0, now - 7 * kDayMs);
  query.limit = 1;
  gateway_.history().history().events(std::move(query),
                                      [this](const base::Result<ports::EventPage>& page) {
                                        if (page && !page->items.empty())
                                          salvaged_ms_ = page->items.front().unix_ms;
                                      });
  look_back_timer_ = gateway_.loop().after(kLookBack, [this] { look_back(); });
}

std::string ConsoleHouse::link_state() const {
  if (gateway_.link() == nullptr) return "off";
  return gateway_.link()->status().up ? "up" : "down";
}

console::api::House::Facts ConsoleHouse::facts() const {
  const Config& config = gateway_.config();
  return {config.gateway.site,
          config.gateway.id,
          kVersion,
          started_ms_,
          base::to_ms(gateway_.loop().now() - gateway_.started()) / 1000,
          gateway_.link() == nullptr ? "off" : config.platform.link,
          link_state(),
          config.console.contact};
}

core::DeviceSurroundings ConsoleHouse::around(const core::Device& device) const {
  core::DeviceSurroundings around;
  if (!core::is_at_site_broker(device.registration.driver)) return around;
  around.is_broker_up = gateway_.mqtt().broker_status().up;
  around.is_login_missing = gateway_.logins().lacks_login(device.registration.id);
  return around;
}

void ConsoleHouse::readiness(base::Done<std::vector<Check>> done) {
  gateway_.store().ping([this, done = std::move(done)](const base::Result<void>& alive) mutable {
    const ports::StoreStats stats = gateway_.store().stats();
    const net::MqttStatus broker = gateway_.mqtt().broker_status();
    const bool store_ok = alive.has_value() && stats.health != ports::StoreHealth::kReadOnly;
    std::vector<Check> checks{
        {"store", store_ok,
         store_ok ? "it writes"
         : alive  ? stats.trouble
                  : alive.error().what},
        {"loop", true, "it turns"},
        {"site_broker", broker.up, broker.up ? "connected" : broker.last_error}};
    std::move(done)(std::move(checks));
  });
}

std::vector<core::ProfilePtr> ConsoleHouse::profiles() const {
  std::vector<core::ProfilePtr> all;
  for (const auto& [name, profile] : gateway_.profiles()) all.push_back(profile);
  return all;
}

Json ConsoleHouse::credentials_json(const ports::DeviceCredentials& credentials) const {
  return daemon::credentials_json(gateway_, credentials);
}

base::Result<std::string> ConsoleHouse::random_word() {
  auto bytes = tls::random_bytes(8);
  if (!bytes) return base::failure_of(std::move(bytes));
  return base::to_hex(*bytes);
}

void ConsoleHouse::device_changed(const std::string& /*device*/) {
  if (gateway_.mqtt().broker_status().up) gateway_.logins().check();
}

core::TodoSnapshot ConsoleHouse::todo_around() const {
  const domain::EventTime now = gateway_.clock().now();
  const ports::StoreStats stats = gateway_.store().stats();
  core::TodoSnapshot todo;
  todo.now_ms = now.unix_ms;
  todo.clock = now.quality;
  todo.uptime = gateway_.loop().now() - gateway_.started();
  todo.store = stats.health;
  todo.store_trouble = stats.trouble;
  todo.salvaged_ms = salvaged_ms_;
  todo.is_broker_up = gateway_.mqtt().broker_status().up;
  todo.loss = loss_;
  todo.platform.waiting = waiting();
  todo.platform.since_ms = link_since_ms_;
  if (gateway_.link() != nullptr) {
    const ports::LinkStatus link = gateway_.link()->status();
    todo.platform.is_wanted = true;
    todo.platform.is_up = link.up;
    todo.platform.refuses = is_refusal(link);
    todo.platform.last_error = link.last_error;
  }
  const core::InterlockDesk& fire = gateway_.interlocks();
  for (const auto& [rule, releases] : fire.state().active) todo.fire_released.push_back(rule);
  for (const auto& each : fire.missing()) {
    const core::Device* const device = gateway_.devices().find(each.device);
    todo.fire_release_missing.push_back({each.door, each.device.str(),
                                         device == nullptr ? "" : device->registration.place,
                                         std::string(each.why)});
  }
  for (const base::Error& each : fire.wrong()) todo.fire_rules_wrong.push_back(each.what);
  for (const Certificate& each : certificates_) {
    if (!each.info) continue;
    const std::int64_t now_s = now.unix_ms / 1000;
    todo.certificates.push_back(
        {each.name, each.layer, tls::days_left(each.info->not_after_unix_s, now_s),
         tls::expiry_warning(each.info->not_after_unix_s, now_s) != tls::ExpiryWarning::kNone});
  }
  return todo;
}

void ConsoleHouse::look_at_certificates() {
  certificates_.clear();
  for (const NamedCertificate& each : gateway_.certificates()) {
    auto info = tls::read_certificate(each.file);
    certificates_.push_back({each.name, each.layer, info ? std::optional(*info) : std::nullopt});
  }
}

}  // namespace linli::daemon
