#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace linli::domain {

// An object or array, kept as checked JSON text.
struct JsonText {
  std::string text;
  friend bool operator==(const JsonText&, const JsonText&) = default;
};

// What a property can hold (W3C WoT data schema types).
using Value = std::variant<bool, std::int64_t, double, std::string, JsonText>;

// Appends `value` as JSON.
void append_json(std::string& out, const Value& value);
std::string to_json(const Value& value);

}  // namespace linli::domain
