#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "firmware/core/accounts.hpp"
#include "firmware/tls/local_crypto.hpp"
#include "firmware/tls/sealed_keys.hpp"
#include "tests/fakes/fake_hash.hpp"
#include "tests/fakes/memory_query.hpp"
#include "tests/story/house.hpp"

namespace linli::story {

using base::SecretText;
using core::RefusalKind;
using domain::Privilege;
using domain::Role;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline constexpr const char* kPassword = "correct horse 7";

// The people of a compound in virtual time: real cryptography but for the hash of passwords. It can
// be killed and started again on what is stored.
class Estate : public testing::Test {
 protected:
  Estate();
  ~Estate() override;

  void start();
  // The process dies, and starts again from what is stored.
  void crash_and_restart();
  // The machine starts anew: another boot, in which the clock is right or not.
  void reboot(domain::TimeQuality quality, std::int64_t wall_ahead_ms = 0);

  // Runs a call of Accounts to its end.
  template <class T, class Call>
  core::AccountResult<T> run(Call call) {
    std::optional<core::AccountResult<T>> outcome;
    call([&outcome](core::AccountResult<T> done) { outcome.emplace(std::move(done)); });
    EXPECT_FALSE(outcome.has_value()) << "answered within the call";
    loop.run_ready();
    if (outcome) return *std::move(outcome);
    return core::refuse(RefusalKind::kInternal, "no answer");
  }

  core::AccountResult<core::Entry> claim(const std::string& code, const std::string& login = "mei");
  core::Entry claimed();  // with the right code
  core::AccountResult<core::Entry> sign_in(const std::string& login, const std::string& password,
                                           const std::string& otp = "",
                                           const std::string& peer = "192.0.2.1");
  core::AccountResult<core::CodeOffer> invite(Role role, std::vector<std::string> places = {},
                                              const core::By& by = core::by_local(0));
  core::AccountResult<core::CodeOffer> invite_resident(const std::string& resident);
  core::AccountResult<core::Entry> accept(const SecretText& code, const std::string& login);
  // Somebody with login and kPassword.
  core::Entry person(Role role, const std::string& login, std::vector<std::string> places = {});
  core::Entry resident(const std::string& place);

  core::AccountResult<core::Actor> admit(const core::Entry& entry);
  core::AccountResult<core::Actor> admit(const core::TokenOffer& offer);
  bool is_in(const core::Entry& entry) { return admit(entry).has_value(); }
  core::Actor actor(const core::Entry& entry) { return admit(entry).value(); }

  // The code that the authenticator app of `secret` (base32) shows now.
  std::string otp(const core::SecondFactorOffer& offer, std::int64_t ahead_ms = 0);
  core::SecondFactorOffer second_factor(const core::Entry& entry);

  // Actions of the audit, in their order.
  std::vector<std::string> actions() const;
  std::size_t count(const std::string& action) const;

  std::string directory;
  fakes::VirtualLoop loop;
  fakes::MemoryStore store{loop, &tls::sha256};
  TestClock clock{loop};
  fakes::FakeHash hashes{loop};
  tls::LocalCrypto crypto;
  std::unique_ptr<tls::SealedKeys> keys;
  std::unique_ptr<core::Accounts> accounts;
};

}  // namespace linli::story
