#include <gtest/gtest.h>

#include "firmware/base/backoff.hpp"

namespace linli::base {
namespace {

using std::chrono::seconds;

TEST(Backoff, SpreadsTheFirstDelayOverAMinute) {
  Duration sum{0};
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Duration delay = Backoff({}, seed).next();
    EXPECT_GE(delay, seconds(0));
    EXPECT_LE(delay, seconds(60));
    sum += delay;
  }
  EXPECT_NEAR(static_cast<double>(to_ms(sum)) / 1000.0 / 1000.0, 30.0, 2.0);
}

TEST(Backoff, DoublesUpToItsCap) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Backoff backoff({}, seed);
    backoff.next();
    EXPECT_LE(backoff.next(), seconds(2));
    EXPECT_LE(backoff.next(), seconds(4));
    for (int i = 0; i < 100; ++i) EXPECT_LE(backoff.next(), seconds(300));
  }
}

TEST(Backoff, BeginsAgainAfterSuccess) {
  Backoff backoff({.first_spread = seconds(1), .base = seconds(2), .cap = seconds(300)}, 1);
  for (int i = 0; i < 10; ++i) backoff.next();
  backoff.reset();
  EXPECT_LE(backoff.next(), seconds(1));
}

}  // namespace
}  // namespace linli::base
