#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/base/secret.hpp"
#include "firmware/domain/ids.hpp"

namespace linli::ports {

// Somebody whom a terminal at a door is to know, by one credential.
struct RosterPerson {
  std::string id;              // what the terminal says when it knows them again
  std::string holder;          // whose credential that is
  base::SecretText card_bits;  // of a card, in hexadecimal; empty: a face
  int card_bit_count = 0;
  std::optional<std::int64_t> from_ms;
  std::optional<std::int64_t> until_ms;
  bool at_all_hours = true;  // false: at some hours, which only the gateway can judge
};

// Who is to be known where. Loop thread only.
class PersonRoster {
 public:
  PersonRoster() = default;
  PersonRoster(const PersonRoster&) = delete;
  PersonRoster& operator=(const PersonRoster&) = delete;
  virtual ~PersonRoster() = default;

  // Each once, by the readers that this device is: whoever may pass their doors today or later.
  virtual std::vector<RosterPerson> persons_at(const domain::DeviceId& terminal) const = 0;
};

}  // namespace linli::ports
