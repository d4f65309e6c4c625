#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "firmware/base/handle.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/domain/event_time.hpp"
#include "firmware/domain/ids.hpp"
#include "firmware/domain/profile.hpp"
#include "firmware/domain/sample.hpp"
#include "firmware/ports/history.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::core {

// The points of the charts: for each numeric or boolean property (false is 0, true is 1) smallest,
// average, largest and number of readings in each stretch of time, in memory, and written once when
// the stretch is over: what a reading costs does not depend on how many there are. A crash loses
// the stretch that is open, five minutes and the spread of the writing at the most; an orderly end
// loses nothing.
//
// Stretches are wall time with its quality. What has no date (a clock in 1970) is not in a chart,
// and a better clock begins a stretch anew. Readings that a device kept for longer than a stretch
// are passed over: they are in the telemetry that the platform has. Loop thread only.
class SampleKeeper {
 public:
  struct Counts {
    std::uint64_t undated = 0;  // readings, since start: the clock was not to be trusted at all
    std::uint64_t late = 0;     // the device had kept them too long
    std::uint64_t failed = 0;   // rows that could not be stored and were given up
  };

  // `seed` spreads the writing of gateways that started together.
  SampleKeeper(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
               std::uint32_t seed);
  SampleKeeper(const SampleKeeper&) = delete;
  SampleKeeper& operator=(const SampleKeeper&) = delete;

  // At start: the stored fine rows from the newest coarse one on, in the order of their time. The
  // hour that they are a part of goes on.
  void restore(const ports::SamplePut& fine);
  // Begins to write. Once.
  void start();

  // A reading arrived at `now`; the device says that it is of `at_ms` (or `now`, if it says
  // nothing).
  void add(const domain::DeviceId& device, const domain::PropertyModel& model,
           const domain::Value& value, const domain::EventTime& now, std::int64_t at_ms);

  // Puts the points that are not stored yet behind those that History::samples gave, or over them:
  // the right edge of a chart.
  void add_open(const ports::SampleQuery& query, std::vector<domain::SamplePoint>& points) const;

  // Writes what is open now; for an orderly end.
  void write_all();

  const Counts& counts() const { return counts_; }

 private:
  struct Bucket {
    std::int64_t start_ms = -1;  // -1: nothing is open
    domain::TimeQuality quality = domain::TimeQuality::kUnknown;
    bool is_stored = false;  // as it stands
    domain::NamedSamples samples{};
  };
  using Buckets = std::array<Bucket, 2>;  // by domain::SampleStep

  struct Closed {
    std::string device;
    domain::SampleStep step = domain::SampleStep::kFine;
    Bucket bucket;
  };

  // Makes the bucket the one of that time; false if a better one is open.
  bool open(const std::string& device, domain::SampleStep step, Bucket& bucket,
            const domain::EventTime& time);
  void close(const std::string& device, domain::SampleStep step, Bucket& bucket);
  void watch();
  void sweep();
  void write_some(std::size_t most);
  void after_commit(std::vector<Closed> rows, const base::Result<void>& stored);

  base::Loop& loop_;
  ports::Store& store_;
  const ports::WallClock& clock_;
  const std::int64_t spread_ms_;
  std::unordered_map<std::string, Buckets> devices_;
  std::deque<Closed> closed_;  // to be written
  Counts counts_;
  base::Handle sweep_timer_;
  base::Handle write_timer_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::core
