#pragma once

#include <chrono>

namespace linli::base {

// Intervals and deadlines. Wall time is ports::WallClock's business.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

constexpr std::int64_t to_ms(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace linli::base
