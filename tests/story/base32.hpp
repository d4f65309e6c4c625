#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace linli::story {

// What an authenticator app does with the secret that it is given (RFC 4648 without padding).
inline std::string from_base32(std::string_view text) {
  std::string bytes;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const auto value = static_cast<std::uint32_t>(c >= 'A' ? c - 'A' : c - '2' + 26);
    held = (held << 5U) | value;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<char>(held >> bits));
  }
  return bytes;
}

}  // namespace linli::story
