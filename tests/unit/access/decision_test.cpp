#include "firmware/domain/access/decision.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <set>

namespace linli::domain::access {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr std::int64_t kNowMs = 1'795'680'000'000;  // 2026-11-26, 16:00 in China, a Thursday

// Somebody whom everything lets in; a test spoils what it is about.
struct Case {
  Shown shown{};
  Credential credential{};
  bool is_known = true;
  std::vector<std::pair<Right, Schedule>> rights{{Right{"r-1", {}, false}, always()}};
  DoorAccess door{};
  DecisionTime now{
      {kNowMs, TimeQuality::kSynchronised, 1, 0}, civil_of(kNowMs), base::TimePoint{} + hours(1)};

  Reason decided() const {
    std::vector<RightHere> here;
    for (const auto& [right, schedule] : rights) here.push_back({right, schedule});
    return decide(shown, is_known ? &credential : nullptr, here, door, Calendar{}, now);
  }
};

Schedule only_mornings() {
  Schedule schedule = always();
  schedule.week.fill({{8 * 3600, 12 * 3600}});
  return schedule;
}

// The table of checks: each way to fail each of them, and the reason that is told.
struct Spoiler {
  Check check;
  Reason reason;
  std::function<void(Case&)> spoil;
};

const std::vector<Spoiler>& spoilers() {
  static const std::vector<Spoiler> kSpoilers{
      // clang-format off
      {Check::kFire,         Reason::kFreePassage,         [](Case& c) { c.door.is_fire_released = true; }},
      {Check::kAge,          Reason::kStale,               [](Case& c) { c.shown.asked_at = c.now.steady - kOpenLife; }},
      {Check::kReading,      Reason::kUnreadable,          [](Case& c) { c.shown.is_readable = false; }},
      {Check::kGuessing,     Reason::kGuessing,            [](Case& c) { c.shown.locked_for = seconds(1); }},
      {Check::kKind,         Reason::kKindNotTaken,        [](Case& c) { c.door.takes = {false, true, true, true, true}; }},
      {Check::kPass,         Reason::kForgedPass,          [](Case& c) { c.shown.pass = PassRefusal::kForged; }},
      {Check::kPass,         Reason::kRevocationsStale,    [](Case& c) { c.shown.pass = PassRefusal::kRevocationsStale; }},
      {Check::kPass,         Reason::kReplayed,            [](Case& c) { c.shown.pass = PassRefusal::kReplayed; }},
      {Check::kPass,         Reason::kBusy,                [](Case& c) { c.shown.pass = PassRefusal::kBusy; }},
      {Check::kKnown,        Reason::kUnknownCredential,   [](Case& c) { c.is_known = false; }},
      {Check::kState,        Reason::kLost,                [](Case& c) { c.credential.state = CredentialState::kLost; }},
      {Check::kState,        Reason::kSuspended,           [](Case& c) { c.credential.state = CredentialState::kSuspended; }},
      {Check::kState,        Reason::kRevoked,             [](Case& c) { c.credential.state = CredentialState::kRevoked; }},
      {Check::kValidity,     Reason::kNotYetValid,         [](Case& c) { c.credential.validity.from_ms = kNowMs + 1; }},
      {Check::kValidity,     Reason::kExpired,             [](Case& c) { c.credential.validity.until_ms = kNowMs; }},
      {Check::kUses,         Reason::kUsedUp,              [](Case& c) { c.credential.max_uses = 0; }},
      {Check::kHolder,       Reason::kHolderGone,          [](Case& c) { c.shown.holder_is_active = false; }},
      {Check::kSecondFactor, Reason::kSecondFactorMissing, [](Case& c) { c.door.needs_second_factor = true; }},
      {Check::kSecondFactor, Reason::kSecondFactorWrong,   [](Case& c) { c.shown.second = SecondFactor::kWrong; }},
      {Check::kRight,        Reason::kNoRight,             [](Case& c) { c.rights.clear(); }},
      {Check::kRight,        Reason::kRightNotYet,         [](Case& c) { for (auto& each : c.rights) each.first.validity.from_ms = kNowMs + 1; }},
      {Check::kRight,        Reason::kRightExpired,        [](Case& c) { for (auto& each : c.rights) each.first.validity.until_ms = kNowMs; }},
      {Check::kBlocked,      Reason::kBlocked,             [](Case& c) { c.door.is_blocked = true; }},
      {Check::kSchedule,     Reason::kOutsideSchedule,     [](Case& c) { for (auto& each : c.rights) each.second = only_mornings(); }},
      {Check::kPassback,     Reason::kPassback,            [](Case& c) { c.shown.passback = PassbackVerdict::kHard; }},
      // clang-format on
  };
  return kSpoilers;
}

TEST(Decision, WhoHasAllThatIsNeededIsLetIn) {
  EXPECT_EQ(Case{}.decided(), Reason::kGranted);
}

TEST(DecisionMatrix, EveryCheckHasAWayToFailAndTellsItsReason) {
  std::set<Check> checks;
  for (const Spoiler& each : spoilers()) {
    Case spoilt;
    each.spoil(spoilt);
    EXPECT_EQ(spoilt.decided(), each.reason) << text_of(each.reason).word;
    checks.insert(each.check);
  }
  EXPECT_EQ(checks.size(), kChecks);
}

TEST(DecisionMatrix, OfTwoThatFailTheEarlierCheckIsTold) {
  for (const Spoiler& first : spoilers()) {
    for (const Spoiler& second : spoilers()) {
      if (first.check >= second.check) continue;
      Case spoilt;
      second.spoil(spoilt);
      first.spoil(spoilt);
      EXPECT_EQ(spoilt.decided(), first.reason)
          << name(first.check) << " before " << name(second.check);
    }
  }
}

TEST(DecisionMatrix, OfAnyNumberThatFailTheEarliestCheckIsTold) {
  std::mt19937_64 random(42);
  for (int round = 0; round < 20'000; ++round) {
    std::map<Check, const Spoiler*> chosen;
    for (const Spoiler& each : spoilers())
      if (random() % 5 == 0) chosen[each.check] = &each;
    Case spoilt;
    for (auto each = chosen.rbegin(); each != chosen.rend(); ++each) each->second->spoil(spoilt);
    const Reason expected = chosen.empty() ? Reason::kGranted : chosen.begin()->second->reason;
    ASSERT_EQ(spoilt.decided(), expected) << text_of(expected).word;
  }
}

TEST(DecisionMatrix, EveryReasonCanBeReached) {
  std::set<Reason> reached{Reason::kGranted, Reason::kGrantedSoftPassback, Reason::kClockUnknown};
  for (const Spoiler& each : spoilers()) reached.insert(each.reason);
  EXPECT_EQ(reached.size(), kReasons);
}

TEST(Decision, SoftPassbackLetsInAndSaysSo) {
  Case soft;
  soft.shown.passback = PassbackVerdict::kSoft;
  EXPECT_EQ(soft.decided(), Reason::kGrantedSoftPassback);
  EXPECT_TRUE(is_granted(Reason::kGrantedSoftPassback));
}

TEST(Decision, OneRightThatLetsInIsEnough) {
  Case some;
  some.rights.clear();
  some.rights.emplace_back(Right{"old", {{}, kNowMs}, false}, always());
  some.rights.emplace_back(Right{"mornings", {}, false}, only_mornings());
  EXPECT_EQ(some.decided(), Reason::kOutsideSchedule);  // the one that got furthest
  some.rights.emplace_back(Right{"good", {}, false}, always());
  EXPECT_EQ(some.decided(), Reason::kGranted);
}

TEST(Decision, TwoHalfRightsAreNotAWholeOne) {
  Case halves;
  halves.door.is_blocked = true;
  halves.rights.clear();
  halves.rights.emplace_back(Right{"guard, mornings", {}, true}, only_mornings());
  halves.rights.emplace_back(Right{"resident, always", {}, false}, always());
  EXPECT_EQ(halves.decided(), Reason::kOutsideSchedule);
}

TEST(Decision, ABlockedDoorLetsOnlyThoseInWhoMayPassTheBlock) {
  Case guard;
  guard.door.is_blocked = true;
  EXPECT_EQ(guard.decided(), Reason::kBlocked);
  guard.rights[0].first.passes_block = true;
  EXPECT_EQ(guard.decided(), Reason::kGranted);
}

TEST(Decision, TheRightSecondFactorIsEnoughWhereOneIsWanted) {
  Case two;
  two.door.needs_second_factor = true;
  two.shown.second = SecondFactor::kRight;
  EXPECT_EQ(two.decided(), Reason::kGranted);
}

TEST(Decision, WithoutAClockDoorsWorkUnlessTheyAreToldNotTo) {
  Case dark;
  dark.now.wall.quality = TimeQuality::kFloor;
  dark.credential.validity = {1, kNowMs + 1};
  dark.rights[0].second = only_mornings();
  EXPECT_EQ(dark.decided(), Reason::kGranted);
  dark.door.works_without_clock = false;
  EXPECT_EQ(dark.decided(), Reason::kClockUnknown);
  dark.credential.validity = {};
  EXPECT_EQ(dark.decided(), Reason::kClockUnknown);  // its right has hours
  dark.rights[0].second = always();
  EXPECT_EQ(dark.decided(), Reason::kGranted);
}

TEST(Decision, WithoutAClockWhatHasSurelyEndedStaysEnded) {
  Case dark;
  dark.now.wall.quality = TimeQuality::kFloor;
  dark.credential.validity.until_ms = kNowMs;
  EXPECT_EQ(dark.decided(), Reason::kExpired);
}

TEST(OpenCommand, LivesTenSecondsOnTheSteadyClock) {
  const base::TimePoint issued = base::TimePoint{} + hours(1);
  EXPECT_FALSE(is_stale(issued, issued));
  EXPECT_FALSE(is_stale(issued, issued + kOpenLife - std::chrono::nanoseconds(1)));
  EXPECT_TRUE(is_stale(issued, issued + kOpenLife));
  EXPECT_TRUE(is_stale(issued, issued - seconds(1)));
}

TEST(OpenCommand, LivesTenSecondsByTheIssuersClock) {
  const auto at = [](std::int64_t ms, TimeQuality quality = TimeQuality::kSynchronised) {
    return EventTime{ms, quality, 1, 0};
  };
  EXPECT_FALSE(is_stale(kNowMs, at(kNowMs)));
  EXPECT_FALSE(is_stale(kNowMs, at(kNowMs + 9'999)));
  EXPECT_TRUE(is_stale(kNowMs, at(kNowMs + 10'000)));
  EXPECT_FALSE(is_stale(kNowMs, at(kNowMs - kOpenSkewMs)));
  EXPECT_TRUE(is_stale(kNowMs, at(kNowMs - kOpenSkewMs - 1)));
  EXPECT_TRUE(is_stale(kNowMs, at(kNowMs, TimeQuality::kFloor)));
}

TEST(DoorKinds, AFaceIsNeverTheOnlyWayIn) {
  DoorAccess door;
  EXPECT_TRUE(check_kinds(door).has_value());
  door.takes = {false, false, false, false, true};
  EXPECT_FALSE(check_kinds(door).has_value());
  door.takes = {true, false, false, false, true};
  EXPECT_TRUE(check_kinds(door).has_value());
  door.takes = {};
  EXPECT_FALSE(check_kinds(door).has_value());
}

TEST(Reason, EveryOneHasAWordOfItsOwnAndBothTexts) {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < kReasons; ++i) {
    const auto reason = static_cast<Reason>(i);
    const ReasonText& text = text_of(reason);
    EXPECT_TRUE(words.insert(text.word).second) << text.word;
    EXPECT_EQ(reason_of(text.word), reason);
    EXPECT_FALSE(text.zh.empty() || text.en.empty()) << text.word;
    EXPECT_EQ(text.zh.find("失败"), std::string_view::npos) << text.word;
  }
  EXPECT_EQ(reason_of("nonsense"), std::nullopt);
}

TEST(Reason, EveryRefusalOfAPassIsARefusal) {
  EXPECT_EQ(reason_of(PassRefusal::kNone), Reason::kGranted);
  for (std::size_t i = 1; i < kPassRefusals; ++i)
    EXPECT_FALSE(is_granted(reason_of(static_cast<PassRefusal>(i)))) << i;
}

}  // namespace
}  // namespace linli::domain::access
