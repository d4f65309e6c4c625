#pragma once

#include <string>

#include "firmware/base/once.hpp"
#include "firmware/base/secret.hpp"

namespace linli::ports {

// Hashes for the passwords of people: slow and large on purpose, so it has a thread of its own.
// Called on the loop's thread; `done` runs there later, exactly once, unless the object is
// destroyed first. kFull: too many wait already, ask again soon; kInternal: no memory for it.
class PasswordHash {
 public:
  PasswordHash() = default;
  PasswordHash(const PasswordHash&) = delete;
  PasswordHash& operator=(const PasswordHash&) = delete;
  virtual ~PasswordHash() = default;

  // The stored form (PHC string), with a new salt.
  virtual void hash(base::SecretText password, base::Done<std::string> done) = 0;

  // Does `password` belong to `stored`? A stored form that cannot be read belongs to none. An empty
  // `stored` takes as long as a real one and is false: nobody learns from the time which logins
  // there are.
  virtual void verify(base::SecretText password, std::string stored, base::Done<bool> done) = 0;
};

}  // namespace linli::ports
