#include "firmware/domain/access/card_number.hpp"

#include <fmt/format.h>

#include <bit>
#include <utility>

namespace linli::domain::access {

base::Result<Card> card_from_number(std::uint64_t number, int bit_count) {
  if (bit_count != 26 && bit_count != 34) {
    return base::fail(base::Code::kInvalid,
                      "a number is made into 26 or 34 bits, not {}: give the raw bits as 0x…",
                      bit_count);
  }
  const auto data_bits = static_cast<unsigned>(bit_count) - 2;
  if (number == 0 || (number >> data_bits) != 0) {
    return base::fail(base::Code::kInvalid, "a card of {} bits has a number from 1 to {}",
                      bit_count, (std::uint64_t{1} << data_bits) - 1);
  }
  const unsigned half = data_bits / 2;
  const std::uint64_t upper = number >> half;
  const std::uint64_t lower = number & ((std::uint64_t{1} << half) - 1);
  const auto even = static_cast<std::uint64_t>(std::popcount(upper) % 2);
  const auto odd = static_cast<std::uint64_t>(1 - std::popcount(lower) % 2);
  const std::uint64_t bits = (even << (data_bits + 1)) | (number << 1U) | odd;
  const auto bytes = static_cast<unsigned>(bit_count + 7) / 8;
  const std::uint64_t padded = bits << (8 * bytes - static_cast<unsigned>(bit_count));
  auto card = card_of(fmt::format("{:0{}x}", padded, 2 * bytes), bit_count);
  if (!card) return card;
  card->number = number;
  if (bit_count == 26) card->facility = static_cast<std::uint32_t>(number >> 16U);
  return card;
}

}  // namespace linli::domain::access
