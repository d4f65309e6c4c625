#pragma once

#include <map>
#include <string>
#include <string_view>

namespace linli::base {

struct TextPosition {
  int line = 1;
  int column = 1;
};

// Where each member of a JSON text (comments allowed) stands: "platform.port" → line and column of
// its key. Stops quietly at the first mistake; members of arrays are not listed.
std::map<std::string, TextPosition> json_positions(std::string_view text);

// Line and column of a byte.
TextPosition position_of(std::string_view text, std::size_t offset);

}  // namespace linli::base
