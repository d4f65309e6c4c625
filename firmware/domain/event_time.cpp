#include "firmware/domain/event_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace linli::domain {

std::string_view name(TimeQuality quality) {
  switch (quality) {
    case TimeQuality::kSynchronised:
      return "synchronised";
    case TimeQuality::kFloor:
      return "floor";
    case TimeQuality::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::optional<std::int64_t> age_ms(const EventTime& then, const EventTime& now) {
  if (then.boot == now.boot) return std::max<std::int64_t>(0, now.monotonic_ms - then.monotonic_ms);
  const bool comparable =
      then.quality == TimeQuality::kSynchronised && now.quality == TimeQuality::kSynchronised;
  if (!comparable || now.unix_ms < then.unix_ms) return std::nullopt;
  return now.unix_ms - then.unix_ms;
}

std::string rfc3339(std::int64_t unix_ms) {
  constexpr std::int64_t kYear9999 = 253'402'300'799'999;
  const std::chrono::milliseconds since_epoch(std::clamp<std::int64_t>(unix_ms, 0, kYear9999));
  const std::chrono::sys_time<std::chrono::milliseconds> time{since_epoch};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

}  // namespace linli::domain
