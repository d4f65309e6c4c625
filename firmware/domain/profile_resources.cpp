#include "firmware/domain/profile_resources.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "firmware/domain/profile_members.hpp"
#include "firmware/domain/schema_check.hpp"

namespace linli::domain {
namespace {

using base::Json;
using base::JsonReader;

constexpr std::string_view kSubprotocol = "lwm2m";

}  // namespace

std::string_view name(ResourceOperation operation) {
  return operation == ResourceOperation::kWrite ? "write" : "execute";
}

std::string_view name(ResourceFormat format) {
  switch (format) {
    case ResourceFormat::kText:
      return "text/plain";
    case ResourceFormat::kTlv:
      return "application/vnd.oma.lwm2m+tlv";
    case ResourceFormat::kSenmlJson:
      return "application/senml+json";
    case ResourceFormat::kChosen:
      break;
  }
  return "";
}

bool is_resource_form(JsonReader& form) {
  const auto subprotocol = form.optional_text("subprotocol", kMaxText);
  if (!subprotocol) return false;
  if (*subprotocol != kSubprotocol)
    form.reject("subprotocol", "expected 'lwm2m', or none for MQTT");
  return true;
}

ResourceForm read_resource(JsonReader& form, std::optional<ValueType> type) {
  ResourceForm resource;
  const auto path = parse_object_path(form.text("href", kMaxText));
  if (!path) form.reject("href", "expected /object/instance/resource, like /3303/0/5700");
  resource.path = path.value_or(ObjectPath{});
  if (!type && !form.has("lwm2m:type"))
    form.reject("lwm2m:type", "is missing: boolean, integer, number or string");
  resource.type = word_of(form, "lwm2m:type", kValueTypes, type.value_or(ValueType::kString));
  constexpr std::array kFormats{ResourceFormat::kText, ResourceFormat::kTlv,
                                ResourceFormat::kSenmlJson};
  resource.format = word_of(form, "contentType", kFormats, ResourceFormat::kChosen);
  return resource;
}

ResourceOperation read_operation(JsonReader& form) {
  if (!form.has("lwm2m:operation")) form.reject("lwm2m:operation", "is missing: write or execute");
  constexpr std::array kOperations{ResourceOperation::kWrite, ResourceOperation::kExecute};
  return word_of(form, "lwm2m:operation", kOperations, ResourceOperation::kWrite);
}

ValueType type_of(const Value& value) {
  constexpr std::array kByIndex{ValueType::kBoolean, ValueType::kInteger, ValueType::kNumber,
                                ValueType::kString, ValueType::kString};
  return kByIndex.at(value.index());
}

std::optional<ValueType> payload_type(const Json& payload, const ActionModel& action) {
  const auto value = scalar_of(payload);
  if (!value) return std::nullopt;
  if (!payload.is_string()) return type_of(*value);
  const auto& text = payload.get_ref<const std::string&>();
  const auto member =
      std::find_if(action.input.begin(), action.input.end(),
                   [&text](const FieldModel& field) { return text == "{" + field.name + "}"; });
  return member == action.input.end() ? ValueType::kString : member->schema.type;
}

}  // namespace linli::domain
