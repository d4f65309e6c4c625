#include <array>

#include "firmware/domain/access/door.hpp"

namespace linli::domain::access {
namespace {

using P = DoorPhase;
using E = DoorEvent;
using G = DoorGuard;
using A = LockAct;
using S = DoorSignal;

// What a door does, in one place. In fire_released no row has kLock or kUnlock: a timed unlocking
// would end in a locked door. After a restart nothing is driven but the release, and whoever was
// passing has the time anew: the lock has ended its pulse by itself.
constexpr std::array kRows{
    // clang-format off
    // phase                     event              contact before     next               lock         signal       record
    DoorRow{P::kLocked,          E::kGrant,         G::kAlways,        P::kUnlocked,      A::kUnlock,  S::kGranted, "access_granted"},
    DoorRow{P::kLocked,          E::kDeny,          G::kAlways,        P::kLocked,        A::kNone,    S::kDenied,  "access_denied"},
    DoorRow{P::kLocked,          E::kExitRequest,   G::kAlways,        P::kUnlocked,      A::kUnlock,  S::kNone,    "exit_requested"},
    DoorRow{P::kLocked,          E::kOpened,        G::kWasClosed,     P::kForcedOpen,    A::kNone,    S::kNone,    "door_forced"},
    DoorRow{P::kLocked,          E::kOpened,        G::kWasNotClosed,  P::kOpen,          A::kNone,    S::kNone,    "door_found_open"},
    DoorRow{P::kLocked,          E::kClosed,        G::kAlways,        P::kLocked,        A::kNone,    S::kNone,    ""},
    DoorRow{P::kLocked,          E::kContactLost,   G::kAlways,        P::kLocked,        A::kNone,    S::kNone,    ""},
    DoorRow{P::kLocked,          E::kTimeOver,      G::kAlways,        P::kLocked,        A::kNone,    S::kNone,    ""},
    DoorRow{P::kLocked,          E::kLockNow,       G::kAlways,        P::kLocked,        A::kLock,    S::kNone,    ""},
    DoorRow{P::kLocked,          E::kFireRelease,   G::kAlways,        P::kFireReleased,  A::kHold,    S::kNone,    "fire_released"},
    DoorRow{P::kLocked,          E::kFireReset,     G::kAlways,        P::kLocked,        A::kNone,    S::kNone,    ""},
    DoorRow{P::kLocked,          E::kRestart,       G::kAlways,        P::kLocked,        A::kNone,    S::kNone,    ""},

    DoorRow{P::kUnlocked,        E::kGrant,         G::kAlways,        P::kUnlocked,      A::kUnlock,  S::kGranted, "access_granted"},
    DoorRow{P::kUnlocked,        E::kDeny,          G::kAlways,        P::kUnlocked,      A::kNone,    S::kDenied,  "access_denied"},
    DoorRow{P::kUnlocked,        E::kExitRequest,   G::kAlways,        P::kUnlocked,      A::kUnlock,  S::kNone,    "exit_requested"},
    DoorRow{P::kUnlocked,        E::kOpened,        G::kAlways,        P::kOpen,          A::kNone,    S::kNone,    "door_opened"},
    DoorRow{P::kUnlocked,        E::kClosed,        G::kAlways,        P::kUnlocked,      A::kNone,    S::kNone,    ""},
    DoorRow{P::kUnlocked,        E::kContactLost,   G::kAlways,        P::kUnlocked,      A::kNone,    S::kNone,    ""},
    DoorRow{P::kUnlocked,        E::kTimeOver,      G::kAlways,        P::kLocked,        A::kLock,    S::kNone,    ""},
    DoorRow{P::kUnlocked,        E::kLockNow,       G::kAlways,        P::kLocked,        A::kLock,    S::kNone,    "locked_early"},
    DoorRow{P::kUnlocked,        E::kFireRelease,   G::kAlways,        P::kFireReleased,  A::kHold,    S::kNone,    "fire_released"},
    DoorRow{P::kUnlocked,        E::kFireReset,     G::kAlways,        P::kUnlocked,      A::kNone,    S::kNone,    ""},
    DoorRow{P::kUnlocked,        E::kRestart,       G::kAlways,        P::kUnlocked,      A::kNone,    S::kNone,    ""},

    DoorRow{P::kOpen,            E::kGrant,         G::kAlways,        P::kOpen,          A::kUnlock,  S::kGranted, "access_granted"},
    DoorRow{P::kOpen,            E::kDeny,          G::kAlways,        P::kOpen,          A::kNone,    S::kDenied,  "access_denied"},
    DoorRow{P::kOpen,            E::kExitRequest,   G::kAlways,        P::kOpen,          A::kUnlock,  S::kNone,    "exit_requested"},
    DoorRow{P::kOpen,            E::kOpened,        G::kAlways,        P::kOpen,          A::kNone,    S::kNone,    ""},
    DoorRow{P::kOpen,            E::kClosed,        G::kAlways,        P::kLocked,        A::kLock,    S::kNone,    "door_closed"},
    DoorRow{P::kOpen,            E::kContactLost,   G::kAlways,        P::kLocked,        A::kLock,    S::kNone,    ""},
    DoorRow{P::kOpen,            E::kTimeOver,      G::kWasOpen,       P::kHeldOpen,      A::kNone,    S::kNone,    "door_held_open"},
    DoorRow{P::kOpen,            E::kTimeOver,      G::kWasNotOpen,    P::kLocked,        A::kLock,    S::kNone,    ""},
    DoorRow{P::kOpen,            E::kLockNow,       G::kAlways,        P::kOpen,          A::kLock,    S::kNone,    "locked_early"},
    DoorRow{P::kOpen,            E::kFireRelease,   G::kAlways,        P::kFireReleased,  A::kHold,    S::kNone,    "fire_released"},
    DoorRow{P::kOpen,            E::kFireReset,     G::kAlways,        P::kOpen,          A::kNone,    S::kNone,    ""},
    DoorRow{P::kOpen,            E::kRestart,       G::kAlways,        P::kOpen,          A::kNone,    S::kNone,    ""},

    DoorRow{P::kHeldOpen,        E::kGrant,         G::kAlways,        P::kHeldOpen,      A::kUnlock,  S::kGranted, "access_granted"},
    DoorRow{P::kHeldOpen,        E::kDeny,          G::kAlways,        P::kHeldOpen,      A::kNone,    S::kDenied,  "access_denied"},
    DoorRow{P::kHeldOpen,        E::kExitRequest,   G::kAlways,        P::kHeldOpen,      A::kUnlock,  S::kNone,    "exit_requested"},
    DoorRow{P::kHeldOpen,        E::kOpened,        G::kAlways,        P::kHeldOpen,      A::kNone,    S::kNone,    ""},
    DoorRow{P::kHeldOpen,        E::kClosed,        G::kAlways,        P::kLocked,        A::kLock,    S::kNone,    "door_closed"},
    DoorRow{P::kHeldOpen,        E::kContactLost,   G::kAlways,        P::kHeldOpen,      A::kNone,    S::kNone,    ""},
    DoorRow{P::kHeldOpen,        E::kTimeOver,      G::kAlways,        P::kHeldOpen,      A::kNone,    S::kNone,    ""},
    DoorRow{P::kHeldOpen,        E::kLockNow,       G::kAlways,        P::kHeldOpen,      A::kLock,    S::kNone,    "locked_early"},
    DoorRow{P::kHeldOpen,        E::kFireRelease,   G::kAlways,        P::kFireReleased,  A::kHold,    S::kNone,    "fire_released"},
    DoorRow{P::kHeldOpen,        E::kFireReset,     G::kAlways,        P::kHeldOpen,      A::kNone,    S::kNone,    ""},
    DoorRow{P::kHeldOpen,        E::kRestart,       G::kAlways,        P::kHeldOpen,      A::kNone,    S::kNone,    ""},

    DoorRow{P::kForcedOpen,      E::kGrant,         G::kAlways,        P::kForcedOpen,    A::kUnlock,  S::kGranted, "access_granted"},
    DoorRow{P::kForcedOpen,      E::kDeny,          G::kAlways,        P::kForcedOpen,    A::kNone,    S::kDenied,  "access_denied"},
    DoorRow{P::kForcedOpen,      E::kExitRequest,   G::kAlways,        P::kForcedOpen,    A::kUnlock,  S::kNone,    "exit_requested"},
    DoorRow{P::kForcedOpen,      E::kOpened,        G::kAlways,        P::kForcedOpen,    A::kNone,    S::kNone,    ""},
    DoorRow{P::kForcedOpen,      E::kClosed,        G::kAlways,        P::kLocked,        A::kLock,    S::kNone,    "door_closed"},
    DoorRow{P::kForcedOpen,      E::kContactLost,   G::kAlways,        P::kForcedOpen,    A::kNone,    S::kNone,    ""},
    DoorRow{P::kForcedOpen,      E::kTimeOver,      G::kAlways,        P::kForcedOpen,    A::kNone,    S::kNone,    ""},
    DoorRow{P::kForcedOpen,      E::kLockNow,       G::kAlways,        P::kForcedOpen,    A::kLock,    S::kNone,    ""},
    DoorRow{P::kForcedOpen,      E::kFireRelease,   G::kAlways,        P::kFireReleased,  A::kHold,    S::kNone,    "fire_released"},
    DoorRow{P::kForcedOpen,      E::kFireReset,     G::kAlways,        P::kForcedOpen,    A::kNone,    S::kNone,    ""},
    DoorRow{P::kForcedOpen,      E::kRestart,       G::kAlways,        P::kForcedOpen,    A::kNone,    S::kNone,    ""},

    DoorRow{P::kFireReleased,    E::kGrant,         G::kAlways,        P::kFireReleased,  A::kNone,    S::kGranted, "access_granted"},
    DoorRow{P::kFireReleased,    E::kDeny,          G::kAlways,        P::kFireReleased,  A::kNone,    S::kDenied,  "access_denied"},
    DoorRow{P::kFireReleased,    E::kExitRequest,   G::kAlways,        P::kFireReleased,  A::kNone,    S::kNone,    "exit_requested"},
    DoorRow{P::kFireReleased,    E::kOpened,        G::kAlways,        P::kFireReleased,  A::kNone,    S::kNone,    "door_opened"},
    DoorRow{P::kFireReleased,    E::kClosed,        G::kAlways,        P::kFireReleased,  A::kNone,    S::kNone,    "door_closed"},
    DoorRow{P::kFireReleased,    E::kContactLost,   G::kAlways,        P::kFireReleased,  A::kNone,    S::kNone,    ""},
    DoorRow{P::kFireReleased,    E::kTimeOver,      G::kAlways,        P::kFireReleased,  A::kNone,    S::kNone,    ""},
    DoorRow{P::kFireReleased,    E::kLockNow,       G::kAlways,        P::kFireReleased,  A::kNone,    S::kNone,    "lock_refused_fire"},
    DoorRow{P::kFireReleased,    E::kFireRelease,   G::kAlways,        P::kFireReleased,  A::kHold,    S::kNone,    ""},
    DoorRow{P::kFireReleased,    E::kFireReset,     G::kWasOpen,       P::kOpen,          A::kLock,    S::kNone,    "fire_reset"},
    DoorRow{P::kFireReleased,    E::kFireReset,     G::kWasNotOpen,    P::kLocked,        A::kLock,    S::kNone,    "fire_reset"},
    DoorRow{P::kFireReleased,    E::kRestart,       G::kAlways,        P::kFireReleased,  A::kHold,    S::kNone,    ""},
    // clang-format on
};

}  // namespace

bool holds(DoorGuard guard, DoorContact contact) {
  switch (guard) {
    case G::kAlways:
      return true;
    case G::kWasOpen:
      return contact == DoorContact::kOpen;
    case G::kWasNotOpen:
      return contact != DoorContact::kOpen;
    case G::kWasClosed:
      return contact == DoorContact::kClosed;
    case G::kWasNotClosed:
      return contact != DoorContact::kClosed;
  }
  return false;
}

const DoorRow* find_row(DoorPhase phase, DoorEvent event, DoorContact contact) {
  for (const DoorRow& row : kRows)
    if (row.phase == phase && row.event == event && holds(row.guard, contact)) return &row;
  return nullptr;
}

}  // namespace linli::domain::access
