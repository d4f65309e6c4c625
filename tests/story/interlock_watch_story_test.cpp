#include <gtest/gtest.h>

#include "tests/story/interlock_house.hpp"

namespace linli::story {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Words = std::vector<std::string>;

class InterlockWatches : public testing::Test, protected FireHouse {};

TEST_F(InterlockWatches, TellOnceWhatAFireWouldNotOpenAndThatItWouldAgain) {
  present("lock3", false);
  house.loop.run_for(minutes(5));
  ASSERT_EQ(house.interlocks->missing().size(), 1U);
  Words said = alarms();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_NE(said[0].find(R"({"rule":"lobby","door":"d3","device":"lock3","why":"offline"})"),
            std::string::npos);
  present("lock3", true);
  house.loop.run_for(minutes(5));
  said = alarms();
  ASSERT_EQ(said.size(), 2U);
  EXPECT_EQ(said[1], R"({"state":"complete"})");
}

TEST_F(InterlockWatches, SayNothingOfALockThatOnlyRestarts) {
  house.loop.run_for(seconds(12));
  present("lock3", false);
  house.loop.run_for(seconds(9));
  present("lock3", true);
  house.loop.run_for(minutes(5));
  EXPECT_TRUE(alarms().empty());
}

TEST_F(InterlockWatches, TellOfALockThatWasRemovedAndNotAgainAfterARestart) {
  house.devices->remove(domain::DeviceId::parse("lock3").value());
  house.loop.run_for(minutes(1));
  ASSERT_EQ(alarms().size(), 1U);
  EXPECT_NE(alarms()[0].find("not_registered"), std::string::npos);
  EXPECT_FALSE(house.interlocks->wrong().empty());
  std::erase_if(house.registered, [](const auto& each) { return each.id.str() == "lock3"; });
  house.profiles.pop_back();
  restart();
  house.loop.run_for(minutes(5));
  EXPECT_EQ(alarms().size(), 1U);
}

// Cuts at every moment after the detector's frame. What was not acknowledged comes again; either
// way the doors are driven, and stay so.
class CrashDuringAFire : public testing::TestWithParam<int> {};

TEST_P(CrashDuringAFire, ForgetsNoReleaseWhoseReportIsOnDisk) {
  FireHouse site;
  site.smoke("smoke1", "m1");
  for (int turn = 0; turn < GetParam(); ++turn) site.house.loop.run_one();
  site.restart();
  const bool is_consumed = !site.house.store.rows(ports::Space::kSeen).empty();
  EXPECT_TRUE(!is_consumed || site.house.interlocks->state().active.contains("stairs"));
  // Who was not acknowledged says it again.
  if (!is_consumed) site.smoke("smoke1", "m1");
  site.house.loop.run_for(seconds(1));
  EXPECT_TRUE(site.house.interlocks->state().active.contains("stairs"));
  EXPECT_GE(site.driven("lock1"), 2U);
}

INSTANTIATE_TEST_SUITE_P(AfterSteps, CrashDuringAFire, testing::Range(0, 8));

}  // namespace
}  // namespace linli::story
