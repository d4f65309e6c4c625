#pragma once

#include <functional>
#include <optional>
#include <string>

#include "firmware/core/way_in.hpp"

namespace linli::core {

// One-time codes for a person: the claim code of a new gateway, invitations, recovery. Loop thread.
class Joining {
 public:
  Joining(WayInParts parts, SecretPorts ports, std::string site)
      : parts_(parts), ports_(ports), site_(std::move(site)) {}
  Joining(const Joining&) = delete;
  Joining& operator=(const Joining&) = delete;

  // Before anything else: the claim code that is stored, and what the invitations' codes are.
  base::Result<void> restore(ports::Query& query);
  // A claim code, if nobody has claimed the gateway and there is none yet.
  void make_claim_code();
  AccountResult<base::SecretText> claim_code() const;

  void claim(ClaimForm form, Origin origin, AccountDone<Entry> done);
  void accept(AcceptForm form, Origin origin, AccountDone<Entry> done);
  void recover(const base::SecretText& code, base::SecretText password, Origin origin,
               AccountDone<Entry> done);

  // A new invitation; `invitation` says for whom. Adds its audit line.
  AccountResult<Plan<CodeOffer>> offer(Invitation invitation, const std::string& issuer);

 private:
  using MakeEntry = std::function<AccountResult<Plan<Entry>>(const std::string& password_hash)>;

  // nullptr, after `done` was told: a wrong code, or too many of them.
  bool may_try(const Origin& origin, AccountDone<Entry>& done);
  const Invitation* find(const base::SecretText& code, bool recovers) const;
  AccountResult<void> check_accept(const Invitation& invitation, const AcceptForm& form) const;
  AccountResult<Plan<Entry>> plan_claim(const ClaimForm& form, const Origin& origin,
                                        const std::string& password_hash);
  AccountResult<Person> person_who_joins(const Invitation& invitation);
  AccountResult<Plan<Entry>> plan_accept(const std::string& id, const AcceptForm& form,
                                         const Origin& origin, const std::string& password_hash);
  AccountResult<Plan<Entry>> plan_recover(const std::string& id, const Origin& origin,
                                          const std::string& password_hash);
  // Hashes the password, if there is one, and then makes the change.
  void hash_and_add(base::SecretText password, MakeEntry make, AccountDone<Entry> done);

  WayInParts parts_;
  SecretPorts ports_;
  std::string site_;
  std::optional<base::SecretText> claim_;
  std::shared_ptr<const bool> own_ = std::make_shared<const bool>(true);
};

}  // namespace linli::core
