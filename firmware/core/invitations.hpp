#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/secret.hpp"
#include "firmware/core/account_refusal.hpp"
#include "firmware/core/lifetime.hpp"
#include "firmware/domain/privilege.hpp"
#include "firmware/ports/crypto.hpp"

namespace linli::core {

// A code that is good once, for 72 hours: to become a person, or to get back to being one.
struct Invitation {
  std::string id = {};
  std::string person = {};    // who recovers; empty: somebody joins
  std::string resident = {};  // of the household book, who joins; empty: somebody new
  domain::Role role = domain::Role::kResident;
  std::string name = {};
  std::vector<std::string> places = {};
  std::string sealed_code = {};  // 49 bits are too few for a bare digest in a stolen database
  Lifetime life = {};
  std::string digest = {};  // of the code, 32 bytes; not in the row

  friend bool operator==(const Invitation&, const Invitation&) = default;
};

std::string to_row(const Invitation& invitation);
// Without the digest: who restores it opens the sealed code.
base::Result<Invitation> invitation_from_row(std::string_view id, std::string_view row);
std::string invitation_secret_name(std::string_view id);
LifetimeRule invitation_rule();

// Ten characters of 2-9 and A-Z without I, L, O and U: 10^14 codes, none of which is misread.
base::Result<base::SecretText> new_code(ports::Crypto& crypto);
// As somebody types it: spaces, hyphens and small letters do not matter.
base::SecretText typed_code(const base::SecretText& typed);

class Invitations {
 public:
  static constexpr std::size_t kMost = 1'000;

  const Invitation* find(std::string_view id) const;
  const Invitation* by_digest(std::string_view digest) const;
  void put(Invitation invitation);
  void remove(const std::string& id);
  std::vector<const Invitation*> of(std::string_view person) const;
  std::vector<const Invitation*> of_resident(std::string_view resident) const;
  const std::map<std::string, Invitation, std::less<>>& all() const { return invitations_; }

 private:
  std::map<std::string, Invitation, std::less<>> invitations_;
};

}  // namespace linli::core
