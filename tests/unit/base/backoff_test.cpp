#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

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

// Ten thousand gateways lose the same platform, which then takes 500 connections a second. Counts
// the attempts in each second until all are back.
std::vector<int> attempts_each_second(BackoffLimits limits) {
  constexpr int kGateways = 10'000;
  constexpr int kTakenASecond = 500;
  std::vector<Backoff> backoffs;
  std::multimap<Duration, int> due;
  for (int i = 0; i < kGateways; ++i) {
    backoffs.emplace_back(limits, static_cast<std::uint64_t>(i));
    due.emplace(backoffs.back().next(), i);
  }
  std::vector<int> attempts;
  for (auto second = seconds(1); !due.empty(); second += seconds(1)) {
    attempts.push_back(0);
    while (!due.empty() && due.begin()->first < second) {
      const auto [at, gateway] = *due.begin();
      due.erase(due.begin());
      if (++attempts.back() > kTakenASecond)
        due.emplace(at + backoffs[static_cast<std::size_t>(gateway)].next(), gateway);
    }
  }
  return attempts;
}

TEST(Backoff, BringsTenThousandGatewaysBackWithoutAStorm) {
  const std::vector<int> ours = attempts_each_second({});
  EXPECT_LE(*std::max_element(ours.begin(), ours.end()), 1000);
  EXPECT_LE(ours.size(), 300U);
}

TEST(Backoff, WouldStormWithoutTheFirstSpread) {
  const std::vector<int> naive =
      attempts_each_second({.first_spread = seconds(1), .base = seconds(2), .cap = seconds(300)});
  EXPECT_GT(*std::max_element(naive.begin(), naive.end()), 5000);
}

}  // namespace
}  // namespace linli::base
