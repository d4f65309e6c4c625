#pragma once

#include <string_view>

namespace linli::core {

// config/common_passwords.txt as it was when this was built: one a line, in small letters.
std::string_view common_passwords();

}  // namespace linli::core
