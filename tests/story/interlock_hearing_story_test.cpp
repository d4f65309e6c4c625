#include <gtest/gtest.h>

#include "tests/story/interlock_house.hpp"

// What the client that hears detectors brings, before the same report comes in to be stored.
namespace linli::story {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class HeardInterlocks : public testing::Test, protected FireHouse {};

TEST_F(HeardInterlocks, ActOnceOnWhatIsHeardAtOnceAndTakenInLater) {
  house.heard_since = house.loop.now();
  house.store.hold();
  hear_smoke();
  EXPECT_EQ(driven("lock1"), 1U);
  smoke();
  house.store.release();
  locks_answer();
  house.loop.run_for(minutes(1));
  EXPECT_EQ(driven("lock1"), 1U);
  EXPECT_EQ(alarms().size(), 1U);
}

TEST_F(HeardInterlocks, TakeWhatComesInLateForAnOldStoryOnceAPersonHasReset) {
  house.heard_since = house.loop.now();
  hear_smoke();
  locks_answer();
  house.loop.run_for(seconds(1));
  EXPECT_EQ(reset("stairs"), "ok");
  house.loop.run_for(seconds(1));
  smoke();
  EXPECT_TRUE(house.interlocks->state().active.empty());
  hear_smoke();
  EXPECT_TRUE(house.interlocks->state().active.contains("stairs"));
}

TEST_F(HeardInterlocks, TakeNothingForAnOldStoryThatNobodyMayHaveHeard) {
  house.heard_since = house.loop.now();
  hear_smoke();
  locks_answer();
  house.loop.run_for(seconds(1));
  EXPECT_EQ(reset("stairs"), "ok");
  house.loop.run_for(seconds(1));
  house.heard_since = house.loop.now();  // it was away
  smoke();
  EXPECT_TRUE(house.interlocks->state().active.contains("stairs"));
  locks_answer();
  EXPECT_EQ(reset("stairs"), "ok");
  house.heard_since.reset();
  smoke();
  EXPECT_TRUE(house.interlocks->state().active.contains("stairs"));
}

TEST_F(HeardInterlocks, AreKnownAfterACrashIfTheDetectorsReportIsStored) {
  house.heard_since = house.loop.now();
  house.store.fail_next(1, base::Code::kFull);
  hear_smoke();
  house.loop.run_for(milliseconds(10));
  EXPECT_EQ(row(), "");
  smoke();
  house.loop.run_for(milliseconds(10));
  restart();
  EXPECT_TRUE(house.interlocks->state().active.contains("stairs"));
}

TEST_F(HeardInterlocks, AreResetForGoodWhateverADetectorSaysMeanwhile) {
  smoke();
  locks_answer();
  house.loop.run_for(seconds(1));
  house.store.hold();
  EXPECT_EQ(reset("stairs"), "nothing yet");
  panel(false);
  house.store.release();
  house.loop.run_for(seconds(1));
  EXPECT_EQ(row().find("stairs"), std::string::npos);
  restart();
  EXPECT_TRUE(house.interlocks->state().active.empty());
}

}  // namespace
}  // namespace linli::story
