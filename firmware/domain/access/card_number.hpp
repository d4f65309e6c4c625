#pragma once

#include <cstdint>

#include "firmware/base/result.hpp"
#include "firmware/domain/access/credential.hpp"

namespace linli::domain::access {

// The bits that a reader sends for a number as it is printed on cards, with the parities of Wiegand
// (韦根). For lists that somebody typed; a card that is shown to a reader needs none of this.
//
//   26 bits: | even over 12 | 8 facility | 16 number | odd over 12 |   number up to 16,777,215
//   34 bits: | even over 16 |          32            | odd over 16 |   number up to 4,294,967,295
//
// Vendors order the bytes of 34 bits in two ways; a list that does not open is the other one.
// kInvalid for other counts of bits, and for numbers that do not fit.
base::Result<Card> card_from_number(std::uint64_t number, int bit_count);

}  // namespace linli::domain::access
