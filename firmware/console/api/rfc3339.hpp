#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace linli::console::api {

// Unix milliseconds of an RFC 3339 time such as "2026-11-24T08:30:00.125Z" or with an offset
// ("+08:00"); nothing for anything else. Years 1970 to 9999.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace linli::console::api
