#pragma once

#include <memory>
#include <string>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/core/places.hpp"
#include "firmware/core/retention_keeper.hpp"
#include "firmware/core/sample_keeper.hpp"
#include "firmware/daemon/config.hpp"
#include "firmware/ports/history.hpp"
#include "firmware/ports/query.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::daemon {

core::RetentionDays retention_days(const Config& config);

// What the gateway can look back on and for how long, and the places that it hangs on. Loop thread
// only.
class HistoryParts {
 public:
  HistoryParts(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
               core::DeviceTable& devices, const Config& config);
  HistoryParts(const HistoryParts&) = delete;
  HistoryParts& operator=(const HistoryParts&) = delete;
  ~HistoryParts();  // writes the samples that are open, and how long the gateway has run

  // After the devices are restored, before anything comes in: places, what was known of presence,
  // and the stretches of the charts that were not over.
  base::Result<void> restore(ports::Query& query);
  void start();

  ports::History& history() { return *history_; }
  core::SampleKeeper& samples() { return samples_; }
  core::Places& places() { return places_; }
  core::RetentionKeeper& retention() { return retention_; }

  // As History::events, with the times that were not certain then and are now.
  void events(ports::EventQuery query, base::Done<ports::EventPage> done);
  // As History::samples, with the points that are not stored yet.
  void chart(ports::SampleQuery query, base::Done<std::vector<domain::SamplePoint>> done);

 private:
  base::Result<void> restore_places(ports::Query& query);
  base::Result<void> restore_presence(ports::Query& query);
  base::Result<void> restore_samples(ports::Query& query);

  const ports::WallClock& clock_;
  core::DeviceTable& devices_;
  core::SampleKeeper samples_;
  core::RetentionKeeper retention_;
  core::Places places_;
  std::unique_ptr<ports::History> history_;
};

}  // namespace linli::daemon
