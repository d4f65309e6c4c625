#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "firmware/core/accounts.hpp"
#include "firmware/daemon/config.hpp"
#include "firmware/tls/argon2_hash.hpp"
#include "firmware/tls/local_crypto.hpp"

namespace linli::daemon {

// The accounts of people with what they stand on. Loop thread only.
class PeopleParts {
 public:
  struct Ports {
    ports::Store& store;
    ports::KeyStore& keys;
    ports::WallClock& clock;
    core::ParentOf parent_of;  // the tree of places; without it each place stands for itself
  };

  // Brings back what is stored.
  static base::Result<std::unique_ptr<PeopleParts>> make(base::Loop& loop, Ports ports,
                                                         ports::Query& query, const Config& config);
  PeopleParts(const PeopleParts&) = delete;
  PeopleParts& operator=(const PeopleParts&) = delete;

  core::Accounts& accounts() { return *accounts_; }
  // One thread, for the passwords of people and the PINs of doors.
  ports::PasswordHash& hash() { return *hashes_; }

 private:
  PeopleParts() = default;

  tls::LocalCrypto crypto_;
  std::unique_ptr<tls::Argon2Hash> hashes_;
  std::unique_ptr<core::Accounts> accounts_;
};

// A link to the console that this gateway serves: "https://host:port" and `tail`, e.g. "/#claim=…".
std::string console_uri(const Config& config, std::string_view tail);

// The link with which an invitation is accepted: residents have an app of their own.
std::string invitation_uri(const Config& config, domain::Role role, const base::SecretText& code);

}  // namespace linli::daemon
