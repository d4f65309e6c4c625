#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/base/time.hpp"
#include "firmware/domain/profile.hpp"

namespace linli::domain::access {

// One door (门), whatever its lock speaks. A pure value: step() takes an event and the time, and
// returns the next state and what is to be done. Nothing waits here: `until` of the state is when
// the caller says kTimeOver; said too early it changes nothing, so a late or stale timer is
// harmless.
//
//                 grant, exit                 opened                     too long
//      locked ────────────────▶ unlocked ────────────────▶ open ────────────────▶ held_open
//        │  ◀──── time over ────────┘ ◀───── closed ─────────┘ ◀───── closed ────────┘
//        └── opened without a grant ──▶ forced_open ── closed ──▶ locked
//      any ── fire release ──▶ fire_released ── reset by a person ──▶ locked, or open
//
// Whether a door stands open is known from its contact alone (`contact`), never from a command.
enum class DoorPhase : std::uint8_t {
  kLocked,        // 已锁
  kUnlocked,      // 已开锁: for a moment, nobody has opened yet
  kOpen,          // 开启: after a grant or a request to exit
  kHeldOpen,      // 长时间未关
  kForcedOpen,    // 强行打开
  kFireReleased,  // 消防释放: until a person resets it; never locked by us before
};
inline constexpr std::size_t kDoorPhases = 6;

enum class DoorEvent : std::uint8_t {
  kGrant,          // somebody may come in
  kDeny,           // somebody may not
  kExitRequest,    // 出门按钮
  kOpened,         // the contact says open; also said again, and as first word after a restart
  kClosed,         // the contact says closed
  kContactLost,    // nobody knows any more
  kTimeOver,       // `until` has come
  kLockNow,        // a person ends an unlocking early
  kFireRelease,    // 消防联动
  kFireReset,      // by a person with the right to do so
  kRestart,        // the state was read back from the store
  kTamperBegan,    // 防拆
  kTamperEnded,    //
  kReaderOffline,  // 读卡器离线
  kReaderOnline,   //
};
inline constexpr std::size_t kDoorEvents = 15;

enum class DoorContact : std::uint8_t { kUnknown, kClosed, kOpen };

enum class DoorAlarm : std::uint8_t {
  kForcedOpen,
  kHeldOpen,
  kFireReleased,
  kTamper,
  kReaderOffline,
  kContactLost,
};
inline constexpr std::size_t kDoorAlarms = 6;

struct DoorRules {
  base::Duration unlock_for = std::chrono::seconds(5);
  base::Duration held_after = std::chrono::seconds(30);  // open for longer is an alarm
  bool has_contact = true;  // without one, the words of a contact are ignored
};

struct DoorState {
  DoorPhase phase = DoorPhase::kLocked;
  DoorContact contact = DoorContact::kUnknown;
  bool is_tampered = false;
  bool is_reader_offline = false;
  bool is_contact_lost = false;
  std::optional<base::TimePoint> until;  // say kTimeOver then; not stored

  friend bool operator==(const DoorState&, const DoorState&) = default;
};

struct DoorInput {
  DoorEvent event = DoorEvent::kRestart;
  base::Duration unlock_for{0};  // of a grant, for who walks slowly; 0: as the rules say
};
// No single grant unlocks a door for longer.
inline constexpr base::Duration kLongestUnlock = std::chrono::minutes(2);

struct DoorEffect {
  enum class Kind : std::uint8_t {
    kUnlock,         // drive the lock for `duration`; it falls back by itself
    kHoldUnlocked,   // drive it until further notice
    kLock,           // end the driving
    kSignalGranted,  // green light, short tone
    kSignalDenied,   // red light, long tone
    kRaise,          // `alarm`, with its severity
    kClear,          // `alarm`
    kRecord,         // write `record` into the journal
  };
  Kind kind = Kind::kLock;
  base::Duration duration{0};
  DoorAlarm alarm = DoorAlarm::kForcedOpen;
  Severity severity = Severity::kInfo;
  std::string_view record{};  // "door_opened", …: a stable word

  friend bool operator==(const DoorEffect&, const DoorEffect&) = default;
};

struct DoorStep {
  DoorState state;
  std::vector<DoorEffect> effects;  // in the order in which they are to be done
};

DoorStep step(const DoorState& state, const DoorRules& rules, const DoorInput& input,
              base::TimePoint now);

// The alarms that stand in a state. step() raises what is new in it and clears what is gone, so
// each is raised once and cleared once, across restarts too.
std::vector<DoorAlarm> alarms_of(const DoorState& state);
Severity severity_of(DoorAlarm alarm);

// True only if the contact says so.
constexpr bool is_open(const DoorState& state) {
  return state.contact == DoorContact::kOpen;
}

std::string_view name(DoorPhase phase);      // "locked", …
std::string_view name(DoorContact contact);  // "unknown", …
std::string_view name(DoorAlarm alarm);      // "forced_open", …
std::string_view name(DoorEvent event);      // "grant", …

// The stored form. Read back, it is to be followed by kRestart: what the contact says is unknown
// until it speaks again.
std::string to_row(const DoorState& state);
base::Result<DoorState> door_from_row(std::string_view row);

// --- the table behind step(), for its test ---

// When a row holds, by what the contact said before the event.
enum class DoorGuard : std::uint8_t { kAlways, kWasOpen, kWasNotOpen, kWasClosed, kWasNotClosed };
enum class LockAct : std::uint8_t { kNone, kUnlock, kHold, kLock };
enum class DoorSignal : std::uint8_t { kNone, kGranted, kDenied };

struct DoorRow {
  DoorPhase phase;
  DoorEvent event;
  DoorGuard guard;
  DoorPhase next;
  LockAct act;
  DoorSignal signal;
  std::string_view record;
};
bool holds(DoorGuard guard, DoorContact contact);
// The row of an event up to kRestart. The later events (tamper, reader) touch no phase and no lock.
const DoorRow* find_row(DoorPhase phase, DoorEvent event, DoorContact contact);
constexpr bool is_side_event(DoorEvent event) {
  return event > DoorEvent::kRestart;
}

}  // namespace linli::domain::access
