#pragma once

#include <string>
#include <string_view>

#include "firmware/base/result.hpp"

namespace linli::console::api {

// The place in a list after which the next page begins, as text that nobody should take apart.
std::string cursor_of(std::string_view key);

// The key of a cursor; an empty cursor has an empty key. kInvalid for what cursor_of did not make.
base::Result<std::string> key_of(std::string_view cursor);

}  // namespace linli::console::api
