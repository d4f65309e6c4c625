#include "tests/story/access/gatehouse.hpp"

namespace linli::story {
namespace {

using domain::access::DoorPhase;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Words = std::vector<std::string>;

class Doors : public Gatehouse {
 protected:
  std::vector<domain::access::Release> release() const {
    return {{"gate", domain::DeviceId::parse("lock-1").value(), "unlock", "{}"}};
  }
};

TEST_F(Doors, ThatAreForcedRaiseOneAlarmAndClearItOnce) {
  set_contact(true);
  run(seconds(1));
  set_contact(true);
  run(minutes(5));
  EXPECT_EQ(phase(), DoorPhase::kForcedOpen);
  EXPECT_EQ(alarms(), Words{"forced_open+"});
  set_contact(false);
  run(seconds(1));
  EXPECT_EQ(alarms(), (Words{"forced_open+", "forced_open-"}));
  EXPECT_EQ(phase(), DoorPhase::kLocked);
}

TEST_F(Doors, HeldOpenRaiseOneAlarmAfterTheirTime) {
  give_card("ann");
  show_card();
  run(seconds(1));
  set_contact(true);
  run(seconds(29));
  EXPECT_TRUE(alarms().empty());
  run(seconds(2));
  EXPECT_EQ(alarms(), Words{"held_open+"});
  run(hours(1));
  set_contact(false);
  run(seconds(1));
  EXPECT_EQ(alarms(), (Words{"held_open+", "held_open-"}));
  EXPECT_EQ(records(), (Words{"door_opened", "door_held_open", "door_closed"}));
}

TEST_F(Doors, WriteTheAlarmLaterIfTheStoreFailed) {
  store.fail_next(3, base::Code::kFull);
  set_contact(true);
  run(milliseconds(500));
  EXPECT_TRUE(alarms().empty());
  run(seconds(5));
  EXPECT_EQ(alarms(), Words{"forced_open+"});
  crash_and_restart();
  EXPECT_EQ(phase(), DoorPhase::kForcedOpen) << "its row was written too";
}

TEST_F(Doors, LetOutWhoPressesTheButton) {
  press_exit();
  run(milliseconds(50));
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(records(), Words{"exit_requested"});
  set_contact(true);
  run(seconds(1));
  EXPECT_TRUE(alarms().empty());
}

TEST_F(Doors, KeepNobodyInsideWhenTheStoreDoesNotWrite) {
  store.hold();
  const base::TimePoint pressed = loop.now();
  press_exit();
  run(seconds(3));
  ASSERT_EQ(opened(), 1U);
  EXPECT_LE(driver->calls.front().at - pressed, milliseconds(300));
  store.release();
  run(seconds(1));
  EXPECT_EQ(opened(), 1U) << "once";
  store.fail_next(1, base::Code::kInternal);
  press_exit();
  run(seconds(3));
  EXPECT_EQ(opened(), 2U);
  EXPECT_EQ(records(), (Words{"exit_requested", "exit_requested"})) << "written later";
}

TEST_F(Doors, SayWhenAReaderIsGoneAndWhenItIsBack) {
  set_presence("reader-1", false);
  run(seconds(1));
  set_presence("reader-1", false);
  run(seconds(1));
  EXPECT_EQ(alarms(), Words{"reader_offline+"});
  crash_and_restart();
  EXPECT_EQ(alarms(), Words{"reader_offline+"}) << "not raised anew";
  set_presence("reader-1", true);
  run(seconds(1));
  EXPECT_EQ(alarms(), (Words{"reader_offline+", "reader_offline-"}));
}

TEST_F(Doors, SayWhenAReaderIsTamperedWith) {
  set_tampered(true);
  set_tampered(true);
  run(seconds(1));
  set_tampered(false);
  run(seconds(1));
  EXPECT_EQ(alarms(), (Words{"tamper+", "tamper-"}));
}

TEST_F(Doors, KnowNothingOfTheirLeafWhenTheContactIsGone) {
  set_presence("lock-1", false);
  run(seconds(1));
  EXPECT_EQ(alarms(), Words{"contact_lost+"});
  set_contact(false);
  run(seconds(1));
  EXPECT_EQ(alarms(), (Words{"contact_lost+", "contact_lost-"}));
}

TEST_F(Doors, ThatAFireReleasedRefuseNobodyAndAreNotLocked) {
  doors->on_fire(release(), true);
  run(seconds(1));
  EXPECT_EQ(phase(), DoorPhase::kFireReleased);
  EXPECT_EQ(alarms(), Words{"fire_released+"});
  show_card("ffffff00");
  run(minutes(10));
  EXPECT_EQ(reasons(), Words{"free_passage"});
  EXPECT_EQ(driver->count("lock"), 0U);
  crash_and_restart();
  EXPECT_EQ(phase(), DoorPhase::kFireReleased);
  EXPECT_EQ(driver->count("lock"), 0U);
  doors->on_fire(release(), false);
  run(seconds(1));
  EXPECT_EQ(phase(), DoorPhase::kLocked);
  EXPECT_EQ(driver->count("lock"), 1U);
  EXPECT_EQ(alarms(), (Words{"fire_released+", "fire_released-"}));
}

TEST_F(Doors, WhoseLockAFireHoldsUnderAnotherNameAreNotDriven) {
  give_card("ann");
  show_card();
  run(seconds(1));
  held_by_fire = "lock-1";
  run(seconds(10));
  EXPECT_EQ(driver->count("lock"), 0U) << "the time was over, and the lock stays open";
  show_card();
  run(seconds(10));
  EXPECT_EQ(opened(), 1U) << "no unlocking that would end in a locked door";
  held_by_fire.clear();
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 2U);
}

TEST_F(Doors, StayReleasedWhenAGrantComesThroughDuringTheFire) {
  give_card("ann");
  store.hold();
  show_card();
  run(milliseconds(100));
  doors->on_fire(release(), true);
  store.release();
  run(minutes(1));
  EXPECT_EQ(phase(), DoorPhase::kFireReleased) << "a timed unlocking would end in a locked door";
  EXPECT_EQ(driver->count("lock"), 0U);
  crash_and_restart();
  EXPECT_EQ(phase(), DoorPhase::kFireReleased);
}

TEST_F(Doors, RememberAFireThatTheStoreCouldNotWrite) {
  store.fail_next(2, base::Code::kInternal);
  doors->on_fire(release(), true);
  run(seconds(5));
  crash_and_restart();
  EXPECT_EQ(phase(), DoorPhase::kFireReleased);
}

TEST_F(Doors, ThatAreBlockedLetInWhoPassesABlockAlone) {
  give_card("ann");
  give_card("guard", "aaaaaa00", R"({"groups":[3],"passes_block":true)");
  doors->write([this](scenarios::access::Writing& writing) {
    doors->block(writing, *books->doors.find("gate"), true);
  });
  run(seconds(1));
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 0U);
  crash_and_restart();
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 0U);
  show_card("aaaaaa00");
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(reasons(), (Words{"blocked", "blocked", "granted"}));
}

TEST_F(Doors, WithPassbackLetTheSameCardInOnce) {
  put_door("gate", R"(,"contact":{"device":"lock-1","property":"door_open"},
      "passback":{"mode":"hard","forgive_after_s":3600})");
  give_card("ann");
  show_card();
  run(seconds(10));
  EXPECT_EQ(opened(), 1U);
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 2U) << "the door was not opened: nobody went in";
  set_contact(true);
  run(seconds(1));
  set_contact(false);
  run(seconds(10));
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 2U);
  EXPECT_EQ(reasons().back(), "passback");
  run(hours(1));
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 3U);
}

TEST_F(Doors, BeginAgainAfterACrashWhereTheyWere) {
  give_card("ann");
  show_card();
  run(seconds(1));
  ASSERT_EQ(phase(), DoorPhase::kUnlocked);
  crash_and_restart();
  EXPECT_EQ(phase(), DoorPhase::kUnlocked);
  EXPECT_EQ(opened(), 1U) << "nothing is driven by a restart";
  set_contact(true);
  run(seconds(1));
  EXPECT_TRUE(alarms().empty()) << "who was passing is no burglar";
}

}  // namespace
}  // namespace linli::story
