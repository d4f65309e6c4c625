#include "firmware/domain/access/door.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace linli::domain::access {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Kind = DoorEffect::Kind;

const base::TimePoint kStart = base::TimePoint{} + std::chrono::hours(1);

std::vector<DoorEvent> every_event() {
  std::vector<DoorEvent> events;
  for (std::size_t i = 0; i < kDoorEvents; ++i) events.push_back(static_cast<DoorEvent>(i));
  return events;
}

std::vector<DoorPhase> every_phase() {
  std::vector<DoorPhase> phases;
  for (std::size_t i = 0; i < kDoorPhases; ++i) phases.push_back(static_cast<DoorPhase>(i));
  return phases;
}

constexpr std::array kContacts{DoorContact::kUnknown, DoorContact::kClosed, DoorContact::kOpen};

// A door that is walked through by events.
struct Walk {
  explicit Walk(DoorRules rules_of_it = {}) : rules(rules_of_it) {}

  const std::vector<DoorEffect>& say(DoorEvent event, base::Duration unlock_for = {}) {
    DoorStep next = step(state, rules, {event, unlock_for}, now);
    state = next.state;
    effects = std::move(next.effects);
    return effects;
  }
  void wait(base::Duration duration) { now += duration; }

  std::size_t count(Kind kind) const {
    return static_cast<std::size_t>(std::count_if(
        effects.begin(), effects.end(), [kind](const auto& each) { return each.kind == kind; }));
  }
  bool has(Kind kind, DoorAlarm alarm) const {
    return std::any_of(effects.begin(), effects.end(), [kind, alarm](const auto& each) {
      return each.kind == kind && each.alarm == alarm;
    });
  }
  bool records(std::string_view word) const {
    return std::any_of(effects.begin(), effects.end(),
                       [word](const auto& each) { return each.record == word; });
  }

  DoorRules rules;
  DoorState state;
  base::TimePoint now = kStart;
  std::vector<DoorEffect> effects;
};

TEST(DoorTable, EveryPhaseHasExactlyOneRowForEveryEventAndContact) {
  for (const DoorPhase phase : every_phase()) {
    for (const DoorEvent event : every_event()) {
      for (const DoorContact contact : kContacts) {
        const DoorRow* const row = find_row(phase, event, contact);
        EXPECT_EQ(row == nullptr, is_side_event(event)) << name(phase) << " " << name(event);
        if (row == nullptr) continue;
        EXPECT_EQ(row->phase, phase);
        EXPECT_EQ(row->event, event);
        EXPECT_TRUE(holds(row->guard, contact));
      }
    }
  }
}

TEST(DoorTable, NoRowOfAFireReleaseLocksButTheReset) {
  for (const DoorEvent event : every_event()) {
    for (const DoorContact contact : kContacts) {
      const DoorRow* const row = find_row(DoorPhase::kFireReleased, event, contact);
      if (row == nullptr || event == DoorEvent::kFireReset) continue;
      EXPECT_EQ(row->next, DoorPhase::kFireReleased) << name(event);
      EXPECT_NE(row->act, LockAct::kLock) << name(event);
      EXPECT_NE(row->act, LockAct::kUnlock) << name(event);
    }
  }
}

TEST(DoorTable, OnlyAGrantOrARequestToExitDrivesALockForATime) {
  for (const DoorPhase phase : every_phase()) {
    for (const DoorEvent event : every_event()) {
      for (const DoorContact contact : kContacts) {
        const DoorRow* const row = find_row(phase, event, contact);
        if (row == nullptr || row->act != LockAct::kUnlock) continue;
        EXPECT_TRUE(event == DoorEvent::kGrant || event == DoorEvent::kExitRequest)
            << name(phase) << " " << name(event);
      }
    }
  }
}

TEST(Door, AGrantUnlocksForAsLongAsTheRulesSayAndTheTimeEndsIt) {
  Walk door;
  door.say(DoorEvent::kClosed);
  door.say(DoorEvent::kGrant);
  EXPECT_EQ(door.effects.front(),
            (DoorEffect{.kind = Kind::kUnlock, .duration = door.rules.unlock_for}));
  EXPECT_EQ(door.count(Kind::kSignalGranted), 1U);
  EXPECT_EQ(door.state.until, kStart + door.rules.unlock_for);
  door.wait(door.rules.unlock_for);
  door.say(DoorEvent::kTimeOver);
  EXPECT_EQ(door.state.phase, DoorPhase::kLocked);
  EXPECT_EQ(door.count(Kind::kLock), 1U);
  EXPECT_EQ(door.state.until, std::nullopt);
}

TEST(Door, ATimeOverThatComesTooEarlyChangesNothing) {
  Walk door;
  door.say(DoorEvent::kGrant);
  const DoorState before = door.state;
  door.wait(door.rules.unlock_for - std::chrono::nanoseconds(1));
  EXPECT_TRUE(door.say(DoorEvent::kTimeOver).empty());
  EXPECT_EQ(door.state, before);
}

TEST(Door, WhoWalksSlowlyGetsMoreTimeButNobodyWithoutBound) {
  Walk door;
  door.say(DoorEvent::kGrant, seconds(20));
  EXPECT_EQ(door.state.until, kStart + seconds(20));
  door.say(DoorEvent::kGrant, std::chrono::hours(8));
  EXPECT_EQ(door.state.until, kStart + kLongestUnlock);
}

TEST(Door, OpenedWithoutAGrantIsForcedUntilItIsClosed) {
  Walk door;
  door.say(DoorEvent::kClosed);
  door.say(DoorEvent::kOpened);
  EXPECT_EQ(door.state.phase, DoorPhase::kForcedOpen);
  EXPECT_TRUE(door.has(Kind::kRaise, DoorAlarm::kForcedOpen));
  door.say(DoorEvent::kGrant);
  EXPECT_FALSE(door.has(Kind::kClear, DoorAlarm::kForcedOpen));
  door.say(DoorEvent::kClosed);
  EXPECT_TRUE(door.has(Kind::kClear, DoorAlarm::kForcedOpen));
  EXPECT_EQ(door.state.phase, DoorPhase::kLocked);
}

TEST(Door, ARequestToExitMakesNoForcedDoor) {
  Walk door;
  door.say(DoorEvent::kClosed);
  door.say(DoorEvent::kExitRequest);
  door.say(DoorEvent::kOpened);
  EXPECT_EQ(door.state.phase, DoorPhase::kOpen);
  EXPECT_EQ(door.count(Kind::kRaise), 0U);
}

TEST(Door, HeldOpenIsAnAlarmAfterItsTimeThatRepeatedReportsDoNotPutOff) {
  Walk door;
  door.say(DoorEvent::kGrant);
  door.say(DoorEvent::kOpened);
  const auto until = door.state.until;
  door.wait(seconds(10));
  door.say(DoorEvent::kOpened);
  EXPECT_EQ(door.state.until, until);
  door.wait(door.rules.held_after - seconds(10));
  door.say(DoorEvent::kTimeOver);
  EXPECT_TRUE(door.has(Kind::kRaise, DoorAlarm::kHeldOpen));
  door.say(DoorEvent::kClosed);
  EXPECT_TRUE(door.has(Kind::kClear, DoorAlarm::kHeldOpen));
}

TEST(Door, AClosedDoorIsLockedBeforeItsTimeIsOver) {
  Walk door;
  door.say(DoorEvent::kGrant);
  door.say(DoorEvent::kOpened);
  door.say(DoorEvent::kClosed);
  EXPECT_EQ(door.state.phase, DoorPhase::kLocked);
  EXPECT_EQ(door.count(Kind::kLock), 1U);
}

TEST(Door, FireReleaseHoldsUnlockedAndNothingButItsResetLocks) {
  Walk door;
  door.say(DoorEvent::kClosed);
  door.say(DoorEvent::kFireRelease);
  EXPECT_EQ(door.effects.front().kind, Kind::kHoldUnlocked);
  EXPECT_TRUE(door.has(Kind::kRaise, DoorAlarm::kFireReleased));
  for (const DoorEvent event : every_event()) {
    if (event == DoorEvent::kFireReset) continue;
    door.wait(minutes(5));
    door.say(event);
    EXPECT_EQ(door.count(Kind::kLock) + door.count(Kind::kUnlock), 0U) << name(event);
    EXPECT_EQ(door.state.phase, DoorPhase::kFireReleased) << name(event);
  }
  door.say(DoorEvent::kFireReset);
  EXPECT_EQ(door.count(Kind::kLock), 1U);
  EXPECT_TRUE(door.has(Kind::kClear, DoorAlarm::kFireReleased));
}

TEST(Door, ALockCommandDuringAFireIsRefusedAndWrittenDown) {
  Walk door;
  door.say(DoorEvent::kFireRelease);
  door.say(DoorEvent::kLockNow);
  EXPECT_EQ(door.count(Kind::kLock), 0U);
  EXPECT_TRUE(door.records("lock_refused_fire"));
}

TEST(Door, FireReleaseSurvivesARestartAndIsDrivenAgain) {
  Walk door;
  door.say(DoorEvent::kFireRelease);
  Walk after;
  after.state = door_from_row(to_row(door.state)).value();
  after.say(DoorEvent::kRestart);
  EXPECT_EQ(after.state.phase, DoorPhase::kFireReleased);
  EXPECT_EQ(after.count(Kind::kHoldUnlocked), 1U);
  EXPECT_EQ(after.count(Kind::kRaise), 0U);  // it stands already
  after.say(DoorEvent::kFireReset);
  EXPECT_TRUE(after.has(Kind::kClear, DoorAlarm::kFireReleased));
}

TEST(Door, AResetWhileTheDoorStandsOpenWaitsForItToClose) {
  Walk door;
  door.say(DoorEvent::kFireRelease);
  door.say(DoorEvent::kOpened);
  door.say(DoorEvent::kFireReset);
  EXPECT_EQ(door.state.phase, DoorPhase::kOpen);
  EXPECT_EQ(door.state.until, door.now + door.rules.held_after);
}

TEST(Door, ARestartMakesNoForcedDoorOfOneThatIsFoundOpen) {
  Walk door;
  door.say(DoorEvent::kRestart);
  door.say(DoorEvent::kOpened);
  EXPECT_EQ(door.state.phase, DoorPhase::kOpen);
  EXPECT_EQ(door.count(Kind::kRaise), 0U);
  EXPECT_TRUE(door.records("door_found_open"));
  door.wait(door.rules.held_after);
  door.say(DoorEvent::kTimeOver);
  EXPECT_TRUE(door.has(Kind::kRaise, DoorAlarm::kHeldOpen));
}

TEST(Door, ADoorWithoutAContactIsNeverSaidToBeOpen) {
  Walk door({.has_contact = false});
  for (const DoorEvent event : every_event()) {
    door.say(event);
    EXPECT_FALSE(is_open(door.state)) << name(event);
    EXPECT_EQ(door.state.contact, DoorContact::kUnknown);
  }
}

TEST(Door, WhenTheContactIsLostTheDoorIsNotSaidToBeOpenAndNotHeld) {
  Walk door;
  door.say(DoorEvent::kGrant);
  door.say(DoorEvent::kOpened);
  EXPECT_TRUE(is_open(door.state));
  door.say(DoorEvent::kContactLost);
  EXPECT_FALSE(is_open(door.state));
  EXPECT_TRUE(door.has(Kind::kRaise, DoorAlarm::kContactLost));
  door.wait(minutes(10));
  EXPECT_TRUE(door.say(DoorEvent::kTimeOver).empty());
  door.say(DoorEvent::kClosed);
  EXPECT_TRUE(door.has(Kind::kClear, DoorAlarm::kContactLost));
}

TEST(Door, AForcedDoorWhoseContactIsCutGoesOnBeingAnAlarm) {
  Walk door;
  door.say(DoorEvent::kClosed);
  door.say(DoorEvent::kOpened);
  door.say(DoorEvent::kContactLost);
  EXPECT_FALSE(door.has(Kind::kClear, DoorAlarm::kForcedOpen));
}

TEST(Door, TamperAndReaderTouchNeitherPhaseNorLock) {
  for (const DoorPhase phase : every_phase()) {
    Walk door;
    door.state.phase = phase;
    for (const auto& [begins, ends, alarm] :
         {std::tuple(DoorEvent::kTamperBegan, DoorEvent::kTamperEnded, DoorAlarm::kTamper),
          std::tuple(DoorEvent::kReaderOffline, DoorEvent::kReaderOnline,
                     DoorAlarm::kReaderOffline)}) {
      door.say(begins);
      EXPECT_EQ(door.effects,
                (std::vector<DoorEffect>{
                    {.kind = Kind::kRaise, .alarm = alarm, .severity = severity_of(alarm)}}));
      EXPECT_TRUE(door.say(begins).empty());
      door.say(ends);
      EXPECT_TRUE(door.has(Kind::kClear, alarm));
      EXPECT_TRUE(door.say(ends).empty());
      EXPECT_EQ(door.state.phase, phase);
    }
  }
}

TEST(Door, TheStoredRowReadsBackAsItselfButForTheTime) {
  for (const DoorPhase phase : every_phase()) {
    for (const DoorContact contact : kContacts) {
      DoorState state{phase, contact, true, false, true, std::nullopt};
      EXPECT_EQ(door_from_row(to_row(state)).value(), state);
    }
  }
}

TEST(Door, ARowThatIsWrongSaysWhichMember) {
  const std::pair<const char*, const char*> table[] = {
      {R"({"phase":"ajar","contact":"open","tampered":false,"reader_offline":false,"contact_lost":false})",
       "phase"},
      {R"({"phase":"open","contact":"half","tampered":false,"reader_offline":false,"contact_lost":false})",
       "contact"},
      {R"({"phase":"open","contact":"open","tampered":1,"reader_offline":false,"contact_lost":false})",
       "tampered"},
      {R"({"phase":"open","contact":"open","tampered":true,"reader_offline":false})",
       "contact_lost"},
  };
  for (const auto& [row, member] : table) {
    const auto read = door_from_row(row);
    ASSERT_FALSE(read.has_value()) << row;
    EXPECT_EQ(read.error().what.rfind(member, 0), 0U) << read.error().what;
  }
}

// What must hold after any step whatever came before.
void check_step(const Walk& before, const Walk& after, DoorEvent event,
                std::map<DoorAlarm, int>& standing) {
  const bool was_released = before.state.phase == DoorPhase::kFireReleased;
  if (was_released && event != DoorEvent::kFireReset) {
    ASSERT_EQ(after.count(Kind::kLock) + after.count(Kind::kUnlock), 0U);
    ASSERT_EQ(after.state.phase, DoorPhase::kFireReleased);
  }
  if (after.count(Kind::kUnlock) != 0) {
    ASSERT_TRUE(event == DoorEvent::kGrant || event == DoorEvent::kExitRequest);
  }
  if (after.count(Kind::kHoldUnlocked) != 0) {
    ASSERT_EQ(after.state.phase, DoorPhase::kFireReleased);
    ASSERT_TRUE(event == DoorEvent::kFireRelease || event == DoorEvent::kRestart);
  }
  for (const DoorEffect& effect : after.effects) {
    if (effect.kind == Kind::kRaise) ++standing[effect.alarm];
    if (effect.kind == Kind::kClear) --standing[effect.alarm];
  }
  for (const auto& [alarm, count] : standing) {
    ASSERT_GE(count, 0) << name(alarm);
    ASSERT_LE(count, 1) << name(alarm);
  }
  const std::vector<DoorAlarm> alarms = alarms_of(after.state);
  for (const auto& [alarm, count] : standing)
    ASSERT_EQ(count == 1, std::count(alarms.begin(), alarms.end(), alarm) == 1) << name(alarm);
}

TEST(DoorProperty, HoldsOnRandomWalksWithRestarts) {
  std::mt19937_64 random(20261126);
  for (int walk = 0; walk < 400; ++walk) {
    Walk door({.has_contact = walk % 4 != 0});
    std::map<DoorAlarm, int> standing;
    for (int i = 0; i < 250; ++i) {
      const auto event = static_cast<DoorEvent>(random() % kDoorEvents);
      if (event == DoorEvent::kRestart) door.state = door_from_row(to_row(door.state)).value();
      const Walk before = door;
      door.wait(seconds(random() % 40));
      door.say(event);
      ASSERT_NO_FATAL_FAILURE(check_step(before, door, event, standing)) << name(event);
      ASSERT_FALSE(!door.rules.has_contact && is_open(door.state));
    }
  }
}

}  // namespace
}  // namespace linli::domain::access
