#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/base/secret.hpp"

namespace linli::tls {

// AES-256-GCM (NIST SP 800-38D) for pieces of a stream; the caller never gives a nonce twice. One
// thread at a time.
class ChunkCipher {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  static constexpr std::size_t kNonceBytes = 12;
  static constexpr std::size_t kTagBytes = 16;

  // kInvalid unless the key has 32 bytes.
  static base::Result<std::unique_ptr<ChunkCipher>> make(const base::SecretText& key);
  ChunkCipher(const ChunkCipher&) = delete;
  ChunkCipher& operator=(const ChunkCipher&) = delete;
  ~ChunkCipher();

  // Ciphertext and tag behind it.
  base::Result<std::string> seal(std::string_view nonce, std::string_view with,
                                 std::string_view plain);
  // kCorrupt if anything differs: key, nonce, `with`, or a bit.
  base::Result<std::string> open(std::string_view nonce, std::string_view with,
                                 std::string_view sealed);

 private:
  struct Body;
  explicit ChunkCipher(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace linli::tls
