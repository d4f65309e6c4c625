#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/base/secret.hpp"

namespace linli::ports {

// The small cryptography that the loop does itself: microseconds each. Any thread.
class Crypto {
 public:
  Crypto() = default;
  Crypto(const Crypto&) = delete;
  Crypto& operator=(const Crypto&) = delete;
  virtual ~Crypto() = default;

  // From the kernel; kInternal if it has none.
  virtual base::Result<std::string> random(std::size_t bytes) = 0;

  // SHA-256, 32 bytes.
  virtual std::string sha256(std::string_view bytes) = 0;

  // HMAC-SHA-256 (RFC 2104), 32 bytes; empty if there is no memory for it: no MAC is right.
  virtual std::string hmac_sha256(const base::SecretText& key, std::string_view bytes) = 0;

  // The one-time code of `secret` (raw bytes) at `step` (RFC 4226, HMAC-SHA-1): six digits.
  virtual std::string one_time_code(const base::SecretText& secret, std::uint64_t step) = 0;
};

}  // namespace linli::ports
