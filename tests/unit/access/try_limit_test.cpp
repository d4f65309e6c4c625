#include "firmware/domain/access/try_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace linli::domain::access {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const base::TimePoint kStart = base::TimePoint{} + hours(1);
constexpr TryLimit::Try kKeypad{"door-1", CredentialKind::kPin, ""};

// When tries that come every `pace` for `length` are looked at.
std::vector<base::TimePoint> times_looked_at(TryLimit& limit, const TryLimit::Try& at,
                                             base::Duration pace, base::Duration length) {
  std::vector<base::TimePoint> times;
  for (base::TimePoint now = kStart; now < kStart + length; now += pace) {
    if (limit.wait(at, now) > base::Duration{0}) continue;
    limit.failed(at, now);
    times.push_back(now);
  }
  return times;
}

int looked_at(TryLimit& limit, const TryLimit::Try& at, base::Duration pace,
              base::Duration length) {
  return static_cast<int>(times_looked_at(limit, at, pace, length).size());
}

// The most that lie in any 24 hours.
std::size_t most_in_a_day(const std::vector<base::TimePoint>& times) {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last < times.size(); ++last) {
    while (times[last] - times[first] >= hours(24)) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

TEST(TryLimit, TheTenthFailureInAMinuteLocksForFiveMinutes) {
  TryLimit limit;
  for (int i = 0; i < 9; ++i)
    EXPECT_EQ(limit.failed(kKeypad, kStart + seconds(i)).locked, base::Duration{0});
  const auto tenth = limit.failed(kKeypad, kStart + seconds(9));
  EXPECT_EQ(tenth.locked, TryLimit::kFirstLock);
  EXPECT_TRUE(tenth.begins);
  const base::TimePoint until = kStart + seconds(9) + TryLimit::kFirstLock;
  EXPECT_EQ(limit.wait(kKeypad, until - seconds(1)), seconds(1));
  EXPECT_EQ(limit.wait(kKeypad, until), base::Duration{0});
}

TEST(TryLimit, TenFailuresInMoreThanAMinuteDoNotLock) {
  TryLimit limit;
  for (int i = 0; i < 29; ++i)
    EXPECT_EQ(limit.failed(kKeypad, kStart + seconds(7 * i)).locked, base::Duration{0}) << i;
}

TEST(TryLimit, NobodyStaysJustBelowTheMinuteForLong) {
  TryLimit limit;
  EXPECT_EQ(looked_at(limit, kKeypad, seconds(7), minutes(10)), 31);  // 30, and one after the lock
}

TEST(TryLimit, EachLockWithinADayIsTwiceAsLongUpToAnHour) {
  TryLimit limit;
  base::TimePoint now = kStart;
  std::vector<base::Duration> locks;
  while (locks.size() < 6) {
    const auto counted = limit.failed(kKeypad, now);
    if (counted.begins) locks.push_back(counted.locked);
    now += seconds(1) + counted.locked;
  }
  EXPECT_EQ(locks, (std::vector<base::Duration>{minutes(5), minutes(10), minutes(20), minutes(40),
                                                hours(1), hours(1)}));
}

TEST(TryLimit, InAny24HoursAtMost124GuessesAreLookedAtWhateverTheirPace) {
  for (const int pace : {1, 3, 6, 7, 12, 60, 121, 125, 300, 600, 864}) {
    TryLimit limit;
    EXPECT_LE(most_in_a_day(times_looked_at(limit, kKeypad, seconds(pace), hours(96))), 124U)
        << pace;
  }
}

TEST(TryLimit, OfAMillionGuessesAsFastAsAReaderCanHardlyAnyIsLookedAt) {
  TryLimit limit;
  const base::Duration pace = std::chrono::milliseconds(100);
  const auto times = times_looked_at(limit, kKeypad, pace, pace * 1'000'000);
  EXPECT_LE(most_in_a_day(times), 124U);
  EXPECT_LE(times.size(), 160U);
}

TEST(TryLimit, ALockedKeypadStopsNeitherCardsNorFacesNorPassesNorOtherDoors) {
  TryLimit limit;
  looked_at(limit, kKeypad, seconds(1), minutes(1));
  const base::TimePoint now = kStart + minutes(1);
  EXPECT_GT(limit.wait(kKeypad, now), base::Duration{0});
  EXPECT_GT(limit.wait({"door-1", CredentialKind::kTotp, ""}, now), base::Duration{0});
  for (const auto kind : {CredentialKind::kCard, CredentialKind::kQr, CredentialKind::kFace}) {
    EXPECT_EQ(limit.wait({"door-1", kind, ""}, now), base::Duration{0});
    EXPECT_EQ(limit.wait({"door-1", kind, "c-1"}, now), base::Duration{0});
  }
  EXPECT_EQ(limit.wait({"door-1", CredentialKind::kPin, "card-7"}, now), base::Duration{0});
  EXPECT_EQ(limit.wait({"door-2", CredentialKind::kPin, ""}, now), base::Duration{0});
}

TEST(TryLimit, ANamedCredentialIsLockedAlone) {
  TryLimit limit;
  const TryLimit::Try mine{"door-1", CredentialKind::kPin, "card-7"};
  looked_at(limit, mine, seconds(1), minutes(1));
  const base::TimePoint now = kStart + minutes(1);
  EXPECT_GT(limit.wait(mine, now), base::Duration{0});
  EXPECT_EQ(limit.wait({"door-1", CredentialKind::kPin, "card-8"}, now), base::Duration{0});
  EXPECT_EQ(limit.wait({"door-2", CredentialKind::kPin, "card-7"}, now), base::Duration{0});
  EXPECT_EQ(limit.wait(kKeypad, now), base::Duration{0});
}

TEST(TryLimit, UnknownCardsAndForgedPassesAreToldOnceForTenAndLockNobody) {
  for (const auto kind : {CredentialKind::kCard, CredentialKind::kQr, CredentialKind::kFace}) {
    TryLimit limit;
    int told = 0;
    for (int i = 0; i < 30; ++i) {
      const auto counted = limit.failed({"door-1", kind, ""}, kStart + seconds(i));
      EXPECT_EQ(counted.locked, base::Duration{0});
      told += counted.begins ? 1 : 0;
    }
    EXPECT_EQ(told, 3);
    EXPECT_EQ(limit.wait({"door-1", kind, ""}, kStart + seconds(30)), base::Duration{0});
  }
}

TEST(TryLimit, WhoKnowsACodeCannotGuessAtOthersForEver) {
  TryLimit limit;
  int looked = 0;
  for (int i = 0; i < 3'600; ++i) {
    const base::TimePoint now = kStart + seconds(i);
    if (limit.wait(kKeypad, now) > base::Duration{0}) continue;
    if (i % 2 == 0) {
      limit.succeeded({"door-1", CredentialKind::kPin, "pin-of-mine"});
    } else {
      limit.failed(kKeypad, now);
      ++looked;
    }
  }
  EXPECT_LE(looked, 40);
}

TEST(TryLimit, TheRightPinForgivesItsOwnFailures) {
  TryLimit limit;
  const TryLimit::Try mine{"door-1", CredentialKind::kPin, "card-7"};
  for (int i = 0; i < 9; ++i) limit.failed(mine, kStart);
  limit.succeeded(mine);
  EXPECT_FALSE(limit.failed(mine, kStart).begins);
  EXPECT_EQ(limit.size(), 1U);
}

TEST(TryLimit, AGuardUnlocks) {
  TryLimit limit;
  looked_at(limit, kKeypad, seconds(1), minutes(1));
  limit.unlock(kKeypad);
  EXPECT_EQ(limit.wait(kKeypad, kStart + minutes(1)), base::Duration{0});
}

TEST(TryLimit, AfterAQuietDayItBeginsAnew) {
  TryLimit limit;
  looked_at(limit, kKeypad, seconds(1), minutes(30));
  const base::TimePoint next = kStart + hours(26);
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(limit.failed(kKeypad, next).begins);
  EXPECT_EQ(limit.failed(kKeypad, next).locked, TryLimit::kFirstLock);
}

TEST(TryLimit, ItsMemoryIsBoundedAndALockIsForgottenLast) {
  TryLimit limit;
  looked_at(limit, kKeypad, seconds(1), seconds(10));
  for (std::size_t i = 0; i < 3 * TryLimit::kMostKeys; ++i) {
    const std::string door = "other-" + std::to_string(i);
    limit.failed({door, CredentialKind::kPin, ""}, kStart + seconds(20));
  }
  EXPECT_EQ(limit.size(), TryLimit::kMostKeys);
  EXPECT_GT(limit.wait(kKeypad, kStart + seconds(20)), base::Duration{0});
}

}  // namespace
}  // namespace linli::domain::access
