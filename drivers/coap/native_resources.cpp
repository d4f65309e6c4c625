#include "drivers/coap/native_resources.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "drivers/coap/cbor_json.hpp"
#include "drivers/coap/reports.hpp"
#include "drivers/native/native_codec.hpp"
#include "firmware/base/json.hpp"

namespace linli::drivers::coap {
namespace {

using base::Json;
using net::CoapCode;
using net::CoapFormat;
using net::CoapMethod;
using net::CoapReply;
using net::CoapRequest;

constexpr std::size_t kMaxDiagnosticBytes = 160;  // RFC 7252 §5.5.2: brief

struct Row {
  Resource resource;
  std::string_view path;
  std::vector<CoapMethod> methods;
  std::string_view formats;  // as the attribute ct
  std::string_view type;     // as the attribute rt
};

const std::array kTable{
    Row{Resource::kCore, "/.well-known/core", {CoapMethod::kGet}, "40", ""},
    Row{Resource::kProperties,
        "/linli/v1/properties",
        {CoapMethod::kPost, CoapMethod::kPut},
        "50 60",
        "linli.properties"},
    Row{Resource::kEvent, "/linli/v1/event", {CoapMethod::kPost}, "50 60", "linli.event"},
    Row{Resource::kResult, "/linli/v1/result", {CoapMethod::kPost}, "50 60", "linli.result"},
    Row{Resource::kPresence,
        "/linli/v1/presence",
        {CoapMethod::kPost, CoapMethod::kPut, CoapMethod::kDelete},
        "50 60",
        "linli.presence"},
    Row{Resource::kCommand, "/linli/v1/command", {CoapMethod::kGet}, "50 60", "linli.command"},
    Row{Resource::kModel, "/linli/v1/model", {CoapMethod::kGet}, "50 60", "linli.model"},
    Row{Resource::kTime, "/linli/v1/time", {CoapMethod::kGet}, "50 60", "linli.time"},
};

const Row& row_of(Resource resource) {
  return *std::find_if(kTable.begin(), kTable.end(),
                       [resource](const Row& row) { return row.resource == resource; });
}

CoapReply error(CoapCode code, std::string_view why) {
  return {code, std::string(why.substr(0, kMaxDiagnosticBytes))};
}

CoapReply core(const CoapRequest& request) {
  if (request.accept && *request.accept != static_cast<std::uint16_t>(CoapFormat::kLink))
    return error(CoapCode::kNotAcceptable, "only link-format");
  std::vector<Link> links = native_links();
  for (const std::string& filter : request.query)
    std::erase_if(links, [&filter](const Link& link) { return !link_matches(link, filter); });
  return {CoapCode::kContent, encode_links(links), CoapFormat::kLink};
}

Json schema_json(const domain::ValueSchema& schema) {
  Json json = {{"type", std::string(domain::name(schema.type))}};
  if (!schema.unit.empty()) json["unit"] = schema.unit;
  if (schema.minimum) json["minimum"] = *schema.minimum;
  if (schema.maximum) json["maximum"] = *schema.maximum;
  if (!schema.enumeration.empty()) json["enum"] = schema.enumeration;
  return json;
}

Json fields_json(const std::vector<domain::FieldModel>& fields) {
  Json json = Json::object();
  for (const domain::FieldModel& field : fields) {
    json[field.name] = schema_json(field.schema);
    if (field.required) json[field.name]["required"] = true;
  }
  return json;
}

// What the gateway understands of this device: enough to find out why something was rejected.
std::string model_json(const domain::Profile& profile) {
  Json properties = Json::object();
  for (const auto& property : profile.properties)
    properties[property.name] = schema_json(property.schema);
  Json events = Json::object();
  for (const auto& event : profile.events)
    events[event.name] = {{"stream", std::string(domain::name(event.stream))},
                          {"data", fields_json(event.data)}};
  Json actions = Json::object();
  for (const auto& action : profile.actions)
    actions[action.name] = {{"input", fields_json(action.input)}};
  return base::dump_json({{"profile", profile.name},
                          {"properties", std::move(properties)},
                          {"events", std::move(events)},
                          {"actions", std::move(actions)}});
}

// For devices without a clock of their own.
std::string time_json(const domain::EventTime& now) {
  return base::dump_json(
      {{"time", now.unix_ms}, {"quality", std::string(domain::name(now.quality))}});
}

// Without Content-Format a payload is JSON.
base::Result<std::string> json_of(const CoapRequest& request, const std::string& payload) {
  if (request.content_format == static_cast<std::uint16_t>(CoapFormat::kCbor))
    return cbor_to_json(payload);
  return payload;
}

bool is_format_known(const CoapRequest& request) {
  return !request.content_format ||
         *request.content_format == static_cast<std::uint16_t>(CoapFormat::kJson) ||
         *request.content_format == static_cast<std::uint16_t>(CoapFormat::kCbor);
}

Outcome to_store(native::Kind kind, const CoapRequest& request, const std::string& payload,
                 const Caller& caller) {
  if (!is_format_known(request))
    return error(CoapCode::kUnsupportedFormat, "Content-Format 50 (JSON) or 60 (CBOR)");
  const auto json = json_of(request, payload);
  ToStore out;
  if (json) {
    out.report = native::decode(caller.profile, caller.device, kind, *json);
  } else {
    out.report.device = caller.device;
    out.report.rejection = json.error().what;
  }
  if (out.report.rejection) {
    out.reply = error(CoapCode::kBadRequest, *out.report.rejection);
  } else if (!request.exchange.confirmable && is_alarm(out.report, caller.profile)) {
    return error(CoapCode::kBadRequest, "an alarm must be confirmable (CON)");
  }
  return out;
}

Outcome gone_offline(const Caller& caller) {
  return ToStore{goodbye_of(caller.device), {CoapCode::kDeleted}};
}

}  // namespace

std::optional<Resource> find_resource(const std::vector<std::string>& path) {
  std::string text;
  for (const std::string& segment : path) {
    if (segment.find('/') != std::string::npos) return std::nullopt;
    text += "/" + segment;
  }
  const auto row = std::find_if(kTable.begin(), kTable.end(),
                                [&text](const Row& candidate) { return candidate.path == text; });
  if (row == kTable.end()) return std::nullopt;
  return row->resource;
}

std::vector<Link> native_links() {
  std::vector<Link> links;
  for (const Row& row : kTable) {
    if (row.resource == Resource::kCore) continue;
    Link link{std::string(row.path),
              {{"rt", std::string(row.type)}, {"ct", std::string(row.formats)}}};
    if (row.resource == Resource::kCommand) link.attributes.emplace_back("obs", "");
    links.push_back(std::move(link));
  }
  return links;
}

CoapReply content(const std::string& json, std::optional<std::uint16_t> accept) {
  const auto format =
      static_cast<CoapFormat>(accept.value_or(static_cast<std::uint16_t>(CoapFormat::kJson)));
  if (format == CoapFormat::kJson) return {CoapCode::kContent, json, CoapFormat::kJson};
  if (format != CoapFormat::kCbor)
    return error(CoapCode::kNotAcceptable, "Content-Format 50 (JSON) or 60 (CBOR)");
  auto cbor = json_to_cbor(json);
  if (!cbor) return error(CoapCode::kInternal, "");
  return {CoapCode::kContent, *std::move(cbor), CoapFormat::kCbor};
}

Outcome handle(Resource resource, const CoapRequest& request, const std::string& payload,
               const Caller& caller) {
  const auto& methods = row_of(resource).methods;
  if (std::find(methods.begin(), methods.end(), request.method) == methods.end())
    return error(CoapCode::kMethodNotAllowed, "");
  switch (resource) {
    case Resource::kCore:
      return core(request);
    case Resource::kProperties:
      return to_store(native::Kind::kProperties, request, payload, caller);
    case Resource::kEvent:
      return to_store(native::Kind::kEvent, request, payload, caller);
    case Resource::kResult:
      return to_store(native::Kind::kResult, request, payload, caller);
    case Resource::kPresence:
      if (request.method == CoapMethod::kDelete) return gone_offline(caller);
      return to_store(native::Kind::kPresence, request, payload, caller);
    case Resource::kCommand:
      // A command is told once, in its notification: whoever asked again and got it again might
      // move twice.
      return content("{}", request.accept);
    case Resource::kModel:
      return content(model_json(caller.profile), request.accept);
    case Resource::kTime:
      return content(time_json(caller.now), request.accept);
  }
  return error(CoapCode::kInternal, "");
}

}  // namespace linli::drivers::coap
