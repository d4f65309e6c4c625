#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"

namespace linli::base {

using Json = nlohmann::json;

// What an input may hold. Beyond any of these it is refused before a value exists.
struct JsonLimits {
  std::size_t max_bytes = 64 * 1024;
  int max_depth = 32;  // copying and dumping a Json recurse: 32 levels fit any stack we run on
  std::size_t max_values = 4096;
  std::size_t max_string_bytes = 16 * 1024;
  bool allow_comments = false;  // configuration files only
};

// The only way from text to Json. Refuses what the limits forbid, invalid UTF-8, duplicate keys,
// integers beyond 64 bits, numbers beyond a double, a byte-order mark and trailing text.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

// One line of JSON. Never throws: bytes that are not UTF-8 become U+FFFD.
std::string dump_json(const Json& value);

// Appends `text` as a JSON string with quotes and escapes; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

// Appends `number` in the shortest form that reads back the same; not-a-number and infinity, which
// JSON cannot say, become null.
void append_json_number(std::string& out, double number);

}  // namespace linli::base
