#include "firmware/core/lock_out.hpp"

#include <gtest/gtest.h>

namespace linli::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr base::TimePoint kStart{std::chrono::hours(5)};

void fail(LockOut& lock_out, std::string_view login, std::string_view address, int times,
          base::TimePoint now = kStart) {
  for (int i = 0; i < times; ++i) (void)lock_out.attempt(login, address, now);
}

TEST(LockOut, TheFifthFailureBeginsADelayThatTheSixthAttemptSees) {
  LockOut lock_out;
  fail(lock_out, "mei", "", 4);
  EXPECT_EQ(lock_out.wait("mei", kStart), base::Duration::zero());
  fail(lock_out, "mei", "", 1);
  EXPECT_EQ(lock_out.wait("mei", kStart), seconds(30));
  EXPECT_EQ(lock_out.attempt("mei", "", kStart + seconds(10)).wait, seconds(20));
}

TEST(LockOut, AttemptsDuringADelayAreNotCountedAndToldOnce) {
  LockOut lock_out;
  fail(lock_out, "mei", "", 5);
  EXPECT_TRUE(lock_out.attempt("mei", "", kStart).begins);
  EXPECT_FALSE(lock_out.attempt("mei", "", kStart).begins);
  EXPECT_EQ(lock_out.wait("mei", kStart + seconds(30)), base::Duration::zero());
}

TEST(LockOut, AnHourOfGuessingAtOneLoginIsADozenGuesses) {
  LockOut lock_out;
  int guesses = 0;
  for (base::TimePoint now = kStart; now < kStart + minutes(60); now += seconds(1))
    guesses += lock_out.attempt("mei", "", now).wait == base::Duration::zero() ? 1 : 0;
  EXPECT_LE(guesses, 12);
}

TEST(LockOut, ACountIsForgottenAQuarterOfAnHourAfterTheLastFailure) {
  LockOut lock_out;
  fail(lock_out, "mei", "", 4);
  fail(lock_out, "mei", "", 4, kStart + minutes(15) + seconds(1));
  EXPECT_EQ(lock_out.wait("mei", kStart + minutes(15) + seconds(1)), base::Duration::zero());
}

TEST(LockOut, WhatIsTakenBackDoesNotCount) {
  LockOut lock_out;
  for (int i = 0; i < 20; ++i) {
    fail(lock_out, "mei", "192.0.2.1", 1);
    lock_out.take_back("mei", "192.0.2.1");
  }
  EXPECT_EQ(lock_out.size(), 0U);
  fail(lock_out, "mei", "192.0.2.1", 5);
  lock_out.take_back("mei", "192.0.2.1");
  EXPECT_EQ(lock_out.wait("mei", kStart), base::Duration::zero());
}

TEST(LockOut, SuccessForgivesTheLoginAndNotTheAddress) {
  LockOut lock_out;
  for (int i = 0; i < 4; ++i) fail(lock_out, "user" + std::to_string(i), "192.0.2.1", 1);
  fail(lock_out, "mei", "192.0.2.1", 1);
  lock_out.forgive("mei", "192.0.2.1");
  fail(lock_out, "user9", "192.0.2.1", 1);
  EXPECT_GT(lock_out.attempt("mei", "192.0.2.1", kStart).wait, base::Duration::zero());
}

TEST(LockOut, UnlockingOpensTheWayFromTheAddressWhereItFailed) {
  LockOut lock_out;
  fail(lock_out, "mei", "192.0.2.1", 5);
  EXPECT_GT(lock_out.attempt("other", "192.0.2.1", kStart).wait, base::Duration::zero());
  lock_out.unlock("mei");
  EXPECT_EQ(lock_out.attempt("mei", "192.0.2.1", kStart).wait, base::Duration::zero());
}

TEST(LockOut, UnlockingOneLoginKeepsWhatTheAddressDidToOthers) {
  LockOut lock_out;
  for (int i = 0; i < 5; ++i) fail(lock_out, "user" + std::to_string(i), "192.0.2.1", 1);
  fail(lock_out, "mei", "192.0.2.2", 4);
  lock_out.unlock("mei");
  EXPECT_GT(lock_out.attempt("mei", "192.0.2.1", kStart).wait, base::Duration::zero());
}

TEST(LockOut, AnIpv6NetworkIsOneAddress) {
  LockOut lock_out;
  for (const char* address : {"2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:3:4:5:6",
                              "2001:db8:1:2:ffff::", "2001:0db8:1:2::77"})
    fail(lock_out, "", address, 1);
  EXPECT_GT(lock_out.attempt("", "2001:db8:1:2:9::9", kStart).wait, base::Duration::zero());
  EXPECT_EQ(lock_out.attempt("", "2001:db8:1:3::1", kStart).wait, base::Duration::zero());
}

TEST(LockOut, ItsMemoryIsBoundedAndFreshNamesDoNotPushALockOut) {
  LockOut lock_out;
  fail(lock_out, "mei", "", 5);
  for (std::size_t i = 0; i < 3 * LockOut::kMostKeys; ++i)
    fail(lock_out, "user" + std::to_string(i), "", 1);
  EXPECT_LE(lock_out.size(), LockOut::kMostKeys);
  EXPECT_GT(lock_out.wait("mei", kStart), base::Duration::zero());
}

}  // namespace
}  // namespace linli::core
