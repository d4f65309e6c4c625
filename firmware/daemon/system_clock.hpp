#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>

#include "firmware/ports/wall_clock.hpp"

namespace linli::daemon {

// The machine's clock: synchronised when the kernel says so (adjtimex). Before that, times are a
// floor: not earlier than the saved floor and the day on which this program was built.
class SystemClock final : public ports::WallClock {
 public:
  // `saved_floor_ms`: the latest time seen before this start. `offsets`: boot → wall time at its
  // monotonic zero, for boots in which the clock became synchronised.
  SystemClock(std::int64_t saved_floor_ms, std::map<std::uint64_t, std::int64_t> offsets);

  domain::EventTime now() const override;
  domain::EventTime corrected(const domain::EventTime& time) const override;

  // Wall time at this boot's monotonic zero; 0 while not synchronised. To be stored once known.
  std::int64_t offset_ms() const;
  std::uint64_t boot() const { return boot_; }

 private:
  // What the kernel said, when, and how its wall clock stood to its monotonic one.
  struct Answer {
    bool is_synchronised = false;
    std::int64_t at_ms = std::numeric_limits<std::int64_t>::min() / 2;
    std::int64_t offset_ms = 0;
  };

  bool is_synchronised(const domain::EventTime& now) const;

  mutable Answer answer_;
  std::int64_t floor_ms_;
  std::map<std::uint64_t, std::int64_t> offsets_;
  std::uint64_t boot_;
};

// The same without what only the loop knows, for other threads: the time of gap records.
domain::EventTime plain_time();

}  // namespace linli::daemon
