#pragma once

#include "firmware/domain/event_time.hpp"

namespace linli::ports {

// The only source of wall time. Loop thread only.
class WallClock {
 public:
  WallClock() = default;
  WallClock(const WallClock&) = delete;
  WallClock& operator=(const WallClock&) = delete;
  virtual ~WallClock() = default;

  // Now, with how far it can be trusted.
  virtual domain::EventTime now() const = 0;

  // `time` again, with the wall time corrected if its boot's offset has become known since.
  // Unchanged if it was synchronised already or nothing is known.
  virtual domain::EventTime corrected(const domain::EventTime& time) const = 0;
};

}  // namespace linli::ports
