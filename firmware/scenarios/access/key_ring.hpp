#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "firmware/ports/crypto.hpp"
#include "firmware/ports/key_store.hpp"
#include "firmware/ports/query.hpp"
#include "firmware/scenarios/access/presentation_desk.hpp"

namespace linli::scenarios::access {

// The keys that passes, visitor codes and PINs are recognised by. They stand sealed in
// Space::kSecret, and the key that opens them lies outside the database, so that who steals the
// database can make no pass and try no PIN. Immutable once it is open; shared by its MACs.
class KeyRing {
 public:
  // Reads the keys; one that is not there yet is made, and is in `turn`, which must be stored
  // before anything is made with it. kCorrupt for a key that cannot be opened: then nothing must be
  // made anew, or all passes and PINs that are out would be worth nothing.
  static base::Result<std::shared_ptr<const KeyRing>> open(ports::Query& query,
                                                           ports::KeyStore& keys,
                                                           ports::Turn& turn);

  // The MACs of this compound. `crypto` outlives them.
  static AccessMacs macs(std::shared_ptr<const KeyRing> ring, ports::Crypto& crypto,
                         std::string site);

 private:
  KeyRing() = default;

  base::SecretText pass_;  // number kPassKey
  base::SecretText keypad_;
};
inline constexpr std::uint8_t kPassKey = 1;

}  // namespace linli::scenarios::access
