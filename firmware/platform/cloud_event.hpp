#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/domain/event_time.hpp"
#include "firmware/ports/store.hpp"

namespace linli::platform {

// Gives a stored time again, corrected if the clock has been synchronised since.
using CorrectTime = std::function<domain::EventTime(const domain::EventTime&)>;

struct RenderedBatch {
  std::string json;         // a JSON array of CloudEvents
  std::size_t events = 0;   // in the array, gaps included
  std::size_t corrupt = 0;  // stored events that could not be read; a gap stands in their place
};

// Renders stored events as a CloudEvents 1.0 batch (application/cloudevents-batch+json). Pure: the
// same chunks give the same bytes, whatever the damage in them. Damaged records never reach the
// platform: their numbers are reported as a gap with the reason "corrupt", so that no number is
// silently missing.
class CloudEventRenderer {
 public:
  // `gateway` and `epoch` are ids (base::is_id) and stand in every event.
  CloudEventRenderer(std::string_view gateway, std::string_view epoch);

  RenderedBatch render(const std::vector<ports::ChunkPtr>& chunks,
                       const CorrectTime& corrected) const;

 private:
  std::string source_;
  std::string epoch_;
};

}  // namespace linli::platform
