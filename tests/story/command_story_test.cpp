#include <gtest/gtest.h>

#include "tests/story/house.hpp"

namespace linli::story {
namespace {

using domain::CommandState;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class Commands : public testing::Test {
 protected:
  Commands() { house.add_device("door1", test_profile()); }
  House house;
};

TEST_F(Commands, MoveTheDeviceOnceAndAreConfirmedByItsAnswer) {
  house.submit(House::unlock("c1"));
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.driver.moved, std::vector<std::string>{"c1"});
  EXPECT_EQ(house.outcome("c1").state, CommandState::kSent);
  house.answer("door1", "c1");
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.outcome("c1").state, CommandState::kConfirmed);
}

TEST_F(Commands, AreOnDiskBeforeAnythingMoves) {
  house.store.hold();
  house.submit(House::unlock("c1"));
  house.loop.run_for(milliseconds(500));
  EXPECT_TRUE(house.driver.moved.empty());
  house.store.release();
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.driver.moved.size(), 1U);
}

TEST_F(Commands, WithARepeatedIdAnswerWithTheFirstOutcomeAndMoveNothing) {
  house.submit(House::unlock("c1"));
  house.loop.run_for(milliseconds(100));
  house.answer("door1", "c1", false);
  house.loop.run_for(milliseconds(100));
  for (int i = 0; i < 100; ++i) house.submit(House::unlock("c1"));
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.driver.moved.size(), 1U);
  ASSERT_EQ(house.answers.size(), 101U);
  EXPECT_EQ(house.answers.back().state, CommandState::kFailed);
  EXPECT_EQ(house.answers.back().reason, "device: jammed");
}

TEST_F(Commands, ForADoorExpireAfterTenSecondsWhateverTheyAskFor) {
  domain::Command patient = House::unlock("c2");
  patient.ttl_ms = 3'600'000;
  house.submit(House::unlock("c1"));  // nobody answers: holds the actuator for its five seconds
  for (const char* id : {"b1", "b2"}) house.submit(House::unlock(id));
  house.submit(patient);
  house.loop.run_for(minutes(1));
  EXPECT_EQ(house.outcome("c1").state, CommandState::kUnconfirmed);
  EXPECT_EQ(house.outcome("c2").state, CommandState::kExpired);
  EXPECT_EQ(std::count(house.driver.moved.begin(), house.driver.moved.end(), "c2"), 0);
}

TEST_F(Commands, StayUnsentWhenTheStoreWasHeldBeyondTheirTime) {
  house.store.hold();
  house.submit(House::unlock("c1"));
  house.loop.run_for(seconds(20));
  house.store.release();
  house.loop.run_for(seconds(1));
  EXPECT_TRUE(house.driver.moved.empty());
  EXPECT_EQ(house.outcome("c1").state, CommandState::kExpired);
}

TEST_F(Commands, AreRefusedWithTheReason) {
  struct Row {
    const char* rule;
    std::function<void(domain::Command&)> spoil;
    CommandState state;
    const char* said;
  };
  const std::vector<Row> table = {
      {"unknown device", [](auto& c) { c.target = "device/nobody"; }, CommandState::kRefused,
       "not_found: no device"},
      {"unknown kind", [](auto& c) { c.target = "moon/1"; }, CommandState::kRefused,
       "use device/<id>"},
      {"bad device id", [](auto& c) { c.target = "device/a#b"; }, CommandState::kRefused,
       "not a valid device id"},
      {"unknown action", [](auto& c) { c.action = "explode"; }, CommandState::kRefused,
       "no action 'explode'"},
      {"no right", [](auto& c) { c.role = "guest"; }, CommandState::kRefused,
       "denied: role 'guest'"},
      {"rule at a door", [](auto& c) { c.role = "automation"; }, CommandState::kRefused, "denied"},
      {"unknown input", [](auto& c) { c.input = R"({"x":1})"; }, CommandState::kRefused, "x"},
      {"expired", [](auto& c) { c.expires_ms = 1'763'999'999'000; }, CommandState::kExpired,
       "expired"},
  };
  int n = 0;
  for (const Row& row : table) {
    domain::Command command = House::unlock("r" + std::to_string(++n));
    row.spoil(command);
    house.submit(command);
    house.loop.run_for(milliseconds(100));
    const auto outcome = house.outcome(command.id.str());
    EXPECT_EQ(outcome.state, row.state) << row.rule;
    EXPECT_NE(outcome.reason.find(row.said), std::string::npos)
        << row.rule << ": " << outcome.reason;
  }
  EXPECT_TRUE(house.driver.moved.empty());
  EXPECT_EQ(house.stored(domain::Stream::kCommand).size(), table.size());
  EXPECT_EQ(house.ledger->counts().open, 0U);
}

TEST_F(Commands, WithOnlyAWallTimeAreRefusedWhileTheClockIsNotSynchronised) {
  house.clock.quality = domain::TimeQuality::kFloor;
  domain::Command command = House::unlock("c1");
  command.expires_ms = 1'764'000'005'000;
  house.submit(command);
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.outcome("c1").state, CommandState::kRefused);
  EXPECT_NE(house.outcome("c1").reason.find("ttl_ms"), std::string::npos);
}

TEST_F(Commands, WaitForTheOneBeforeThemAtTheSameActuator) {
  house.submit(House::unlock("c1"));
  house.submit(House::unlock("c2"));
  house.loop.run_for(milliseconds(200));
  EXPECT_EQ(house.driver.moved, std::vector<std::string>{"c1"});
  EXPECT_EQ(house.outcome("c2").state, CommandState::kAccepted);
  house.answer("door1", "c1");
  house.loop.run_for(milliseconds(200));
  EXPECT_EQ(house.driver.moved, (std::vector<std::string>{"c1", "c2"}));
}

TEST_F(Commands, FailAtOnceWhenTheWayToTheDeviceIsDown) {
  house.driver.fails_with = base::Error{base::Code::kOffline, "the site broker is not connected"};
  house.submit(House::unlock("c1"));
  house.loop.run_for(milliseconds(200));
  EXPECT_EQ(house.outcome("c1").state, CommandState::kFailed);
}

TEST_F(Commands, ThatCouldNotBeStoredMoveNothingAndLeaveNothing) {
  house.store.fail_next(1, base::Code::kFull);
  house.submit(House::unlock("c1"));
  house.loop.run_for(milliseconds(200));
  EXPECT_TRUE(house.driver.moved.empty());
  EXPECT_EQ(house.ledger->find(domain::CommandId::parse("c1").value()), nullptr);
  house.submit(House::unlock("c1"));
  house.loop.run_for(milliseconds(200));
  EXPECT_EQ(house.driver.moved.size(), 1U);
}

TEST_F(Commands, IgnoreAnAnswerFromAnotherDevice) {
  house.add_device("door2", test_profile());
  house.submit(House::unlock("c1"));
  house.loop.run_for(milliseconds(100));
  house.answer("door2", "c1");
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.outcome("c1").state, CommandState::kSent);
}

TEST_F(Commands, AreAskedForTheirAnswerAgainWhenItCouldNotBeStored) {
  house.submit(House::unlock("c1"));
  house.loop.run_for(milliseconds(100));
  house.store.fail_next(1, base::Code::kInternal);
  house.answer("door1", "c1");
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.outcome("c1").state, CommandState::kSent);
  house.answer("door1", "c1");
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.outcome("c1").state, CommandState::kConfirmed);
}

// Cuts at every moment of a command's life; the device must move at most once and the command end.
class CrashDuringACommand : public testing::TestWithParam<int> {};

TEST_P(CrashDuringACommand, MovesTheDeviceAtMostOnceAndLeavesNothingOpen) {
  House house;
  house.add_device("door1", test_profile());
  house.submit(House::unlock("c1"));
  for (int turn = 0; turn < GetParam(); ++turn) house.loop.run_one();
  const bool was_moved = !house.driver.moved.empty();
  house.crash_and_restart();
  if (was_moved) house.answer("door1", "c1");
  house.loop.run_for(minutes(2));
  EXPECT_LE(house.driver.moved.size(), 1U);
  EXPECT_EQ(house.ledger->counts().open, 0U);
  if (was_moved) {
    EXPECT_EQ(house.outcome("c1").state, CommandState::kConfirmed);
  }
}

INSTANTIATE_TEST_SUITE_P(AfterSteps, CrashDuringACommand, testing::Range(0, 12));

TEST_F(Commands, SentBeforeACrashCloseAsUnconfirmedWhenTheDeviceIsSilent) {
  house.submit(House::unlock("c1"));
  house.loop.run_for(milliseconds(100));
  house.crash_and_restart();
  house.loop.run_for(minutes(1));
  EXPECT_EQ(house.outcome("c1").state, CommandState::kUnconfirmed);
  EXPECT_EQ(house.driver.moved.size(), 1U);
}

TEST_F(Commands, WaitingBeforeACrashAreNotSentWhenNobodyKnowsHowOldTheyAre) {
  house.submit(House::unlock("c1"));
  house.submit(House::unlock("c2"));
  house.loop.run_for(milliseconds(100));
  house.clock.boot = 2;
  house.clock.quality = domain::TimeQuality::kUnknown;
  house.crash_and_restart();
  house.loop.run_for(minutes(1));
  EXPECT_EQ(house.outcome("c2").state, CommandState::kExpired);
  EXPECT_EQ(house.driver.moved, std::vector<std::string>{"c1"});
}

}  // namespace
}  // namespace linli::story
