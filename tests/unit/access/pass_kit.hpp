#pragma once

#include <string>
#include <string_view>

#include "firmware/base/bytes.hpp"

namespace linli::domain::access {

// 32 bytes that depend on key and bytes: what the decisions need to know of a MAC. The real one has
// its vectors in the test of its adapter. Keys 1 and 2 are there.
inline std::string kit_mac(std::uint8_t key, std::string_view bytes) {
  if (key != 1 && key != 2) return {};
  std::string out;
  std::uint64_t seed = 0x9E3779B97F4A7C15ULL * (key + 1U);
  for (int word = 0; word < 4; ++word) {
    seed = base::digest64(bytes, seed ^ (static_cast<std::uint64_t>(word) << 56U));
    for (int i = 0; i < 8; ++i) out += static_cast<char>((seed >> (8 * i)) & 0xFFU);
  }
  return out;
}

}  // namespace linli::domain::access
