#include "firmware/core/drain_pace.hpp"

#include <gtest/gtest.h>

namespace linli::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Sends batches of 100 for as long as it may, every 10 ms; returns how many events went.
int drain(DrainPace& pace, base::TimePoint& now, int ms, int arrivals_every_10ms = 0) {
  int sent = 0;
  for (int i = 0; i < ms / 10; ++i) {
    now += milliseconds(10);
    if (arrivals_every_10ms > 0) pace.note_arrival(static_cast<std::uint64_t>(arrivals_every_10ms));
    while (pace.may_send(now)) {
      pace.note_sent(100);
      sent += 100;
    }
  }
  return sent;
}

TEST(DrainPace, KeepsToTheRate) {
  base::TimePoint now{};
  DrainPace pace(1000, now);
  EXPECT_NEAR(drain(pace, now, 10'000), 10'000, 300);
}

TEST(DrainPace, AllowsArrivalsOnTop) {
  base::TimePoint now{};
  DrainPace pace(1000, now);
  EXPECT_NEAR(drain(pace, now, 10'000, 50), 60'000, 1'000);
}

TEST(DrainPace, SavesUpLittleWhileNothingIsSent) {
  base::TimePoint now{};
  DrainPace pace(1000, now);
  now += std::chrono::hours(100);
  pace.note_arrival(1'000'000);
  EXPECT_LE(drain(pace, now, 10), 1'200);
}

TEST(DrainPace, SaysHowLongToWait) {
  base::TimePoint now{};
  DrainPace pace(1000, now);
  while (pace.may_send(now)) pace.note_sent(500);
  pace.note_sent(500);
  EXPECT_GT(pace.wait(), milliseconds(100));
  now += pace.wait();
  EXPECT_TRUE(pace.may_send(now));
  EXPECT_EQ(pace.wait(), base::Duration::zero());
}

TEST(DrainPace, HasNoLimitAtRateZero) {
  base::TimePoint now{};
  DrainPace pace(0, now);
  pace.note_sent(1'000'000);
  EXPECT_TRUE(pace.may_send(now));
}

}  // namespace
}  // namespace linli::core
