#pragma once

#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/base/secret.hpp"

namespace linli::ports {

// Passwords for machines, and the sealed form in which the database keeps them. The key that opens
// them lies outside the database: a copy of the database alone gives nothing away. Any thread.
class KeyStore {
 public:
  KeyStore() = default;
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;
  virtual ~KeyStore() = default;

  // 160 random bits in 32 characters of a-z and 2-7. kInternal if the kernel gives no randomness.
  virtual base::Result<base::SecretText> new_password() = 0;

  // `name` says whose it is; what was sealed under one name cannot be opened under another.
  virtual base::Result<std::string> seal(std::string_view name, const base::SecretText& secret) = 0;
  // kCorrupt if it was changed, sealed under another name or with another key.
  virtual base::Result<base::SecretText> open(std::string_view name, std::string_view sealed) = 0;
};

// Under which name a driver's own key for a device is sealed and stored (Space::kSecret), beside
// the device's password. It is forgotten with the device.
inline std::string device_key_name(std::string_view device) {
  return "key/" + std::string(device);
}

}  // namespace linli::ports
