#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/base/json.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/domain/profile.hpp"

// The part of "forms" that points to resources of a LwM2M device:
//
//   {"href": "/3303/0/5700", "subprotocol": "lwm2m"}
//   {"href": "/3338/0/5850", "subprotocol": "lwm2m", "lwm2m:operation": "write",
//    "linli:payload": "{on}"}
namespace linli::domain {

// Does the form that `form` reads have the subprotocol "lwm2m"? Another one is a problem.
bool is_resource_form(base::JsonReader& form);

// "href", "contentType" and "lwm2m:type". `type` stands where the form does not name one; if there
// is neither, that is a problem.
ResourceForm read_resource(base::JsonReader& form, std::optional<ValueType> type);

enum class ResourceOperation : std::uint8_t { kWrite, kExecute };

std::string_view name(ResourceOperation operation);
// The media type as IANA has it; empty for kChosen, which is what stands where none is named.
std::string_view name(ResourceFormat format);

// "lwm2m:operation", which an action's form must have.
ResourceOperation read_operation(base::JsonReader& form);

ValueType type_of(const Value& value);
// Of the member that "{name}" stands for, or of the value itself.
std::optional<ValueType> payload_type(const base::Json& payload, const ActionModel& action);

}  // namespace linli::domain
