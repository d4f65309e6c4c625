#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// Card numbers as readers send them since the days of two wires (韦根). Bits are packed, the first
// one in the highest bit of the first byte; whatever fills the last byte is not looked at.
namespace linli::domain {

struct WiegandNumber {
  std::uint16_t bit_count = 0;  // 26 or 34: which form it is
  std::uint32_t facility = 0;   // W26: 8 bits, W34: the upper 16
  std::uint32_t card = 0;       // 16 bits
  std::uint32_t number = 0;     // all bits between the parities
  // W34 only, else 0: the bytes from the other end. Vendors differ, and print the same card as two
  // numbers; only the raw bits are certain.
  std::uint32_t reversed = 0;
  bool parity_ok = false;  // false: a bit was lost or turned; nobody is to be let in by it

  friend bool operator==(const WiegandNumber&, const WiegandNumber&) = default;
};

//   W26: | even | 8 facility, 16 card | odd |, parities over 12 bits each
//   W34: | even | 32                  | odd |, over 16 bits each
// Nothing for another count of bits, or fewer bytes than that.
std::optional<WiegandNumber> decode_wiegand(std::string_view bits, std::size_t bit_count);

// A key of a keypad on the same wires: 4 bits, or 8 with the complement in front. 0-9, '*' and '#';
// nothing for what is no key.
std::optional<char> wiegand_key(std::string_view bits, std::size_t bit_count);

}  // namespace linli::domain
