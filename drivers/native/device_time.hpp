#pragma once

#include <cstdint>
#include <optional>

#include "firmware/base/json.hpp"

namespace linli::drivers::native {

// Unix milliseconds, or RFC 3339 with Z or an offset. nullopt if it is neither or outside 1970 to
// 2199.
std::optional<std::int64_t> parse_device_time(const base::Json& time);

}  // namespace linli::drivers::native
