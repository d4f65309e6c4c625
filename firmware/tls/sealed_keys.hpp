#pragma once

#include <memory>
#include <string>

#include "firmware/ports/key_store.hpp"

namespace linli::tls {

// Where the sealing key is: the service manager's credential "linli.secret" if it was given one
// (systemd LoadCredential or LoadCredentialEncrypted), else secret.key among the identity's files.
std::string sealing_key_file(const std::string& identity_directory);

// Makes secret.key if neither it nor the credential is there. Part of linlictl keys init.
base::Result<void> init_sealing_key(const std::string& identity_directory);

// AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce and the name as additional data:
//
//   | 1 format | 12 nonce | n ciphertext | 16 tag |
//
// A random nonce is safe for 2^32 seals under one key; a gateway makes a few thousand.
class SealedKeys final : public ports::KeyStore {
 public:
  // kNotFound with the way out if there is no key, kInvalid if it is not 64 hexadecimal digits.
  static base::Result<std::unique_ptr<SealedKeys>> load(const std::string& key_file);

  base::Result<base::SecretText> new_password() override;
  base::Result<std::string> seal(std::string_view name, const base::SecretText& secret) override;
  base::Result<base::SecretText> open(std::string_view name, std::string_view sealed) override;

 private:
  explicit SealedKeys(base::SecretText key) : key_(std::move(key)) {}

  base::SecretText key_;  // 32 bytes
};

}  // namespace linli::tls
