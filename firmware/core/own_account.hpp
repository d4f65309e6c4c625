#pragma once

#include <map>
#include <string>

#include "firmware/base/json.hpp"
#include "firmware/core/sign_in.hpp"

namespace linli::core {

// What people do with their own account. Loop thread.
class OwnAccount {
 public:
  struct Parts {
    base::Loop& loop;
    AccountBooks& books;
    ChangeQueue& changes;
    SignIn& sign_in;
  };

  OwnAccount(Parts parts, SecretPorts ports, std::string site)
      : parts_(parts), ports_(ports), site_(std::move(site)) {}
  OwnAccount(const OwnAccount&) = delete;
  OwnAccount& operator=(const OwnAccount&) = delete;

  std::vector<SessionView> sessions(const Actor& actor) const;
  void end_session(const Actor& actor, std::string id, AccountDone<void> done);
  void end_sessions(const Actor& actor, AccountDone<void> done);
  void change_password(const Actor& actor, base::SecretText old_one, base::SecretText new_one,
                       AccountDone<void> done);
  void begin_second_factor(const Actor& actor, AccountDone<SecondFactorOffer> done);
  void confirm_second_factor(const Actor& actor, const base::SecretText& otp,
                             AccountDone<void> done);
  void remove_second_factor(const Actor& actor, base::SecretText password, AccountDone<void> done);
  base::Json data_of(const Actor& actor) const;

 private:
  Origin origin_of(const Actor& actor) const;
  AccountResult<void> may_change(const Actor& actor) const;
  AccountResult<Plan<void>> plan_password(const Actor& actor, const std::string& old_hash,
                                          const std::string& new_hash);
  AccountResult<Plan<void>> plan_factor(const std::string& id, std::string sealed,
                                        std::vector<std::uint64_t> steps, const char* action);
  void hash_new(const Actor& actor, std::string old_hash, base::SecretText new_one,
                AccountDone<void> done);

  Parts parts_;
  SecretPorts ports_;
  std::string site_;
  std::map<std::string, base::SecretText> offered_;  // person → a factor that is not in force yet
  std::shared_ptr<const bool> own_ = std::make_shared<const bool>(true);
};

}  // namespace linli::core
