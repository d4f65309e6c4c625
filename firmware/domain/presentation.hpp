#pragma once

#include <cstdint>
#include <optional>

#include "firmware/base/secret.hpp"
#include "firmware/base/time.hpp"
#include "firmware/domain/ids.hpp"
#include "firmware/domain/wiegand.hpp"

namespace linli::domain {

// What a person showed to a reader, for whoever decides about the door. It is the person's secret:
// it is no event, does not go up to the platform and stands in no log.
struct Presentation {
  enum class Kind : std::uint8_t { kCard, kKeypad, kQr, kFace };

  DeviceId reader;
  std::uint8_t head = 0;  // which reader of that device, if it has several
  Kind kind = Kind::kCard;
  base::SecretText card_bits = {};  // kCard: hexadecimal, as they came: the only certain form
  std::uint16_t bit_count = 0;      // kCard: how many of them count
  std::optional<WiegandNumber> wiegand = {};  // kCard: if the bits have that form
  base::SecretText digits = {};               // kKeypad: 0-9 A-D * #, perhaps one at a time
  base::SecretText text = {};  // kQr: what the code says; kFace: the reader's own word
  base::TimePoint at = {};     // when the gateway received it

  friend bool operator==(const Presentation& one, const Presentation& other);
};

}  // namespace linli::domain
