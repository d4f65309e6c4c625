#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/base/secret.hpp"

namespace linli::tls {

// From the kernel; kInternal if it has none. Any thread.
base::Result<std::string> random_bytes(std::size_t count);

// A password for a machine: 160 random bits in 32 characters of a-z and 2-7.
base::Result<base::SecretText> random_password();

std::string base64(std::string_view bytes);

// PBKDF2 with HMAC-SHA-512, 64 bytes (RFC 8018): the form in which mosquitto's dynamic security
// keeps passwords.
base::Result<std::string> pbkdf2_sha512(std::string_view password, std::string_view salt,
                                        unsigned iterations);

}  // namespace linli::tls
