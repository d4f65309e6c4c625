#pragma once

#include "firmware/core/entrance.hpp"
#include "firmware/core/lock_out.hpp"
#include "firmware/ports/key_store.hpp"
#include "firmware/ports/password_hash.hpp"

namespace linli::core {

// What the ways in to an account (signing in, one-time codes) stand on.
struct WayInParts {
  base::Loop& loop;
  AccountBooks& books;
  ChangeQueue& changes;
  LockOut& lock_out;
  Entrance& entrance;
};

// What guards a person's secrets.
struct SecretPorts {
  ports::KeyStore& keys;
  ports::PasswordHash& hashes;
  ports::Crypto& crypto;
  const ports::WallClock& clock;
};

}  // namespace linli::core
