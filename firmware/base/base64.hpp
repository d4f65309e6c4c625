#pragma once

#include <string>
#include <string_view>

#include "firmware/base/result.hpp"

namespace linli::base {

// Bytes of a text in base64 (RFC 4648, section 4) with its padding. kInvalid for anything else.
Result<std::string> from_base64(std::string_view text);

}  // namespace linli::base
