#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace linli::storage {

// The big-endian number of `size` bytes (at most 8) at `at`, which must lie inside `bytes`.
constexpr std::uint64_t big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size; ++i)
    number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

constexpr std::uint16_t big_endian16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(big_endian(bytes, at, 2));
}

constexpr std::uint32_t big_endian32(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(big_endian(bytes, at, 4));
}

}  // namespace linli::storage
