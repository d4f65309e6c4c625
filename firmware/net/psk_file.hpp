#pragma once

#include <string>

#include "firmware/base/result.hpp"
#include "firmware/base/secret.hpp"

namespace linli::net {

// A pre-shared key from a file with one line of 16 to 128 printable ASCII characters, taken as the
// bytes that they are. kNotFound if it cannot be read, kDenied if others than its owner may read
// it, kInvalid if it holds no key. No message says what is inside.
base::Result<base::SecretText> read_psk_file(const std::string& path);

}  // namespace linli::net
