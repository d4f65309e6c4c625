#include "firmware/domain/wiegand.hpp"

#include <bit>

namespace linli::domain {
namespace {

constexpr std::size_t kShort = 26;
constexpr std::size_t kLong = 34;

std::uint64_t first_bits(std::string_view bits, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto byte = static_cast<unsigned char>(bits[i / 8]);
    value = (value << 1U) | ((byte >> (7U - i % 8)) & 1U);
  }
  return value;
}

}  // namespace

std::optional<WiegandNumber> decode_wiegand(std::string_view bits, std::size_t bit_count) {
  if (bit_count != kShort && bit_count != kLong) return std::nullopt;
  if (bits.size() < (bit_count + 7) / 8) return std::nullopt;
  const std::uint64_t all = first_bits(bits, bit_count);
  const std::size_t half = bit_count / 2;
  const std::uint64_t low = all & ((std::uint64_t{1} << half) - 1);
  WiegandNumber number;
  number.bit_count = static_cast<std::uint16_t>(bit_count);
  number.number =
      static_cast<std::uint32_t>((all >> 1U) & ((std::uint64_t{1} << (bit_count - 2)) - 1));
  number.facility = number.number >> 16U;
  number.card = number.number & 0xFFFFU;
  if (bit_count == kLong) number.reversed = __builtin_bswap32(number.number);
  number.parity_ok = std::popcount(all >> half) % 2 == 0 && std::popcount(low) % 2 == 1;
  return number;
}

std::optional<char> wiegand_key(std::string_view bits, std::size_t bit_count) {
  if (bits.empty() || (bit_count != 4 && bit_count != 8)) return std::nullopt;
  const auto byte = static_cast<unsigned char>(bits[0]);
  const unsigned high = byte >> 4U;
  const unsigned low = byte & 0x0FU;
  if (bit_count == 8 && high != (~low & 0x0FU)) return std::nullopt;
  const unsigned key = bit_count == 8 ? low : high;
  constexpr std::string_view kKeys = "0123456789*#";
  if (key >= kKeys.size()) return std::nullopt;
  return kKeys[key];
}

}  // namespace linli::domain
