#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/json.hpp"
#include "firmware/base/result.hpp"
#include "firmware/domain/profile.hpp"

namespace linli::domain {

// A single value as it stands in the JSON: integers beyond 63 bits become numbers. nullopt for
// null, objects and arrays.
std::optional<Value> scalar_of(const base::Json& json);

// `json` as a value of this schema. kInvalid says what was expected ("a number from 0 to 100, found
// 120"). An integer is taken where a number is expected, and a whole number where an integer is.
base::Result<Value> to_value(const base::Json& json, const ValueSchema& schema);

// A value that a transform made, held to the schema in the same way.
base::Result<Value> to_value(Value value, const ValueSchema& schema);

// `object` as the data of these fields: required ones there, unknown ones refused, each valid. The
// answer is the object again as one line of JSON.
base::Result<std::string> validate_fields(const std::vector<FieldModel>& fields,
                                          const base::Json& object);

// The same for text that is still to be parsed, e.g. a command's input.
base::Result<std::string> validate_input(const std::vector<FieldModel>& fields,
                                         std::string_view json);

}  // namespace linli::domain
