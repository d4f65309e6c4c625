#pragma once

#include <memory>

#include "firmware/base/loop.hpp"
#include "firmware/ports/password_hash.hpp"

namespace linli::tls {

// ports::PasswordHash by libsodium: Argon2id (RFC 9106) with 12 MiB, 3 passes, one lane, a 16-byte
// salt, in PHC form. One password at a time on a thread of its own, so that the daemon never holds
// the 12 MiB twice; at most 32 wait. What waits when it is destroyed is dropped.
class Argon2Hash final : public ports::PasswordHash {
 public:
  static constexpr std::size_t kMemoryBytes = 12UL * 1024 * 1024;
  static constexpr unsigned kPasses = 3;
  static constexpr std::size_t kMaxWaiting = 32;

  // kInternal if the library cannot start.
  static base::Result<std::unique_ptr<Argon2Hash>> make(base::Loop& loop);
  ~Argon2Hash() override;

  void hash(base::SecretText password, base::Done<std::string> done) override;
  void verify(base::SecretText password, std::string stored, base::Done<bool> done) override;

 private:
  struct Body;
  explicit Argon2Hash(std::unique_ptr<Body> body);

  std::unique_ptr<Body> body_;
};

}  // namespace linli::tls
