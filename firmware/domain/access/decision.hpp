#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/base/time.hpp"
#include "firmware/domain/access/credential.hpp"
#include "firmware/domain/access/pass_token.hpp"
#include "firmware/domain/access/passback.hpp"
#include "firmware/domain/access/schedule.hpp"

namespace linli::domain::access {

// May whoever stands there come in? One pure function over facts that others found out: which
// credential matched, whether a PIN was right (ports::PasswordHash), whether a pass was used before
// (ReplayWindow::take comes after a grant, and can still take it back). The checks run in the order
// of `Check`; the first that fails gives the reason, and only that one is told.
enum class Check : std::uint8_t {
  kFire,          // a released door refuses nobody
  kAge,           // a command that opens lives 10 s
  kReading,       // the reader understood what it was shown
  kGuessing,      // the way in, or the credential, is not locked by TryLimit
  kKind,          // this door takes such credentials
  kPass,          // what verify() said of a QR pass
  kKnown,         // it is somebody's
  kState,         // it is not lost, suspended or revoked
  kValidity,      // its days have come and are not over
  kUses,          // it has uses left
  kHolder,        // whoever it belongs to lives or works here
  kSecondFactor,  // what this door wants beside it
  kRight,         // somebody gave the right to pass here, for these days
  kBlocked,       // a guard has blocked the door
  kSchedule,      // the hours of the right
  kPassback,      // out before in
};
inline constexpr std::size_t kChecks = 16;
std::string_view name(Check check);  // "fire", …

// Stable words: in events, in the journal, at the platform.
enum class Reason : std::uint8_t {
  kGranted,
  kGrantedSoftPassback,
  kFreePassage,
  kStale,
  kUnreadable,
  kGuessing,
  kKindNotTaken,
  kForgedPass,
  kRevocationsStale,
  kReplayed,
  kBusy,
  kUnknownCredential,
  kLost,
  kSuspended,
  kRevoked,
  kNotYetValid,
  kExpired,
  kClockUnknown,
  kUsedUp,
  kHolderGone,
  kSecondFactorMissing,
  kSecondFactorWrong,
  kNoRight,
  kRightNotYet,
  kRightExpired,
  kBlocked,
  kOutsideSchedule,
  kPassback,
};
inline constexpr std::size_t kReasons = 28;

struct ReasonText {
  std::string_view word;  // "granted", "outside_schedule", …
  std::string_view zh;    // what happened, and the next step
  std::string_view en;
};
const ReasonText& text_of(Reason reason);
std::optional<Reason> reason_of(std::string_view word);
Reason reason_of(PassRefusal refusal);

constexpr bool is_granted(Reason reason) {
  return reason <= Reason::kFreePassage;
}

enum class SecondFactor : std::uint8_t { kNotShown, kRight, kWrong };

// What was shown at the door, and what others found out about it.
struct Shown {
  CredentialKind kind = CredentialKind::kCard;
  bool is_readable = true;       // parity and length were right
  base::Duration locked_for{0};  // TryLimit::wait
  PassRefusal pass = PassRefusal::kNone;
  SecondFactor second = SecondFactor::kNotShown;
  bool holder_is_active = true;
  PassbackVerdict passback = PassbackVerdict::kFine;
  std::optional<base::TimePoint> asked_at;  // of an opening from afar: when it was asked for
};

// The right to pass some doors at some hours (通行权限).
struct Right {
  std::string id;
  Validity validity{};
  bool passes_block = false;  // guards: also while the door is blocked
};
// A right of the holder that covers this door, with its hours.
struct RightHere {
  const Right& right;
  const Schedule& schedule;
};

struct DoorAccess {
  bool is_fire_released = false;
  bool is_blocked = false;
  bool needs_second_factor = false;
  // Before the clock is synchronised, days and hours cannot be judged: let holders of a right in
  // all the same (true), or nobody whose right has days or hours. Passes (QR) never count then.
  bool works_without_clock = true;
  std::array<bool, kCredentialKinds> takes{true, true, true, true, true};  // by CredentialKind
};
// kInvalid: nothing opens it, or a face alone does (a face must not be the only way in).
base::Result<void> check_kinds(const DoorAccess& door);

struct DecisionTime {
  EventTime wall;
  CivilTime civil;
  base::TimePoint steady;
};

// `credential`: nullptr if what was shown is nobody's. `rights`: those of the holder for this door,
// in any order; one that lets in is enough, else the one that got furthest gives the reason.
Reason decide(const Shown& shown, const Credential* credential,
              const std::vector<RightHere>& rights, const DoorAccess& door,
              const Calendar& calendar, const DecisionTime& now);

// An opening that was asked for from afar moves nothing once it is this old, however it was
// delayed.
inline constexpr base::Duration kOpenLife = std::chrono::seconds(10);
inline constexpr std::int64_t kOpenSkewMs = 2'000;
bool is_stale(base::TimePoint issued, base::TimePoint now);
// By the issuer's clock: one from the future, or while ours cannot be trusted, is stale too.
bool is_stale(std::int64_t issued_ms, const EventTime& now);

}  // namespace linli::domain::access
