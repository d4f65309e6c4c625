#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

#include "firmware/base/loop.hpp"
#include "firmware/domain/ids.hpp"
#include "firmware/domain/profile.hpp"
#include "firmware/ports/intake.hpp"

namespace linli::drivers::coap {

// How long a device of this model may be silent: kMayMiss times the largest heartbeat of its
// properties and at least kShortestSilence, or `fallback` if none has one. 0: for ever.
base::Duration silence_limit(const domain::Profile& profile, base::Duration fallback);

// Which devices of the native contract are there. CoAP has no connection that could end: a device
// is there when it is heard, and offline when nothing was heard of it for its limit, or when it
// said so.
//
//   unheard ──message──▶ there ──limit──▶ silent ──message──▶ there
//      └──────limit──────────────────────────▲
//   there ──left()──▶ gone ──report, or registration for commands──▶ there
//
// A message costs the writing of one time. One timer waits for the first limit of all, and only
// when that has passed is looked whether the device was heard meanwhile. Loop thread only.
class SilenceWatch {
 public:
  // How often a device may miss what is expected of it.
  static constexpr int kMayMiss = 3;
  // A confirmable message alone may take 93 s until its sender gives up (RFC 7252 §4.8.2).
  static constexpr base::Duration kShortestSilence = std::chrono::minutes(6);
  // What comes sooner than this after the first may be its repeat: MAX_TRANSMIT_SPAN.
  static constexpr base::Duration kMaybeRepeat = std::chrono::seconds(45);
  // What could not be stored is told once more after this.
  static constexpr base::Duration kStoreAgain = std::chrono::seconds(10);

  SilenceWatch(base::Loop& loop, ports::Intake& intake) : loop_(loop), intake_(intake) {}
  SilenceWatch(const SilenceWatch&) = delete;
  SilenceWatch& operator=(const SilenceWatch&) = delete;

  // The device is to be heard within `limit`, from now on (0: whenever it likes). Again: anew.
  void expect(const domain::DeviceId& device, base::Duration limit);
  void forget(const domain::DeviceId& device);

  // A message of the device. True if it did not count as there: then say_online(), or a report of
  // the caller's own, has to follow. `presents_itself`: it is a report or asks for commands, and
  // so takes a goodbye back.
  bool heard(const domain::DeviceId& device, std::uint64_t session, bool presents_itself);
  void say_online(const domain::DeviceId& device);
  // It says goodbye.
  void left(const domain::DeviceId& device);
  // That it is there, or left, could not be stored: it counts as unheard.
  void doubt(const domain::DeviceId& device);

  // The device asks for commands, and is told to ask again within this. A client need not (RFC 7641
  // §3.3.1), so only who has done so is expected to go on, until it is heard on another session:
  // its limit is kMayMiss times that, if it is shorter.
  void asks_again_within(const domain::DeviceId& device, std::uint64_t session,
                         base::Duration within);
  void asks_no_more(const domain::DeviceId& device);

 private:
  enum class State : std::uint8_t { kUnheard, kThere, kSilent, kGone };
  struct Entry;
  // By when a limit may have passed at the earliest.
  using Dues = std::multimap<base::TimePoint, Entry*>;
  struct Entry {
    domain::DeviceId device;
    State state = State::kUnheard;
    base::Duration limit{0};
    base::TimePoint heard;       // or expected from
    std::uint64_t asked_on = 0;  // a session; 0: does not ask for commands
    base::TimePoint asked;
    bool asks_again = false;
    base::Duration within{0};
    std::optional<Dues::iterator> place;
  };

  Entry* find(const domain::DeviceId& device);
  static base::Duration limit_of(const Entry& entry);
  static void forget_questions(Entry& entry);
  void place(Entry& entry);
  void place_at(Entry& entry, base::TimePoint due);
  void unplace(Entry& entry);
  void wait_for_first();
  void sweep();
  void say_offline(const domain::DeviceId& device);

  base::Loop& loop_;
  ports::Intake& intake_;
  std::unordered_map<domain::DeviceId, Entry, base::IdHash> entries_;
  Dues dues_;
  base::TimePoint timer_due_;
  base::Handle timer_;
};

}  // namespace linli::drivers::coap
