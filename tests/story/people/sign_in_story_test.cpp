#include "tests/story/people/estate.hpp"

namespace linli::story {
namespace {

using base::Code;

TEST_F(Estate, TheFirstWhoHasTheClaimCodeIsManagerAndThenTheCodeIsVoid) {
  const std::string code = accounts->claim_code().value().reveal();
  EXPECT_EQ(code.size(), 10U);
  EXPECT_EQ(claim("2222222222").error().kind, RefusalKind::kSignInRefused);
  EXPECT_FALSE(accounts->is_claimed());
  const auto typed = claim(code.substr(0, 5) + "-" + code.substr(5));
  ASSERT_TRUE(typed.has_value());
  EXPECT_EQ(typed->session.actor.role, Role::kManager);
  EXPECT_TRUE(accounts->is_claimed());
  EXPECT_EQ(claim(code, "other").error().kind, RefusalKind::kAlreadyClaimed);
  EXPECT_EQ(accounts->claim_code().error().kind, RefusalKind::kAlreadyClaimed);
  EXPECT_TRUE(is_in(*typed));
}

TEST_F(Estate, TheClaimCodeStaysTheSameOverARestartAndIsNotReadableInTheDatabase) {
  const std::string code = accounts->claim_code().value().reveal();
  crash_and_restart();
  EXPECT_EQ(accounts->claim_code().value().reveal(), code);
  for (const auto& [key, value] : store.rows(ports::Space::kMeta))
    EXPECT_EQ(value.find(code), std::string::npos) << key;
}

TEST_F(Estate, UnknownLoginAndWrongPasswordHaveTheSameAnswerAndTheSameWork) {
  claimed();
  hashes.verified = 0;
  const auto wrong = sign_in("mei", "not this one");
  const auto unknown = sign_in("nobody", "not this one");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error(), unknown.error());
  EXPECT_EQ(hashes.verified, 2);
  EXPECT_TRUE(sign_in("MEI", kPassword).has_value());
}

TEST_F(Estate, FiveWrongPasswordsCostThirtySecondsAndThenTwiceAsMuchUpToAQuarterOfAnHour) {
  claimed();
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(sign_in("mei", "wrong").error().kind, RefusalKind::kSignInRefused);
  const auto locked = sign_in("mei", kPassword);
  EXPECT_EQ(locked.error().kind, RefusalKind::kLockedOut);
  EXPECT_EQ(locked.error().wait_s, 30);
  for (const std::int64_t wait : {60, 120, 240, 480, 900, 900}) {
    loop.run_for(seconds(900));
    EXPECT_EQ(sign_in("mei", "wrong").error().kind, RefusalKind::kSignInRefused);
    EXPECT_EQ(sign_in("mei", kPassword).error().wait_s, wait);
  }
  EXPECT_EQ(count("sign_in.locked_out"), 7U);
}

TEST_F(Estate, ALoginThatDoesNotExistIsLockedLikeOneThatDoes) {
  claimed();
  for (int i = 0; i < 5; ++i) sign_in("nobody", "wrong", "", "192.0.2." + std::to_string(i));
  EXPECT_EQ(sign_in("nobody", "wrong", "", "192.0.2.99").error().wait_s, 30);
}

TEST_F(Estate, AnAddressIsLockedWhateverLoginsItTries) {
  claimed();
  for (int i = 0; i < 5; ++i) sign_in("user" + std::to_string(i), "wrong", "", "203.0.113.5");
  EXPECT_EQ(sign_in("mei", kPassword, "", "203.0.113.5").error().kind, RefusalKind::kLockedOut);
  EXPECT_TRUE(sign_in("mei", kPassword, "", "203.0.113.6").has_value());
}

TEST_F(Estate, AHundredAtOnceAreNoBetterThanOneAfterTheOther) {
  claimed();
  hashes.hold();
  int refused = 0;
  int locked = 0;
  for (int i = 0; i < 100; ++i) {
    accounts->sign_in({"mei", SecretText("wrong")}, {"192.0.2.1", ""}, [&](const auto& outcome) {
      ++(outcome.error().kind == RefusalKind::kLockedOut ? locked : refused);
    });
  }
  hashes.release();
  loop.run_ready();
  EXPECT_EQ(refused, 5);
  EXPECT_EQ(locked, 95);
}

TEST_F(Estate, WhoComesInAtLastBeginsAnewAndAManagerMayUnlock) {
  const auto mei = claimed();
  for (int i = 0; i < 4; ++i) sign_in("mei", "wrong");
  EXPECT_TRUE(sign_in("mei", kPassword, "", "198.51.100.1").has_value());
  for (int i = 0; i < 5; ++i) sign_in("mei", "wrong", "", "198.51.100." + std::to_string(10 + i));
  EXPECT_EQ(sign_in("mei", kPassword, "", "198.51.100.2").error().kind, RefusalKind::kLockedOut);
  const std::string id = actor(mei).person;
  EXPECT_TRUE(accounts->person(core::by_local(0), id)->is_locked);
  EXPECT_TRUE(
      run<void>([&](auto done) { accounts->unlock(core::by_local(0), id, std::move(done)); }));
  EXPECT_TRUE(sign_in("mei", kPassword, "", "198.51.100.2").has_value());
}

TEST_F(Estate, TooManyPasswordsAtOnceAreNoWrongOnes) {
  claimed();
  hashes.is_full = true;
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(sign_in("mei", kPassword).error().kind, RefusalKind::kBusy);
  hashes.is_full = false;
  EXPECT_TRUE(sign_in("mei", kPassword).has_value());
}

TEST_F(Estate, ADateThatJumpsNeitherEndsADelayNorMakesOneLonger) {
  claimed();
  for (int i = 0; i < 5; ++i) sign_in("mei", "wrong");
  clock.wall_at_start += 86'400'000LL * 400;
  EXPECT_EQ(sign_in("mei", kPassword).error().wait_s, 30);
  clock.wall_at_start = 0;
  EXPECT_EQ(sign_in("mei", kPassword).error().wait_s, 30);
  loop.run_for(seconds(30));
  EXPECT_TRUE(sign_in("mei", kPassword).has_value());
}

TEST_F(Estate, WithASecondFactorThePasswordAloneIsNotEnough) {
  const auto mei = claimed();
  const auto factor = second_factor(mei);
  loop.run_for(minutes(2));
  EXPECT_EQ(sign_in("mei", kPassword).error().kind, RefusalKind::kSecondFactorRequired);
  EXPECT_EQ(sign_in("mei", kPassword, "000000").error().kind, RefusalKind::kSignInRefused);
  const auto in = sign_in("mei", kPassword, otp(factor));
  ASSERT_TRUE(in.has_value());
  EXPECT_TRUE(in->session.second_factor);
}

TEST_F(Estate, ACodeOfTheAppIsGoodOnceAlsoOverARestartAndForTwoAtTheSameTime) {
  const auto factor = second_factor(claimed());
  EXPECT_EQ(sign_in("mei", kPassword, otp(factor)).error().kind, RefusalKind::kSignInRefused)
      << "the code that confirmed the factor is used up";
  loop.run_for(minutes(2));
  const std::string code = otp(factor);
  int in = 0;
  for (int i = 0; i < 2; ++i) {
    accounts->sign_in({"mei", SecretText(kPassword), SecretText(code)}, {"192.0.2.1", ""},
                      [&in](const auto& outcome) { in += outcome ? 1 : 0; });
  }
  loop.run_ready();
  EXPECT_EQ(in, 1);
  crash_and_restart();
  EXPECT_EQ(sign_in("mei", kPassword, code).error().kind, RefusalKind::kSignInRefused);
}

TEST_F(Estate, CodesOfTheStepBeforeAndAfterAreTakenAndNoOthers) {
  const auto factor = second_factor(claimed());
  loop.run_for(minutes(10));
  EXPECT_FALSE(sign_in("mei", kPassword, otp(factor, -60'000)).has_value());
  EXPECT_FALSE(sign_in("mei", kPassword, otp(factor, 60'000)).has_value());
  EXPECT_TRUE(sign_in("mei", kPassword, otp(factor, -30'000)).has_value());
  EXPECT_TRUE(sign_in("mei", kPassword, otp(factor, 30'000)).has_value());
}

TEST_F(Estate, AClockThatWasAheadForAWhileDoesNotRefuseEveryLaterCode) {
  const auto factor = second_factor(claimed());
  clock.wall_at_start += 86'400'000LL * 365;
  EXPECT_TRUE(sign_in("mei", kPassword, otp(factor)).has_value());
  clock.wall_at_start -= 86'400'000LL * 365;
  loop.run_for(minutes(2));
  EXPECT_TRUE(sign_in("mei", kPassword, otp(factor)).has_value());
}

TEST_F(Estate, GuessingCodesWithTheRightPasswordIsSlowedDownToo) {
  const auto factor = second_factor(claimed());
  loop.run_for(minutes(2));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(sign_in("mei", kPassword, "00000" + std::to_string(i)).error().kind,
              RefusalKind::kSignInRefused);
    if (i < 4) {
      EXPECT_EQ(sign_in("mei", kPassword).error().kind, RefusalKind::kSecondFactorRequired)
          << "asking for the code forgives nothing";
    }
  }
  EXPECT_EQ(sign_in("mei", kPassword, otp(factor)).error().kind, RefusalKind::kLockedOut);
}

TEST_F(Estate, TheSecondFactorGoesWithThePasswordAndIsSealed) {
  const auto mei = claimed();
  const auto factor = second_factor(mei);
  for (const auto& [key, value] : store.rows(ports::Space::kPerson))
    EXPECT_EQ(value.find(factor.secret.reveal()), std::string::npos) << key;
  const auto remove = [&](const std::string& password) {
    return run<void>([&](auto done) {
      accounts->remove_second_factor(actor(mei), SecretText(password), std::move(done));
    });
  };
  EXPECT_EQ(remove("wrong").error().kind, RefusalKind::kSignInRefused);
  EXPECT_TRUE(remove(kPassword));
  EXPECT_TRUE(sign_in("mei", kPassword).has_value());
}

TEST_F(Estate, AStoreThatCannotWriteLetsNobodyInAndCountsNothing) {
  claimed();
  for (int i = 0; i < 6; ++i) {
    store.fail_next(1, Code::kInternal);
    EXPECT_EQ(sign_in("mei", kPassword).error().kind, RefusalKind::kBusy);
  }
  EXPECT_EQ(store.rows(ports::Space::kSession).size(), 1U);
  EXPECT_EQ(count("session.begin"), 1U);
  EXPECT_TRUE(sign_in("mei", kPassword).has_value());
}

TEST_F(Estate, ACrashBeforeTheCommitLeavesNothingAndOneAfterItAll) {
  const std::string code = accounts->claim_code().value().reveal();
  store.hold();
  accounts->claim({SecretText(code), "Mei", "mei", SecretText(kPassword)}, {},
                  [](const auto& /*the process dies first*/) { FAIL(); });
  loop.run_ready();
  crash_and_restart();
  EXPECT_FALSE(accounts->is_claimed());
  EXPECT_EQ(accounts->claim_code().value().reveal(), code);
  const auto mei = claim(code);
  ASSERT_TRUE(mei.has_value());
  crash_and_restart();
  EXPECT_TRUE(accounts->is_claimed());
  EXPECT_TRUE(is_in(*mei));
  domain::AuditCheck check(&tls::sha256);
  for (const domain::AuditRow& row : store.audit()) EXPECT_TRUE(check.take(row));
}

TEST_F(Estate, NeitherTheAuditNorTheRowsHoldAPasswordATokenOrAName) {
  const auto mei = claimed();
  second_factor(mei);
  sign_in("mei", "wrong password here");
  std::string all;
  for (const domain::AuditRow& row : store.audit()) all += row.line;
  EXPECT_EQ(all.find("Mei"), std::string::npos);
  EXPECT_EQ(all.find("\"mei\""), std::string::npos);
  for (const auto space : {ports::Space::kSession, ports::Space::kToken}) {
    for (const auto& [key, value] : store.rows(space)) all += value;
  }
  EXPECT_EQ(all.find(mei.cookie.reveal()), std::string::npos);
  EXPECT_EQ(all.find(kPassword), std::string::npos);
  EXPECT_EQ(all.find(mei.session.csrf), std::string::npos);
}

}  // namespace
}  // namespace linli::story
