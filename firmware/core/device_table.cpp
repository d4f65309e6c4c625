#include "firmware/core/device_table.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json_reader.hpp"

namespace linli::core {
namespace {

constexpr std::size_t kMaxText = 256;

std::optional<double> number_of(const domain::Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nullopt;
}

std::optional<domain::Value> value_of(const base::Json& json, domain::ValueType type) {
  switch (type) {
    case domain::ValueType::kBoolean:
      if (json.is_boolean()) return json.get<bool>();
      break;
    case domain::ValueType::kInteger:
      if (json.is_number_integer()) return json.get<std::int64_t>();
      break;
    case domain::ValueType::kNumber:
      if (json.is_number()) return json.get<double>();
      break;
    case domain::ValueType::kString:
      if (json.is_string()) return json.get<std::string>();
      break;
  }
  return std::nullopt;
}

domain::TimeQuality quality_of(const std::string& word) {
  for (const auto quality : {domain::TimeQuality::kSynchronised, domain::TimeQuality::kFloor}) {
    if (domain::name(quality) == word) return quality;
  }
  return domain::TimeQuality::kUnknown;
}

// The latest of what is known from before a restart.
void note_heard(Device& device, const domain::EventTime& time) {
  if (!device.last_heard || time.unix_ms > device.last_heard->unix_ms) device.last_heard = time;
}

void restore_slot(Slot& slot, const base::Json& stored, domain::ValueType type) {
  const bool whole = stored.is_array() && stored.size() == 3 && stored[1].is_number_integer() &&
                     stored[2].is_string();
  if (!whole) return;
  slot.value = value_of(stored[0], type);
  slot.at.unix_ms = stored[1].get<std::int64_t>();
  slot.at.quality = quality_of(stored[2].get<std::string>());
}

}  // namespace

std::string to_row(const Registration& registration) {
  return base::dump_json({{"profile", registration.profile},
                          {"driver", registration.driver},
                          {"address", registration.address},
                          {"place", registration.place},
                          {"name", registration.name}});
}

base::Result<Registration> registration_from_row(std::string_view id, std::string_view row) {
  Registration registration;
  auto parsed_id = domain::DeviceId::parse(id);
  if (!parsed_id) return base::failure_of(std::move(parsed_id));
  registration.id = *std::move(parsed_id);
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json), id);
  base::JsonReader in(*json, std::string(id));
  registration.profile = in.text("profile", kMaxText);
  registration.driver = in.text("driver", kMaxText);
  registration.address = in.text("address", kMaxText);
  registration.place = in.text("place", kMaxText);
  registration.name = in.text("name", kMaxText);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return registration;
}

bool is_news(const domain::PropertyModel& model, const Slot& slot, const domain::Value& value,
             base::TimePoint now) {
  if (!slot.reported) return true;
  if (model.heartbeat > base::Duration::zero() && now - slot.reported_at >= model.heartbeat)
    return true;
  const auto before = number_of(*slot.reported);
  const auto after = number_of(value);
  if (before && after) return std::abs(*after - *before) > model.dead_band;
  return value != *slot.reported;
}

std::string property_row(const Device& device) {
  std::string row = "{";
  for (std::size_t i = 0; i < device.slots.size(); ++i) {
    const Slot& slot = device.slots[i];
    if (!slot.value) continue;
    if (row.size() > 1) row.push_back(',');
    base::append_json_string(row, device.profile->properties[i].name);
    row += ":[";
    domain::append_json(row, *slot.value);
    row += ',' + std::to_string(slot.at.unix_ms) + ",\"";
    row += domain::name(slot.at.quality);
    row += "\"]";
  }
  row.push_back('}');
  return row;
}

void restore_properties(Device& device, std::string_view row) {
  const auto json = base::parse_json(row);
  if (!json || !json->is_object()) return;
  for (const auto& [name, stored] : json->items()) {
    const auto index = domain::property_index(*device.profile, name);
    if (index)
      restore_slot(device.slots[*index], stored, device.profile->properties[*index].schema.type);
    if (index && device.slots[*index].value) note_heard(device, device.slots[*index].at);
  }
}

std::string presence_row(const Device& device) {
  const domain::EventTime since = device.since.value_or(domain::EventTime{});
  const domain::EventTime heard = device.last_heard.value_or(since);
  return base::dump_json({{"online", device.presence == domain::Presence::kOnline},
                          {"goodbye", device.said_goodbye},
                          {"since", since.unix_ms},
                          {"quality", domain::name(since.quality)},
                          {"heard", heard.unix_ms}});
}

void restore_presence(Device& device, std::string_view row) {
  const auto json = base::parse_json(row);
  if (!json) return;
  base::JsonReader in(*json);
  const bool is_online = in.boolean("online");
  const bool said_goodbye = in.boolean("goodbye");
  domain::EventTime since;
  since.unix_ms = in.integer("since", {});
  since.quality = quality_of(in.text("quality", kMaxText));
  domain::EventTime heard = since;
  heard.unix_ms = in.integer("heard", {});
  if (!in.finish()) return;
  device.remembered = is_online ? domain::Presence::kOnline : domain::Presence::kOffline;
  device.said_goodbye = said_goodbye;
  device.since = since;
  note_heard(device, heard);
}

Device& DeviceTable::put(Registration registration, ProfilePtr profile) {
  auto& device = devices_[registration.id];
  if (!device) device = std::make_unique<Device>();
  const bool same_model = device->profile && device->registration.profile == registration.profile &&
                          device->slots.size() == profile->properties.size();
  if (!same_model) device->slots.assign(profile->properties.size(), Slot{});
  device->registration = std::move(registration);
  device->profile = std::move(profile);
  return *device;
}

void DeviceTable::remove(const domain::DeviceId& id) {
  devices_.erase(id);
}

Device* DeviceTable::find(const domain::DeviceId& id) {
  const auto found = devices_.find(id);
  return found == devices_.end() ? nullptr : found->second.get();
}

const Device* DeviceTable::find(const domain::DeviceId& id) const {
  const auto found = devices_.find(id);
  return found == devices_.end() ? nullptr : found->second.get();
}

std::size_t DeviceTable::online() const {
  return static_cast<std::size_t>(std::count_if(
      devices_.begin(), devices_.end(),
      [](const auto& entry) { return entry.second->presence == domain::Presence::kOnline; }));
}

std::vector<const Device*> DeviceTable::all() const {
  std::vector<const Device*> devices;
  devices.reserve(devices_.size());
  for (const auto& [id, device] : devices_) devices.push_back(device.get());
  std::sort(devices.begin(), devices.end(), [](const Device* a, const Device* b) {
    return a->registration.id < b->registration.id;
  });
  return devices;
}

}  // namespace linli::core
