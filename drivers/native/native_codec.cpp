#include "drivers/native/native_codec.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "drivers/native/device_time.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/domain/schema_check.hpp"

namespace linli::drivers::native {
namespace {

using domain::Report;

constexpr base::JsonLimits kLimits{
    .max_bytes = 64 * 1024, .max_depth = 8, .max_values = 512, .max_string_bytes = 4096};
constexpr std::size_t kMaxIdBytes = 64;
constexpr std::size_t kMaxReasonBytes = 256;

void reject(Report& report, std::string reason) {
  report.readings.clear();
  report.events.clear();
  report.results.clear();
  report.presence.reset();
  report.rejection = std::move(reason);
}

void read_properties(const domain::Profile& profile, base::JsonReader& in, Report& report) {
  const base::Json& properties = in.object("properties");
  if (!properties.is_object()) return;
  report.readings.reserve(properties.size());
  for (const auto& [name, json] : properties.items()) {
    const auto index = domain::property_index(profile, name);
    if (!index)
      return in.reject("properties." + name.substr(0, 64),
                       "a " + profile.name + " has no such property");
    auto value = domain::to_value(json, profile.properties[*index].schema);
    if (!value) return in.reject("properties." + name, value.error().what);
    report.readings.push_back({*index, *std::move(value)});
  }
}

void read_event(const domain::Profile& profile, base::JsonReader& in, Report& report) {
  const std::string name = in.text("event", kMaxIdBytes);
  const base::Json* const data = in.optional_object("data");
  if (!in.ok()) return;
  const auto index = domain::event_index(profile, name);
  if (!index) return in.reject("event", "a " + profile.name + " has no event '" + name + "'");
  auto checked = domain::validate_fields(profile.events[*index].data,
                                         data == nullptr ? base::Json::object() : *data);
  if (!checked) return in.reject("data", checked.error().what);
  report.events.push_back({*index, *std::move(checked)});
}

void read_result(base::JsonReader& in, Report& report) {
  domain::ActionResult result;
  auto id = domain::CommandId::parse(in.text("command", kMaxIdBytes));
  result.ok = in.boolean("ok");
  if (const base::Json* output = in.optional_object("output"))
    result.output = base::dump_json(*output);
  result.problem = in.optional_text("problem", kMaxReasonBytes).value_or("");
  if (!in.ok()) return;
  if (!id) return in.reject("command", id.error().what);
  result.command = *std::move(id);
  report.results.push_back(std::move(result));
}

void read_presence(base::JsonReader& in, Report& report) {
  const bool online = in.boolean("online");
  // A last will says the same without it: then the connection broke.
  const bool is_goodbye = in.optional_boolean("goodbye").value_or(false);
  if (online && is_goodbye) in.reject("goodbye", "a device that leaves is not online");
  if (!in.ok()) return;
  report.presence = online ? domain::Presence::kOnline : domain::Presence::kOffline;
  report.is_goodbye = is_goodbye;
}

void read_header(base::JsonReader& in, Report& report) {
  report.message_id = in.optional_text("id", kMaxIdBytes).value_or("");
  const base::Json* const time = in.optional_any("time");
  if (time == nullptr) return;
  report.device_time_ms = parse_device_time(*time);
  if (!report.device_time_ms) in.reject("time", "expected Unix milliseconds or an RFC 3339 time");
}

}  // namespace

Report decode(const domain::Profile& profile, domain::DeviceId device, Kind kind,
              std::string_view payload) {
  Report report;
  report.device = std::move(device);
  const auto json = base::parse_json(payload, kLimits);
  if (!json) {
    reject(report, json.error().what);
    return report;
  }
  base::JsonReader in(*json);
  read_header(in, report);
  switch (kind) {
    case Kind::kProperties:
      read_properties(profile, in, report);
      break;
    case Kind::kEvent:
      read_event(profile, in, report);
      break;
    case Kind::kResult:
      read_result(in, report);
      break;
    case Kind::kPresence:
      read_presence(in, report);
      break;
  }
  if (auto read = in.finish(); !read) reject(report, read.error().what);
  return report;
}

std::string encode_command(const domain::ActionModel& action, const ports::ActionRequest& request) {
  std::string json = "{\"command\":";
  base::append_json_string(json, request.command.str());
  json += ",\"action\":";
  base::append_json_string(json, action.name);
  json += ",\"input\":" + request.input;
  json += ",\"ttl_ms\":" + std::to_string(base::to_ms(request.expires_in)) + "}";
  return json;
}

std::string encode_ack(std::string_view message_id) {
  std::string json = "{\"id\":";
  base::append_json_string(json, message_id);
  json.push_back('}');
  return json;
}

}  // namespace linli::drivers::native
