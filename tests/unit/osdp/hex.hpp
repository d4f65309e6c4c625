#pragma once

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>

#include "firmware/base/bytes.hpp"

namespace linli::drivers::osdp {

// "53 65" as bytes, and back.
inline std::string hex(std::string_view text) {
  std::string digits(text);
  std::erase(digits, ' ');
  return base::from_hex(digits).value();
}
inline std::string spaced(std::string_view bytes) {
  std::string text;
  for (const char c : bytes)
    text += fmt::format("{}{:02X}", text.empty() ? "" : " ", static_cast<unsigned char>(c));
  return text;
}

}  // namespace linli::drivers::osdp
