#include "firmware/domain/schema_check.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "firmware/base/json_reader.hpp"

namespace linli::domain {
namespace {

using base::Code;

constexpr double kExactInteger = 9007199254740992.0;  // 2^53: beyond it a double skips integers

std::string range_of(const ValueSchema& schema) {
  if (schema.minimum && schema.maximum)
    return fmt::format(" from {} to {}", *schema.minimum, *schema.maximum);
  if (schema.minimum) return fmt::format(" of at least {}", *schema.minimum);
  if (schema.maximum) return fmt::format(" of at most {}", *schema.maximum);
  return "";
}

std::string expectation(const ValueSchema& schema) {
  switch (schema.type) {
    case ValueType::kBoolean:
      return "true or false";
    case ValueType::kInteger:
      return "an integer" + range_of(schema);
    case ValueType::kNumber:
      return "a number" + range_of(schema);
    case ValueType::kString:
      break;
  }
  if (schema.enumeration.empty())
    return fmt::format("a string of at most {} bytes", schema.max_length);
  return fmt::format("one of {}", fmt::join(schema.enumeration, ", "));
}

base::Failure unexpected(const ValueSchema& schema, std::string found) {
  if (found.size() > 40) found = found.substr(0, 37) + "...";
  return base::fail(Code::kInvalid, "expected {}, found {}", expectation(schema), found);
}

bool in_range(const ValueSchema& schema, double number) {
  return std::isfinite(number) && (!schema.minimum || number >= *schema.minimum) &&
         (!schema.maximum || number <= *schema.maximum);
}

bool is_word(const ValueSchema& schema, const std::string& text) {
  if (schema.enumeration.empty()) return text.size() <= schema.max_length;
  return std::find(schema.enumeration.begin(), schema.enumeration.end(), text) !=
         schema.enumeration.end();
}

base::Result<Value> as_number(const ValueSchema& schema, const Value& value) {
  double number = 0;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    number = static_cast<double>(*integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    number = *real;
  } else {
    return unexpected(schema, to_json(value));
  }
  if (!in_range(schema, number)) return unexpected(schema, to_json(value));
  return Value(number);
}

base::Result<Value> as_integer(const ValueSchema& schema, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    if (!in_range(schema, static_cast<double>(*integer))) return unexpected(schema, to_json(value));
    return value;
  }
  const auto* real = std::get_if<double>(&value);
  const bool is_whole =
      real != nullptr && std::trunc(*real) == *real && std::abs(*real) <= kExactInteger;
  if (!is_whole || !in_range(schema, *real)) return unexpected(schema, to_json(value));
  return Value(static_cast<std::int64_t>(*real));
}

bool is_field(const std::vector<FieldModel>& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(),
                     [name](const FieldModel& field) { return field.name == name; });
}

base::Failure unknown_field(const std::vector<FieldModel>& fields, const std::string& key) {
  std::set<std::string, std::less<>> known;
  for (const FieldModel& field : fields) known.insert(field.name);
  const auto near = base::nearest(key, known);
  return base::fail(Code::kInvalid, "{}: unknown key{}", key.substr(0, 64),
                    near ? fmt::format(", did you mean '{}'?", *near) : "");
}

}  // namespace

std::optional<Value> scalar_of(const base::Json& json) {
  switch (json.type()) {
    case base::Json::value_t::boolean:
      return json.get<bool>();
    case base::Json::value_t::number_integer:
      return json.get<std::int64_t>();
    case base::Json::value_t::number_unsigned:
      if (std::cmp_less_equal(json.get<std::uint64_t>(), INT64_MAX))
        return json.get<std::int64_t>();
      return json.get<double>();
    case base::Json::value_t::number_float:
      return json.get<double>();
    case base::Json::value_t::string:
      return json.get<std::string>();
    default:
      return std::nullopt;
  }
}

base::Result<Value> to_value(Value value, const ValueSchema& schema) {
  switch (schema.type) {
    case ValueType::kBoolean:
      if (std::holds_alternative<bool>(value)) return value;
      break;
    case ValueType::kInteger:
      return as_integer(schema, value);
    case ValueType::kNumber:
      return as_number(schema, value);
    case ValueType::kString:
      if (const auto* text = std::get_if<std::string>(&value);
          text != nullptr && is_word(schema, *text))
        return value;
      break;
  }
  return unexpected(schema, to_json(value));
}

base::Result<Value> to_value(const base::Json& json, const ValueSchema& schema) {
  auto raw = scalar_of(json);
  if (!raw)
    return unexpected(schema, json.is_null()     ? "null"
                              : json.is_object() ? "an object"
                                                 : "an array");
  return to_value(*std::move(raw), schema);
}

base::Result<std::string> validate_fields(const std::vector<FieldModel>& fields,
                                          const base::Json& object) {
  if (!object.is_object()) return base::fail(Code::kInvalid, "expected an object");
  for (const FieldModel& field : fields) {
    const auto member = object.find(field.name);
    if (member == object.end()) {
      if (field.required) return base::fail(Code::kInvalid, "{}: is missing", field.name);
      continue;
    }
    if (auto value = to_value(*member, field.schema); !value)
      return base::failure_of(std::move(value), field.name);
  }
  for (const auto& [key, unused] : object.items()) {
    if (!is_field(fields, key)) return unknown_field(fields, key);
  }
  return base::dump_json(object);
}

base::Result<std::string> validate_input(const std::vector<FieldModel>& fields,
                                         std::string_view json) {
  auto object = base::parse_json(json);
  if (!object) return base::failure_of(std::move(object));
  return validate_fields(fields, *object);
}

}  // namespace linli::domain
