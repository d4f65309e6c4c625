#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::core {

// How long something may live. Time is counted on the monotonic clock within one boot of the
// machine, where no jump of the date touches it, and by wall time from one boot to the next, if
// both ends are known to be right.
struct LifetimeRule {
  std::int64_t absolute_ms = 0;
  std::int64_t idle_ms = std::numeric_limits<std::int64_t>::max();
  // What becomes of a stretch whose length nobody can know (another boot, a clock that was not
  // synchronised). True: it is not counted. False: there is no use until the clock is right.
  bool forgives_unknown = false;
};

struct Lifetime {
  domain::EventTime created;
  domain::EventTime used;
  std::int64_t spent_ms = 0;  // of its life up to `used`

  friend bool operator==(const Lifetime&, const Lifetime&) = default;
};

enum class Standing : std::uint8_t { kStands, kOver, kUnknown };

Lifetime born(const ports::WallClock& clock);
Standing standing(const Lifetime& life, const LifetimeRule& rule, const ports::WallClock& clock);
// It is used now.
void note_use(Lifetime& life, const ports::WallClock& clock);
// When it ends if it is not used again.
domain::EventTime end_of(const Lifetime& life, const LifetimeRule& rule,
                         const ports::WallClock& clock);
std::int64_t absolute_left_ms(const Lifetime& life, const LifetimeRule& rule,
                              const ports::WallClock& clock);

// "<unix_ms>,<quality>,<boot>,<monotonic_ms>", as rows hold a time.
std::string to_text(const domain::EventTime& time);
base::Result<domain::EventTime> event_time_of(std::string_view text);

// The two as members of a row: "created", "used" and "spent_ms".
std::string to_text(const Lifetime& life);  // "<created>;<used>;<spent_ms>"
base::Result<Lifetime> lifetime_of(std::string_view text);

}  // namespace linli::core
