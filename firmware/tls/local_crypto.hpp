#pragma once

#include "firmware/ports/crypto.hpp"

namespace linli::tls {

// SHA-256 of some bytes, 32 bytes. Any thread.
std::string sha256(std::string_view bytes);

// ports::Crypto by mbedTLS and the kernel.
class LocalCrypto final : public ports::Crypto {
 public:
  base::Result<std::string> random(std::size_t bytes) override;
  std::string sha256(std::string_view bytes) override;
  std::string hmac_sha256(const base::SecretText& key, std::string_view bytes) override;
  std::string one_time_code(const base::SecretText& secret, std::uint64_t step) override;
};

}  // namespace linli::tls
