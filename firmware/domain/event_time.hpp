#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace linli::domain {

// How far a wall time can be trusted.
enum class TimeQuality : std::uint8_t {
  kSynchronised =
      0,         // the clock was synchronised when it was read, or the time was corrected since
  kFloor = 1,    // not synchronised: at least this late (last saved time, build date or RTC)
  kUnknown = 2,  // nothing is known but the order
};

std::string_view name(TimeQuality quality);

// When something happened. Boot and monotonic time stay beside the wall time, so that it can be
// corrected once the clock is synchronised.
struct EventTime {
  std::int64_t unix_ms = 0;
  TimeQuality quality = TimeQuality::kUnknown;
  std::uint64_t boot = 0;         // random for each boot of the machine
  std::int64_t monotonic_ms = 0;  // since that boot

  friend bool operator==(const EventTime&, const EventTime&) = default;
};

// How long before `now` `then` was, in milliseconds; nullopt if nobody can know (another boot, and
// the clocks were not both synchronised).
std::optional<std::int64_t> age_ms(const EventTime& then, const EventTime& now);

// RFC 3339 in UTC with milliseconds, e.g. "2026-11-24T08:30:00.125Z". Years 1970 to 9999.
std::string rfc3339(std::int64_t unix_ms);

}  // namespace linli::domain
