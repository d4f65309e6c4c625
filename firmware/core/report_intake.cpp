#include "firmware/core/report_intake.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/base/log.hpp"

namespace linli::core {
namespace {

// A device's own clock is believed only this near to ours; otherwise the time of arrival stands.
constexpr std::int64_t kMaxDeviceClockError = 24LL * 3600 * 1000;

std::string subject_of(const domain::DeviceId& id) {
  return "device/" + id.str();
}

// What a device measures again and again; the rest is a state, which it may tell only once.
bool is_measurement(const domain::PropertyModel& model) {
  return model.schema.type == domain::ValueType::kInteger ||
         model.schema.type == domain::ValueType::kNumber;
}

std::string rejection_data(const std::string& reason, std::uint64_t total) {
  std::string data = "{\"reason\":";
  base::append_json_string(data, reason);
  data += ",\"rejected_in_all\":" + std::to_string(total) + "}";
  return data;
}

}  // namespace

// One delivery on its way to the disk, and what to undo if it does not arrive there.
struct ReportIntake::Pending {
  struct SeenId {
    domain::DeviceId device;
    std::string message_id;
  };
  struct ReportedSlot {
    domain::DeviceId device;
    std::uint16_t property;
  };

  ports::Turn turn;
  base::Done<void> committed;
  domain::EventTime now;
  std::vector<SeenId> seen;  // new in this turn
  std::vector<SeenId> acknowledgements;
  std::vector<ReportedSlot> reported;       // values whose news is in this turn
  std::vector<domain::DeviceId> presences;  // devices whose presence changes in this turn
  std::vector<Settle> settles;
  std::vector<Device*> value_rows;  // devices whose rows belong into this turn, each once
  bool refuse_flood = false;
  bool is_flood = false;

  static void touch(std::vector<Device*>& rows, Device& device) {
    // Deliveries hold few devices many times over; the last one is the likeliest.
    if (std::find(rows.rbegin(), rows.rend(), &device) == rows.rend()) rows.push_back(&device);
  }
};

ReportIntake::ReportIntake(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
                           DeviceTable& devices, Dependencies dependencies, IntakeLimits limits)
    : loop_(loop),
      store_(store),
      clock_(clock),
      devices_(devices),
      dependencies_(std::move(dependencies)),
      limits_(limits),
      value_rows_(loop, store, devices) {}

ReportIntake::~ReportIntake() = default;

void ReportIntake::take(ports::Delivery delivery, base::Done<void> committed) {
  auto pending = std::make_shared<Pending>();
  pending->committed = std::move(committed);
  pending->now = clock_.now();
  pending->turn.marks = std::move(delivery.marks);
  pending->turn.forget_marks = delivery.forget_marks;
  pending->refuse_flood = delivery.refuse_flood;
  for (domain::Report& report : delivery.reports) apply(*pending, report);
  write_touched_rows(*pending);
  ports::Turn turn = std::move(pending->turn);
  counts_.envelopes += turn.envelopes.size();
  store_.commit(std::move(turn), [this, pending](base::Result<void> stored) {
    after_commit(pending, std::move(stored));
  });
}

void ReportIntake::apply(Pending& pending, domain::Report& report) {
  ++counts_.reports;
  Device* const device = devices_.find(report.device);
  if (device == nullptr) return reject_unknown(pending, report);
  // A detector that floods is still a detector.
  if (dependencies_.on_arrival && !report.rejection)
    dependencies_.on_arrival(*device, report, pending.now);
  // Not taken, so not acknowledged either: the device may repeat it when it has calmed down.
  if (is_flood(*device, report)) {
    pending.is_flood = true;
    return;
  }
  apply_known(pending, *device, report);
  if (!report.message_id.empty()) {
    pending.acknowledgements.push_back({std::move(report.device), std::move(report.message_id)});
  }
}

void ReportIntake::apply_known(Pending& pending, Device& device, domain::Report& report) {
  // Silence is told by the gateway itself: the device was not heard.
  if (report.presence != domain::Presence::kOffline || report.is_goodbye) {
    device.last_seen = loop_.now();
    device.last_heard = pending.now;
  }
  if (!report.message_id.empty()) {
    auto row = device.seen.insert(report.device.str(), report.message_id);
    if (!row) {
      ++counts_.duplicates;
      return;
    }
    pending.turn.puts.push_back(*std::move(row));
    pending.seen.push_back({report.device, report.message_id});
  }
  if (report.rejection) return reject(pending, device, *report.rejection);
  apply_presence(pending, device, report);
  if (!report.readings.empty()) apply_readings(pending, device, report);
  apply_events(pending, device, report);
  counts_.presentations += report.presentations.size();
  for (const domain::ActionResult& result : report.results) {
    keep(pending, dependencies_.on_result(pending.turn, report.device, result));
  }
  if (dependencies_.on_report)
    keep(pending, dependencies_.on_report(pending.turn, device, report, pending.now));
}

void ReportIntake::keep(Pending& pending, Settle settle) {
  if (settle) pending.settles.push_back(std::move(settle));
}

void ReportIntake::apply_readings(Pending& pending, Device& device, const domain::Report& report) {
  const domain::EventTime at = time_of(report);
  std::string data = "{\"properties\":{";
  const std::size_t empty = data.size();
  for (const domain::Reading& reading : report.readings) {
    const domain::PropertyModel& model = device.profile->properties[reading.property];
    Slot& slot = device.slots[reading.property];
    slot.value = reading.value;
    slot.at = at;
    if (dependencies_.on_reading)
      dependencies_.on_reading(device, model, reading.value, pending.now,
                               report.device_time_ms.value_or(pending.now.unix_ms));
    if (!is_news(model, slot, reading.value, loop_.now())) continue;
    slot.reported = reading.value;
    slot.reported_at = loop_.now();
    pending.reported.push_back({report.device, reading.property});
    if (is_measurement(model)) {
      value_rows_.note(device);
    } else {
      Pending::touch(pending.value_rows, device);
    }
    if (data.size() > empty) data.push_back(',');
    base::append_json_string(data, model.name);
    data.push_back(':');
    domain::append_json(data, reading.value);
  }
  if (data.size() == empty) return;
  data += "}}";
  pending.turn.envelopes.push_back({domain::Stream::kTelemetry, std::string(domain::kPropertyEvent),
                                    subject_of(report.device), at, std::move(data)});
}

void ReportIntake::apply_events(Pending& pending, const Device& device,
                                const domain::Report& report) {
  for (const domain::DeviceEvent& event : report.events) {
    const domain::EventModel& model = device.profile->events[event.event];
    std::string data = "{\"event\":";
    base::append_json_string(data, model.name);
    data += ",\"severity\":\"";
    data += domain::name(model.severity);
    data += "\",\"place\":";
    base::append_json_string(data, device.registration.place);
    data += ",\"data\":" + event.data + "}";
    pending.turn.envelopes.push_back({.stream = model.stream,
                                      .type = std::string(domain::kThingEvent),
                                      .subject = subject_of(report.device),
                                      .time = time_of(report),
                                      .data = std::move(data),
                                      .place = device.registration.place});
  }
}

void ReportIntake::apply_presence(Pending& pending, Device& device, const domain::Report& report) {
  // Whoever speaks is there, even if it never said so.
  const domain::Presence presence = report.presence.value_or(domain::Presence::kOnline);
  if (device.presence == presence) return;
  // What was so before a restart, and is so again, has not changed.
  if (device.presence || device.remembered != presence || !device.since) device.since = pending.now;
  device.presence = presence;
  device.said_goodbye = report.is_goodbye && presence == domain::Presence::kOffline;
  pending.presences.push_back(report.device);
  pending.turn.puts.push_back({ports::Space::kPresence, report.device.str(), presence_row(device)});
  const bool online = presence == domain::Presence::kOnline;
  pending.turn.envelopes.push_back({.stream = domain::Stream::kTelemetry,
                                    .type = std::string(domain::kPresenceEvent),
                                    .subject = subject_of(report.device),
                                    .time = pending.now,
                                    .data = online ? R"({"online":true})" : R"({"online":false})",
                                    .place = device.registration.place});
}

void ReportIntake::reject_unknown(Pending& pending, const domain::Report& report) {
  ++counts_.rejected;
  if (unknown_.size() >= limits_.max_unknown_devices && !unknown_.contains(report.device)) return;
  const auto [entry, is_new] = unknown_.try_emplace(report.device, loop_.now());
  if (!is_new && loop_.now() - entry->second < limits_.rejection_pause) return;
  entry->second = loop_.now();
  base::log::warn("intake",
                  "message of a device that is not registered: add it or revoke its login",
                  {{"device", report.device}});
  pending.turn.envelopes.push_back({domain::Stream::kTelemetry, std::string(domain::kRejectedEvent),
                                    subject_of(report.device), pending.now,
                                    rejection_data("the device is not registered", 1)});
}

void ReportIntake::reject(Pending& pending, Device& device, const std::string& reason) {
  ++counts_.rejected;
  ++device.rejected;
  device.last_rejected = pending.now;
  const bool is_first = device.rejection_reported == base::TimePoint{};
  if (!is_first && loop_.now() - device.rejection_reported < limits_.rejection_pause) return;
  device.rejection_reported = loop_.now();
  base::log::warn(
      "intake", "data rejected",
      {{"device", device.registration.id}, {"reason", reason}, {"in_all", device.rejected}});
  pending.turn.envelopes.push_back({.stream = domain::Stream::kTelemetry,
                                    .type = std::string(domain::kRejectedEvent),
                                    .subject = subject_of(device.registration.id),
                                    .time = pending.now,
                                    .data = rejection_data(reason, device.rejected),
                                    .place = device.registration.place});
}

bool ReportIntake::is_flood(Device& device, const domain::Report& report) {
  if (report.readings.empty()) return false;
  if (loop_.now() - device.flood_window >= std::chrono::seconds(1)) {
    if (device.messages_in_window > limits_.messages_per_second) {
      base::log::warn(
          "intake", "device floods: readings beyond its limit are dropped",
          {{"device", device.registration.id}, {"dropped_in_all", device.flood_dropped}});
    }
    device.flood_window = loop_.now();
    device.messages_in_window = 0;
  }
  if (++device.messages_in_window <= limits_.messages_per_second) return false;
  ++device.flood_dropped;
  ++counts_.throttled;
  return true;
}

domain::EventTime ReportIntake::time_of(const domain::Report& report) const {
  domain::EventTime time = clock_.now();
  if (!report.device_time_ms || time.quality != domain::TimeQuality::kSynchronised) return time;
  const bool is_near = *report.device_time_ms >= time.unix_ms - kMaxDeviceClockError &&
                       *report.device_time_ms <= time.unix_ms + kMaxDeviceClockError;
  if (is_near) time.unix_ms = *report.device_time_ms;
  return time;
}

void ReportIntake::write_touched_rows(Pending& pending) const {
  for (const Device* device : pending.value_rows) {
    pending.turn.puts.push_back(
        {ports::Space::kProperty, device->registration.id.str(), property_row(*device)});
  }
}

void ReportIntake::after_commit(const std::shared_ptr<Pending>& pending,
                                base::Result<void> stored) {
  const bool is_stored = stored.has_value();
  if (!is_stored) take_back(*pending);
  for (Settle& settle : pending->settles) std::move(settle)(is_stored);
  if (is_stored) {
    for (const auto& [id, message_id] : pending->acknowledgements) acknowledge(id, message_id);
  }
  if (is_stored && pending->is_flood && pending->refuse_flood)
    stored = base::fail(base::Code::kRefused, "the device floods: its reading was dropped");
  std::move(pending->committed)(std::move(stored));
}

// A repeat may have been stored while the first copy was not and was taken back: then neither
// counts.
void ReportIntake::acknowledge(const domain::DeviceId& id, const std::string& message_id) {
  const Device* const device = devices_.find(id);
  if (device == nullptr || !device->seen.contains(message_id)) return;
  dependencies_.acknowledge(id, message_id);
}

// The other side will send the same again, and then it must not look like a repeat.
void ReportIntake::take_back(Pending& pending) {
  ++counts_.failed;
  for (const auto& [id, message_id] : pending.seen) {
    if (Device* device = devices_.find(id)) device->seen.remove(message_id);
  }
  for (const domain::DeviceId& id : pending.presences) {
    if (Device* device = devices_.find(id)) device->presence.reset();
  }
  for (const auto& [id, property] : pending.reported) {
    Device* const device = devices_.find(id);
    if (device != nullptr && property < device->slots.size())
      device->slots[property].reported.reset();
  }
}

}  // namespace linli::core
