#include <gtest/gtest.h>

#include <random>

#include "tests/story/interlock_house.hpp"

namespace linli::story {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Words = std::vector<std::string>;

class Interlocks : public testing::Test, protected FireHouse {};

// How the disk is while it burns.
struct Disk {
  const char* name;
  void (*spoil)(fakes::MemoryStore&);
  void (*mend)(fakes::MemoryStore&);
};

class Fire : public testing::TestWithParam<Disk> {};

TEST_P(Fire, OpensEveryDoorInTheTurnOfTheDetectorsFrameAThousandTimesOfAThousand) {
  std::mt19937 chance(7);
  int opened = 0;
  for (int trial = 0; trial < 1'000; ++trial) {
    FireHouse site;
    GetParam().spoil(site.house.store);
    const int before = static_cast<int>(chance() % 20);
    for (int i = 0; i < before; ++i)
      site.house.report(House::reading_of("smoke2", static_cast<double>(chance() % 100)));
    for (auto turns = chance() % 5; turns > 0; --turns) site.house.loop.run_one();
    chance() % 2 == 0 ? site.smoke() : site.panel(true);
    const bool is_open = site.driven("lock1") == 1 && site.driven("lock2") == 1;
    opened += is_open && site.driven("lock3") == 0 ? 1 : 0;
    ASSERT_EQ(opened, trial + 1);
    ASSERT_EQ(site.told, (Words{"+d1", "+d2"}));
    if (trial % 100 != 0) continue;
    site.house.loop.run_for(minutes(10));
    EXPECT_EQ(site.row().empty(), GetParam().mend != nullptr);
    if (GetParam().mend == nullptr) continue;
    GetParam().mend(site.house.store);
    site.house.loop.run_for(seconds(2));
    EXPECT_NE(site.row().find("stairs"), std::string::npos);
    ASSERT_FALSE(site.alarms().empty());
    EXPECT_NE(site.alarms()[0].find(R"("state":"released","rule":"stairs")"), std::string::npos);
  }
  EXPECT_EQ(opened, 1'000);
}

INSTANTIATE_TEST_SUITE_P(
    Disks, Fire,
    testing::Values(
        Disk{"well", [](fakes::MemoryStore&) {}, nullptr},
        Disk{"held", [](fakes::MemoryStore& store) { store.hold(); },
             [](fakes::MemoryStore& store) { store.release(); }},
        Disk{"full", [](fakes::MemoryStore& store) { store.fail_next(1 << 30, base::Code::kFull); },
             [](fakes::MemoryStore& store) { store.fail_next(0, base::Code::kFull); }},
        Disk{"failing",
             [](fakes::MemoryStore& store) { store.fail_next(1 << 30, base::Code::kInternal); },
             [](fakes::MemoryStore& store) { store.fail_next(0, base::Code::kFull); }},
        Disk{"corrupt",
             [](fakes::MemoryStore& store) { store.fail_next(1 << 30, base::Code::kCorrupt); },
             [](fakes::MemoryStore& store) { store.fail_next(0, base::Code::kFull); }}),
    [](const auto& disk) { return std::string(disk.param.name); });

TEST_F(Interlocks, DriveAnActuatorEverySecondUntilItConfirms) {
  smoke();
  house.loop.run_for(seconds(10));
  EXPECT_EQ(driven("lock1"), 11U);
  locks_answer();
  house.loop.run_for(hours(1));
  EXPECT_EQ(driven("lock1"), 11U);
  EXPECT_TRUE(house.interlocks->unconfirmed().empty());
}

TEST_F(Interlocks, TakeADevicesNoForNoAnswer) {
  smoke();
  locks_answer(false);
  house.loop.run_for(milliseconds(1'500));
  EXPECT_EQ(driven("lock1"), 2U);
}

TEST_F(Interlocks, DriveWhatCouldNotBeReachedAsSoonAsItCan) {
  house.driver.fails_with = base::Error{base::Code::kOffline, "the broker is not connected"};
  smoke();
  house.loop.run_for(milliseconds(2'500));
  house.driver.fails_with.reset();
  house.interlocks->on_reachable();
  EXPECT_EQ(driven("lock1"), 1U);
}

TEST_F(Interlocks, TakeTheDriversWordWhereNoAnswerFollows) {
  house.driver.answer_follows = false;
  smoke();
  house.loop.run_for(minutes(1));
  EXPECT_EQ(driven("lock1"), 1U);
}

TEST_F(Interlocks, TellOnceOfADoorThatSomebodyMustOpenByHandAndOfItsEnd) {
  smoke();
  house.answer("lock2", house.driver.requests[1].command.str());
  house.loop.run_for(minutes(1));
  Words said = alarms();
  ASSERT_EQ(said.size(), 2U);
  EXPECT_NE(said[1].find(R"("state":"unconfirmed","door":"d1","device":"lock1")"),
            std::string::npos);
  locks_answer();
  house.loop.run_for(minutes(1));
  said = alarms();
  ASSERT_EQ(said.size(), 3U);
  EXPECT_NE(said[2].find(R"("state":"confirmed","door":"d1")"), std::string::npos);
}

TEST_F(Interlocks, DriveAgainWhatComesBackHowEverItStoodBefore) {
  smoke();
  locks_answer();
  present("lock1", false);
  house.loop.run_for(minutes(1));
  EXPECT_EQ(driven("lock1"), 1U);
  present("lock1", true);
  EXPECT_EQ(driven("lock1"), 2U);
  // What it said before it went counts no more.
  house.answer("lock1", house.driver.requests[0].command.str());
  house.loop.run_for(milliseconds(1'500));
  EXPECT_EQ(driven("lock1"), 3U);
}

TEST_F(Interlocks, StayOverARestartAndAreDrivenAgain) {
  smoke();
  locks_answer();
  house.loop.run_for(seconds(1));
  told.clear();
  restart();
  EXPECT_EQ(driven("lock1"), 2U);
  EXPECT_EQ(driven("lock2"), 2U);
  EXPECT_EQ(told, (Words{"+d1", "+d2"}));
  EXPECT_EQ(alarms().size(), 1U);
}

TEST_F(Interlocks, OfOneStartAreNotConfirmedByAnswersToAnother) {
  smoke();
  house.loop.run_for(milliseconds(100));
  const std::string before = house.driver.requests[0].command.str();
  restart();
  house.answer("lock1", before);
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.interlocks->unconfirmed().size(), 2U);
}

TEST_F(Interlocks, AreTriggeredByWhatAPropertySaysAtStart) {
  panel(true);
  house.loop.run_for(seconds(10));
  locks_answer();
  // The state was lost, the last values were not.
  core::InterlockDesk fresh(house.loop, house.store, house.clock, *house.devices,
                            {[this](const core::Device&) { return &house.driver; }, "run9"});
  fresh.use(rules());
  fresh.start();
  EXPECT_TRUE(fresh.state().active.contains("stairs"));
}

TEST_F(Interlocks, AreSeenInReadingsThatAFloodWouldDrop) {
  house.intake->set_limits({.messages_per_second = 1});
  for (int i = 0; i < 5; ++i) panel(false);
  panel(true);
  EXPECT_EQ(driven("lock1"), 1U);
}

TEST_F(Interlocks, AreNotTriggeredAgainByARepeatAfterTheReset) {
  smoke("smoke1", "m1");
  locks_answer();
  EXPECT_EQ(reset("stairs"), "ok");
  smoke("smoke1", "m1");
  EXPECT_TRUE(house.interlocks->state().active.empty());
  smoke("smoke1", "m2");
  EXPECT_TRUE(house.interlocks->state().active.contains("stairs"));
}

TEST_F(Interlocks, LeaveWhatTheyDoNotKnowAlone) {
  house.report(House::reading_of("smoke1", 20));
  house.report(House::event_of("lock1", 0));
  house.loop.run_for(minutes(5));
  EXPECT_TRUE(house.driver.requests.empty());
  EXPECT_TRUE(alarms().empty());
  EXPECT_EQ(row(), "");
}

// --- above all commands ---

TEST_F(Interlocks, LetNoCommandMoveWhatTheyHold) {
  smoke();
  locks_answer();
  house.submit(House::unlock("c1", "lock1"));
  house.loop.run_for(seconds(1));
  EXPECT_EQ(house.outcome("c1").state, domain::CommandState::kRefused);
  EXPECT_NE(house.outcome("c1").reason.find("a fire rule holds 'lock1' open"), std::string::npos);
  house.submit(House::unlock("c2", "lock3"));
  house.loop.run_for(seconds(1));
  EXPECT_EQ(house.outcome("c2").state, domain::CommandState::kSent);
}

TEST_F(Interlocks, OvertakeACommandThatWaitsForTheDisk) {
  house.store.hold();
  house.submit(House::unlock("c1", "lock1"));
  house.loop.run_for(seconds(1));
  smoke();
  locks_answer();
  house.store.release();
  house.loop.run_for(seconds(1));
  EXPECT_EQ(house.outcome("c1").state, domain::CommandState::kFailed);
  EXPECT_EQ(std::count(house.driver.moved.begin(), house.driver.moved.end(), "c1"), 0);
}

// --- reset and release by people ---

TEST_F(Interlocks, AreResetByAPersonOnceThatIsStored) {
  smoke();
  locks_answer();
  house.loop.run_for(seconds(1));
  house.store.hold();
  EXPECT_EQ(reset("stairs"), "nothing yet");
  EXPECT_FALSE(house.interlocks->may_move(domain::DeviceId::parse("lock1").value()));
  EXPECT_EQ(told, (Words{"+d1", "+d2"}));
  house.store.release();
  house.loop.run_ready();
  EXPECT_TRUE(house.interlocks->may_move(domain::DeviceId::parse("lock1").value()));
  EXPECT_EQ(told, (Words{"+d1", "+d2", "-d1", "-d2"}));
  ASSERT_EQ(house.store.audit().size(), 1U);
  EXPECT_NE(house.store.audit()[0].line.find("interlock.reset"), std::string::npos);
  restart();
  EXPECT_EQ(driven("lock1"), 1U);
}

TEST_F(Interlocks, StayAsLongAsADetectorSaysFire) {
  panel(true);
  locks_answer();
  EXPECT_EQ(reset("stairs"), "conflict");
  panel(false);
  EXPECT_TRUE(house.interlocks->state().active.contains("stairs"));
  EXPECT_EQ(reset("stairs"), "ok");
  EXPECT_EQ(reset("stairs"), "not_found");
}

TEST_F(Interlocks, OfADetectorThatIsNoMoreCanBeReset) {
  panel(true);
  locks_answer();
  house.devices->remove(domain::DeviceId::parse("panel").value());
  EXPECT_EQ(reset("stairs"), "ok");
}

TEST_F(Interlocks, KeepADoorOpenThatAnotherRuleHolds) {
  smoke("smoke1");
  smoke("smoke2");
  locks_answer();
  EXPECT_EQ(driven("lock2"), 1U);
  EXPECT_EQ(reset("stairs"), "ok");
  EXPECT_EQ(told.back(), "-d1");
  EXPECT_FALSE(house.interlocks->may_move(domain::DeviceId::parse("lock2").value()));
}

TEST_F(Interlocks, ThatCouldNotBeResetOnTheDiskStay) {
  smoke();
  locks_answer();
  house.loop.run_for(seconds(1));
  house.store.fail_next(1, base::Code::kFull);
  EXPECT_EQ(reset("stairs"), "full");
  EXPECT_TRUE(house.interlocks->state().active.contains("stairs"));
  house.loop.run_for(seconds(2));
  EXPECT_NE(row().find("stairs"), std::string::npos);
}

TEST_F(Interlocks, ThatAreTriggeredDuringTheResetStay) {
  smoke();
  locks_answer();
  house.loop.run_for(seconds(1));
  house.store.hold();
  std::string said;
  house.interlocks->reset("stairs", "person:p1", [&said](const base::Result<void>& done) {
    said = done ? "ok" : done.error().what;
  });
  smoke();
  house.store.release();
  house.loop.run_for(seconds(2));
  EXPECT_NE(said.find("triggered again"), std::string::npos);
  EXPECT_NE(row().find("stairs"), std::string::npos);
  EXPECT_EQ(std::count(told.begin(), told.end(), "-d1"), 0);
}

TEST_F(Interlocks, AreNotResetLongAfterSomebodyAskedForIt) {
  smoke();
  locks_answer();
  house.loop.run_for(seconds(1));
  house.store.hold();
  std::string said;
  house.interlocks->reset("stairs", "person:p1", [&said](const base::Result<void>& done) {
    said = done ? "ok" : std::string(base::name(done.error().code));
  });
  EXPECT_EQ(reset("stairs"), "conflict");
  house.loop.run_for(minutes(20));
  house.store.release();
  house.loop.run_for(seconds(2));
  EXPECT_EQ(said, "timeout");
  EXPECT_NE(row().find("stairs"), std::string::npos);
  EXPECT_NE(alarms().back().find(R"("state":"released")"), std::string::npos);
}

TEST_F(Interlocks, AreReleasedByHandAtOnceAndAgainWhenSomebodyAsksAgain) {
  house.store.hold();
  EXPECT_TRUE(house.interlocks->release("lobby", "person:p1"));
  EXPECT_EQ(driven("lock3"), 1U);
  EXPECT_TRUE(house.interlocks->release("lobby", "person:p1"));
  EXPECT_EQ(driven("lock3"), 2U);
  EXPECT_EQ(house.interlocks->release("cellar", "person:p1").error().code, base::Code::kNotFound);
  house.store.release();
  house.loop.run_for(seconds(1));
  ASSERT_EQ(house.store.audit().size(), 1U);
  EXPECT_NE(house.store.audit()[0].line.find("interlock.release"), std::string::npos);
}

TEST_F(Interlocks, KeepWhatTheyReleasedWhenTheFileChanges) {
  smoke();
  locks_answer();
  house.interlocks->use({});
  EXPECT_FALSE(house.interlocks->may_move(domain::DeviceId::parse("lock1").value()));
  EXPECT_EQ(reset("stairs"), "ok");
}

TEST_F(Interlocks, GoOnInAHouseWhoseDatabaseWasLost) {
  house.store.fail_next(1 << 30, base::Code::kCorrupt);
  smoke();
  locks_answer();
  house.loop.run_for(seconds(5));
  const domain::access::InterlockState before = house.interlocks->state();
  house.store.fail_next(0, base::Code::kFull);
  house.crash_and_restart();
  house.interlocks->carry_over(before);
  begin();
  house.loop.run_for(milliseconds(500));
  EXPECT_EQ(driven("lock1"), 2U);
  EXPECT_NE(row().find("stairs"), std::string::npos);
}

}  // namespace
}  // namespace linli::story
