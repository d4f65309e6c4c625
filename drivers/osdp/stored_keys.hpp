#pragma once

#include "drivers/osdp/panel.hpp"

namespace linli::drivers::osdp {

// A reader's keys as one secret text for ports::KeyStore, and back: "<current>:<next>" in
// hexadecimal, either may be empty. kCorrupt if it is anything else.
base::SecretText to_secret(const ReaderKeys& keys);
base::Result<ReaderKeys> keys_from_secret(const base::SecretText& secret);

}  // namespace linli::drivers::osdp
