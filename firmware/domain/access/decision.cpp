#include "firmware/domain/access/decision.hpp"

#include <algorithm>
#include <utility>

#include "firmware/domain/access/words.hpp"

namespace linli::domain::access {
namespace {

constexpr std::array<std::string_view, kChecks> kCheckWords{
    "fire",     "age",  "reading", "guessing",      "kind",  "pass",    "known",    "state",
    "validity", "uses", "holder",  "second_factor", "right", "blocked", "schedule", "passback"};

struct Facts {
  const Shown& shown;
  const Credential* credential;
  const std::vector<RightHere>& rights;
  const DoorAccess& door;
  const Calendar& calendar;
  const DecisionTime& now;
};
using Verdict = std::optional<Reason>;  // nothing: go on with the next check

Verdict when(bool fails, Reason reason) {
  return fails ? Verdict(reason) : std::nullopt;
}

Verdict check_fire(const Facts& facts) {
  return when(facts.door.is_fire_released, Reason::kFreePassage);
}
Verdict check_age(const Facts& facts) {
  const auto& asked = facts.shown.asked_at;
  return when(asked && is_stale(*asked, facts.now.steady), Reason::kStale);
}
Verdict check_reading(const Facts& facts) {
  return when(!facts.shown.is_readable, Reason::kUnreadable);
}
Verdict check_guessing(const Facts& facts) {
  return when(facts.shown.locked_for > base::Duration{0}, Reason::kGuessing);
}
Verdict check_kind(const Facts& facts) {
  return when(!facts.door.takes.at(static_cast<std::size_t>(facts.shown.kind)),
              Reason::kKindNotTaken);
}
Verdict check_pass(const Facts& facts) {
  return when(facts.shown.pass != PassRefusal::kNone, reason_of(facts.shown.pass));
}
Verdict check_known(const Facts& facts) {
  return when(facts.credential == nullptr, Reason::kUnknownCredential);
}
Verdict check_state(const Facts& facts) {
  switch (facts.credential->state) {
    case CredentialState::kActive:
      return std::nullopt;
    case CredentialState::kSuspended:
      return Reason::kSuspended;
    case CredentialState::kLost:
      return Reason::kLost;
    case CredentialState::kRevoked:
      return Reason::kRevoked;
  }
  return Reason::kRevoked;
}

Verdict check_days(const Facts& facts, const Validity& validity, Reason not_yet, Reason expired) {
  switch (judge(validity, facts.now.wall)) {
    case ValidityVerdict::kValid:
      return std::nullopt;
    case ValidityVerdict::kNotYet:
      return not_yet;
    case ValidityVerdict::kExpired:
      return expired;
    case ValidityVerdict::kUnknown:
      return when(!facts.door.works_without_clock, Reason::kClockUnknown);
  }
  return Reason::kClockUnknown;
}
Verdict check_validity(const Facts& facts) {
  return check_days(facts, facts.credential->validity, Reason::kNotYetValid, Reason::kExpired);
}
Verdict check_uses(const Facts& facts) {
  return when(facts.credential->is_used_up(), Reason::kUsedUp);
}
Verdict check_holder(const Facts& facts) {
  return when(!facts.shown.holder_is_active, Reason::kHolderGone);
}
// A wrong one counts even where none is wanted.
Verdict check_second_factor(const Facts& facts) {
  if (facts.shown.second == SecondFactor::kWrong) return Reason::kSecondFactorWrong;
  const bool is_missing =
      facts.door.needs_second_factor && facts.shown.second == SecondFactor::kNotShown;
  return when(is_missing, Reason::kSecondFactorMissing);
}

// The three checks of one right, each a step further than the one before.
Verdict check_right_days(const Facts& facts, const RightHere& here) {
  return check_days(facts, here.right.validity, Reason::kRightNotYet, Reason::kRightExpired);
}
Verdict check_block(const Facts& facts, const RightHere& here) {
  return when(facts.door.is_blocked && !here.right.passes_block, Reason::kBlocked);
}
Verdict check_hours(const Facts& facts, const RightHere& here) {
  if (facts.now.wall.quality != TimeQuality::kSynchronised) {
    const bool has_hours = here.schedule.week != always().week;
    return when(has_hours && !facts.door.works_without_clock, Reason::kClockUnknown);
  }
  return when(!is_open(here.schedule, facts.calendar, facts.now.civil), Reason::kOutsideSchedule);
}

// True if some right passes all of the first `steps` checks of a right.
using RightCheck = Verdict (*)(const Facts&, const RightHere&);
constexpr std::array<RightCheck, 3> kRightChecks{check_right_days, check_block, check_hours};

// What stands in the way at step `step` for the rights that pass the steps before it; nothing if
// one of them passes it too.
Verdict check_rights(const Facts& facts, std::size_t step) {
  Verdict found = Reason::kNoRight;
  for (const RightHere& here : facts.rights) {
    bool gets_here = true;
    for (std::size_t i = 0; i < step && gets_here; ++i)
      gets_here = !kRightChecks.at(i)(facts, here);
    if (!gets_here) continue;
    const Verdict verdict = kRightChecks.at(step)(facts, here);
    if (!verdict) return std::nullopt;
    found = verdict;
  }
  return found;
}
Verdict check_right(const Facts& facts) {
  return check_rights(facts, 0);
}
Verdict check_blocked(const Facts& facts) {
  return check_rights(facts, 1);
}
Verdict check_schedule(const Facts& facts) {
  return check_rights(facts, 2);
}
Verdict check_passback(const Facts& facts) {
  return when(facts.shown.passback == PassbackVerdict::kHard, Reason::kPassback);
}

// In the order of Check.
using CheckFunction = Verdict (*)(const Facts&);
constexpr std::array<CheckFunction, kChecks> kFunctions{
    check_fire,  check_age,     check_reading,  check_guessing, check_kind,   check_pass,
    check_known, check_state,   check_validity, check_uses,     check_holder, check_second_factor,
    check_right, check_blocked, check_schedule, check_passback};

}  // namespace

std::string_view name(Check check) {
  return word_of(kCheckWords, check);
}

base::Result<void> check_kinds(const DoorAccess& door) {
  const auto count = std::count(door.takes.begin(), door.takes.end(), true);
  if (count == 0) {
    return base::fail(base::Code::kInvalid,
                      "the door takes no credential at all: nobody could come in");
  }
  if (count == 1 && door.takes.at(static_cast<std::size_t>(CredentialKind::kFace))) {
    return base::fail(base::Code::kInvalid,
                      "a face must not be the only way in: add cards, PINs or passes");
  }
  return {};
}

Reason decide(const Shown& shown, const Credential* credential,
              const std::vector<RightHere>& rights, const DoorAccess& door,
              const Calendar& calendar, const DecisionTime& now) {
  const Facts facts{shown, credential, rights, door, calendar, now};
  for (const CheckFunction check : kFunctions)
    if (const Verdict verdict = check(facts)) return *verdict;
  return shown.passback == PassbackVerdict::kSoft ? Reason::kGrantedSoftPassback : Reason::kGranted;
}

bool is_stale(base::TimePoint issued, base::TimePoint now) {
  return now < issued || now - issued >= kOpenLife;
}

bool is_stale(std::int64_t issued_ms, const EventTime& now) {
  if (now.quality != TimeQuality::kSynchronised) return true;
  const std::int64_t age_ms = now.unix_ms - issued_ms;
  return age_ms < -kOpenSkewMs || age_ms >= base::to_ms(kOpenLife);
}

}  // namespace linli::domain::access
