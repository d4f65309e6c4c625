#include "firmware/console/api/device_view.hpp"

#include <nlohmann/json.hpp>

#include "firmware/domain/command_rules.hpp"

namespace linli::console::api {
namespace {

using base::Json;

// A value that is older than twice its heartbeat no longer says how things are.
constexpr int kHeartbeatsMissed = 2;

Json why_json(const core::DeviceStanding& standing) {
  if (standing.why == core::StateWhy::kNone) return {};
  Json params = Json::object();
  if (standing.last_seen) params["last_seen"] = time_json(standing.last_seen);
  return {{"code", core::name(standing.why)}, {"params", std::move(params)}};
}

bool is_stale(const domain::PropertyModel& model, std::optional<std::int64_t> age_ms,
              const core::DeviceStanding& standing) {
  if (standing.state != core::DeviceState::kOnline) return true;
  if (model.heartbeat <= base::Duration::zero()) return false;
  return !age_ms || *age_ms > kHeartbeatsMissed * base::to_ms(model.heartbeat);
}

Json actions_json(const domain::Profile& profile) {
  Json all = Json::array();
  for (const domain::ActionModel& action : profile.actions) {
    all.push_back({{"name", action.name},
                   {"title", title_json(action.title)},
                   {"safety", domain::name(action.safety)},
                   {"input", schema_json(action.input)}});
  }
  return all;
}

Json events_json(const domain::Profile& profile) {
  Json all = Json::array();
  for (const domain::EventModel& event : profile.events) {
    all.push_back({{"name", event.name},
                   {"title", title_json(event.title)},
                   {"class", domain::name(event.stream)}});
  }
  return all;
}

// How far a command is, in the words of the pages: "done" is said only of what the device says is.
std::string_view shown(const core::CommandRecord& record) {
  switch (record.outcome.state) {
    case domain::CommandState::kReceived:
    case domain::CommandState::kAccepted:
      return "waiting";
    case domain::CommandState::kSent:
      return "sent";
    case domain::CommandState::kConfirmed:
      return "effective";
    case domain::CommandState::kFailed:
      return "failed";
    case domain::CommandState::kExpired:
      return "expired";
    case domain::CommandState::kUnconfirmed:
      return "unconfirmed";
    case domain::CommandState::kRefused:
      return "refused";
  }
  return "waiting";
}

Json latency(const core::CommandRecord& record) {
  if (!domain::is_final(record.outcome.state)) return {};
  const auto age = domain::age_ms(record.received, record.changed);
  return age ? Json(std::max<std::int64_t>(*age, 0)) : Json();
}

Json parsed(const std::string& text) {
  return base::parse_json(text).value_or(Json::object());
}

}  // namespace

Json title_json(const domain::Title& title) {
  return {{"zh", title.zh.empty() ? title.en : title.zh}, {"en", title.en}};
}

Json value_json(const domain::Value& value) {
  return base::parse_json(domain::to_json(value)).value_or(Json());
}

Json time_json(const std::optional<domain::EventTime>& time) {
  return time ? Json(domain::rfc3339(time->unix_ms)) : Json();
}

Json schema_json(const domain::ValueSchema& schema) {
  Json json = {{"type", domain::name(schema.type)}};
  if (!schema.unit.empty()) json["unit"] = schema.unit;
  if (schema.minimum) json["minimum"] = *schema.minimum;
  if (schema.maximum) json["maximum"] = *schema.maximum;
  if (schema.type == domain::ValueType::kString) json["maxLength"] = schema.max_length;
  if (!schema.enumeration.empty()) json["enum"] = schema.enumeration;
  return json;
}

Json schema_json(const std::vector<domain::FieldModel>& fields) {
  if (fields.empty()) return {};
  Json properties = Json::object();
  Json required = Json::array();
  for (const domain::FieldModel& field : fields) {
    properties[field.name] = schema_json(field.schema);
    if (field.required) required.push_back(field.name);
  }
  Json json = {{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) json["required"] = std::move(required);
  return json;
}

core::DeviceStanding DeviceView::standing(const core::Device& device) const {
  return core::standing_of(&device, house_.around(device));
}

Json DeviceView::summary(const core::Device& device) const {
  const core::Registration& registration = device.registration;
  const core::DeviceStanding now = standing(device);
  return {{"id", registration.id.str()},           {"name", registration.name},
          {"profile", registration.profile},       {"title", title_json(device.profile->title)},
          {"driver", registration.driver},         {"place", registration.place},
          {"state", core::name(now.state)},        {"since", time_json(now.since)},
          {"last_seen", time_json(now.last_seen)}, {"why", why_json(now)}};
}

Json DeviceView::property(const core::Device& device, std::size_t index) const {
  const domain::PropertyModel& model = device.profile->properties.at(index);
  const core::Slot& slot = device.slots.at(index);
  Json json = {{"name", model.name},
               {"title", title_json(model.title)},
               {"type", domain::name(model.schema.type)},
               {"unit", model.schema.unit.empty() ? Json() : Json(model.schema.unit)},
               {"value", nullptr},
               {"at", nullptr},
               {"quality", nullptr},
               {"age_s", nullptr},
               {"stale", true},
               {"observable", true}};
  if (!slot.value) return json;
  const domain::EventTime at = clock_.corrected(slot.at);
  const auto age = domain::age_ms(at, clock_.now());
  json["value"] = value_json(*slot.value);
  json["at"] = domain::rfc3339(at.unix_ms);
  json["quality"] = domain::name(at.quality);
  if (age) json["age_s"] = std::max<std::int64_t>(*age, 0) / 1000;
  json["stale"] = is_stale(model, age, standing(device));
  return json;
}

Json DeviceView::whole(const core::Device& device) const {
  Json json = summary(device);
  Json properties = Json::array();
  for (std::size_t i = 0; i < device.profile->properties.size(); ++i)
    properties.push_back(property(device, i));
  json["address"] = device.registration.address;
  json["properties"] = std::move(properties);
  json["actions"] = actions_json(*device.profile);
  json["events"] = events_json(*device.profile);
  json["rejected"] = device.rejected;
  json["flood_dropped"] = device.flood_dropped;
  return json;
}

std::string DeviceView::version(const core::Device& device) {
  return core::to_row(device.registration);
}

std::string device_of(const domain::Command& command) {
  constexpr std::string_view kDevice = "device/";
  return command.target.starts_with(kDevice) ? command.target.substr(kDevice.size())
                                             : std::string();
}

Json command_json(const core::CommandRecord& record) {
  const domain::Command& command = record.command;
  const std::string device = device_of(command);
  // What a scenario is asked may name people, or hold what they type in.
  return {{"id", command.id.str()},
          {"device", device.empty() ? Json() : Json(device)},
          {"action", command.action},
          {"input", device.empty() ? Json::object() : parsed(command.input)},
          {"state", domain::name(record.outcome.state)},
          {"shown", shown(record)},
          {"reason", record.outcome.reason},
          {"output", parsed(record.outcome.output)},
          {"issuer", command.issuer},
          {"role", command.role},
          {"received_at", domain::rfc3339(record.received.unix_ms)},
          {"changed_at", domain::rfc3339(record.changed.unix_ms)},
          {"latency_ms", latency(record)},
          {"final", domain::is_final(record.outcome.state)}};
}

}  // namespace linli::console::api
