#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "firmware/base/time.hpp"
#include "firmware/domain/access/credential.hpp"

namespace linli::domain::access {

// Slows down who guesses at a door (防猜测), without stopping who lives behind it.
//
// A failure that names a credential (its card, then a wrong PIN) counts for that credential at that
// door. One that names none (digits that are nobody's) counts for the way in that it used:
//
//          names a credential     names none                     why
//   card   locks the credential   is told, never locks           cards are not guessed by hand
//   pin    locks the credential   locks the keypad of the door   a million codes can be guessed
//   totp   locks the credential   locks the keypad of the door   so can these
//   qr     is told, never locks   is told, never locks           128 bits of MAC are not guessed
//   face   is told, never locks   is told, never locks           the terminal judges it
//
// One wrong card must not stop the next person's, and a forged pass may name anybody.
//
// While a keypad is locked, digits that would be right are refused like wrong ones: else guessing
// would go on at full speed. Cards, faces, passes and the other doors are not touched, nor is a
// card together with its PIN.
//
// Whoever makes the tenth failure in a minute, the 30th in an hour or the 100th in a day is locked
// for five minutes, and twice as long each time that it happens again within a day, up to an hour.
// In any 24 hours that makes at most 100 failures and, as each further one locks anew, 24 more:
// 124. A restart forgets the counts, and takes longer than it gains.
//
// Bounded: kMostKeys; beyond that the key goes that nobody failed at for longest, a locked one
// last. Pure but for its counts; loop thread only; steady clock, so a new date changes nothing.
class TryLimit {
 public:
  struct Window {
    base::Duration span;
    std::size_t failures;
  };
  static constexpr std::array kWindows{Window{std::chrono::minutes(1), 10},
                                       Window{std::chrono::hours(1), 30},
                                       Window{std::chrono::hours(24), 100}};
  static constexpr base::Duration kFirstLock = std::chrono::minutes(5);
  static constexpr base::Duration kLongestLock = std::chrono::hours(1);
  static constexpr std::size_t kMostKeys = 1'024;

  // Where somebody tries: `credential` is empty if what was shown names none.
  struct Try {
    std::string_view door;
    CredentialKind kind = CredentialKind::kPin;
    std::string_view credential;
  };

  // How long until the next try is looked at; zero: now. Asked before anything is compared.
  base::Duration wait(const Try& at, base::TimePoint now) const;

  struct Counted {
    base::Duration locked{0};  // zero: go on
    bool begins = false;  // this failure reached a limit: worth an alarm, whether it locks or not
  };
  // A try failed. Not called for tries that were refused because of wait(): they count nothing.
  Counted failed(const Try& at, base::TimePoint now);

  // The right credential was shown: its own failures do not count any more. Those of the keypad do,
  // or who has a code of his own could guess at others' for ever.
  void succeeded(const Try& at);
  // A guard says that it is well.
  void unlock(const Try& at);

  std::size_t size() const { return counts_.size(); }

 private:
  struct Count {
    std::deque<base::TimePoint> failures;  // at most the last 100 of a day
    base::TimePoint locked_until{};
    base::TimePoint last{};
    int locks = 0;  // within a day of each other
  };
  static bool locks(const Try& at);
  static std::string key_of(const Try& at);
  static bool reaches_limit(const Count& count, base::TimePoint now);
  void make_room(base::TimePoint now);

  std::map<std::string, Count, std::less<>> counts_;
};

}  // namespace linli::domain::access
