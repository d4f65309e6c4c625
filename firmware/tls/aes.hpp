#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "firmware/base/secret.hpp"

// AES-128 (FIPS 197) in the two modes (NIST SP 800-38A) that old field protocols are built of.
// Alone, neither hides or protects a message: the protocol adds what is missing. Any thread.
namespace linli::tls {

constexpr std::size_t kAesBytes = 16;  // of a block, and of a key

// Keys and initial vectors have kAesBytes, and texts are whole blocks: another length is our own
// bug.
std::string aes128_encrypt(const base::SecretText& key, std::string_view block);
std::string aes128_cbc_encrypt(const base::SecretText& key, std::string_view iv,
                               std::string_view plain);
std::string aes128_cbc_decrypt(const base::SecretText& key, std::string_view iv,
                               std::string_view cipher_text);

}  // namespace linli::tls
