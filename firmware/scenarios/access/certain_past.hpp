#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "firmware/domain/event_time.hpp"

namespace linli::scenarios::access {

// What is over for certain, as far as a clock that may jump can tell: all that had ended by the
// earliest of its last kReadings readings. With a reading an hour, a clock that jumps for less than
// a day, and comes back, makes nothing over.
class CertainPast {
 public:
  static constexpr std::size_t kReadings = 24;

  // One more reading. nullopt: there are not enough yet, or one said nothing.
  std::optional<std::int64_t> after(const domain::EventTime& reading);

 private:
  std::deque<std::int64_t> readings_;
};

}  // namespace linli::scenarios::access
