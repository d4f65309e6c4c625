#pragma once

#include <string>

#include "firmware/core/way_in.hpp"

namespace linli::core {

// Login and password, then the second factor if there is one, then a session. Whether a login
// exists shows neither in the answers nor in their time. Loop thread.
class SignIn {
 public:
  SignIn(WayInParts parts, SecretPorts ports) : parts_(parts), ports_(ports) {}
  SignIn(const SignIn&) = delete;
  SignIn& operator=(const SignIn&) = delete;

  void sign_in(SignInForm form, Origin origin, AccountDone<Entry> done);

  // Is this the person's password? Counts as an attempt to sign in. kSignInRefused, kLockedOut,
  // kBusy.
  void check_password(const std::string& person, base::SecretText password, Origin origin,
                      AccountDone<void> done);

  // One more line for the audit when somebody begins to be locked out, at most one a minute.
  void note_lock(const std::string& login, const Origin& origin);

  // The step of a right code that was not used before.
  AccountResult<std::uint64_t> factor_step(const Person& person, const base::SecretText& otp) const;

 private:
  struct Attempt {
    std::string login;
    std::optional<base::SecretText> otp;
    Origin origin;
    std::string password_hash;  // that was found to be right
  };

  void after_password(Attempt attempt, base::Result<bool> is_right, AccountDone<Entry> done);
  AccountResult<Plan<Entry>> plan(const Attempt& attempt);
  void settle(const Attempt& attempt, const AccountResult<Entry>& outcome);

  WayInParts parts_;
  SecretPorts ports_;
  base::TimePoint lock_told_{};
  std::uint64_t locks_untold_ = 0;
  std::shared_ptr<const bool> own_ = std::make_shared<const bool>(true);
};

}  // namespace linli::core
