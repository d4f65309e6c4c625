#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/domain/access/credential.hpp"

namespace linli::scenarios::access {

// All credentials (凭证), as stored, and how often each was used. How often stands in a row of its
// own: an opening writes it, and so never writes over a revocation. Loop thread only. Pointers stay
// good until the credential is put again or removed.
class CredentialBook {
 public:
  static constexpr std::size_t kMost = 50'000;

  const domain::access::Credential* find(std::string_view id) const;
  // Whose card that is; nullptr: nobody's.
  const domain::access::Credential* by_card(const domain::access::Card& card) const;
  const domain::access::Credential* by_card_key(std::string_view card_key) const;
  // By what else names one: the tag of a PIN (pin_tag), a face's number, a pseudonym of passes.
  const domain::access::Credential* by_pin_tag(std::string_view tag) const;
  const domain::access::Credential* by_face(std::string_view face_id) const;
  const domain::access::Credential* by_subject(std::string_view pseudonym) const;
  const domain::access::Credential* by_number(std::string_view number) const;
  std::vector<const domain::access::Credential*> of_holder(std::string_view holder) const;
  const std::map<std::string, domain::access::Credential, std::less<>>& all() const {
    return credentials_;
  }

  // kConflict: the card, the PIN, the face or the pseudonym is somebody's already (revoked ones are
  // nobody's); kFull at kMost.
  base::Result<void> check(const domain::access::Credential& credential,
                           std::string_view pin_tag) const;
  // `pin_tag` of a PIN; else empty.
  void put(domain::access::Credential credential, std::string pin_tag = "");
  void remove(std::string_view id);
  std::string pin_tag(std::string_view id) const;

  void set_uses(std::string_view id, std::uint32_t uses);
  // Of a TOTP: which of its codes were used lately, see core::step_of.
  std::vector<std::uint64_t> steps(std::string_view id) const;
  void set_steps(std::string_view id, std::vector<std::uint64_t> steps);

 private:
  // What a credential is found by: "card/…", "pin/…", "face/…", "qr/…", "totp/…"; empty: by its id
  // alone.
  static std::string key_of(const domain::access::Credential& credential, std::string_view pin_tag);
  const domain::access::Credential* by_key(const std::string& key) const;

  std::map<std::string, domain::access::Credential, std::less<>> credentials_;
  std::map<std::string, std::string, std::less<>> tags_;  // credential id → tag of its PIN
  std::map<std::string, std::vector<std::uint64_t>, std::less<>> steps_;  // by credential id
  std::map<std::string, std::string, std::less<>> keys_;                  // key → credential id
  std::multimap<std::string, std::string, std::less<>> holders_;
};

// The keyed tag that PIN digits are looked up by, 32 hexadecimal digits: the first 128 bits of
// HMAC-SHA-256. Without the key, which lies sealed outside the database, a stolen database does not
// say which digits they are. That they are right is still the Argon2id string's word.
using KeypadMac = std::function<std::string(std::string_view bytes)>;
std::string pin_tag(std::string_view digits, const KeypadMac& mac);
// kInvalid: 4 to 12 digits, not all the same.
base::Result<void> check_pin(std::string_view digits);

}  // namespace linli::scenarios::access
