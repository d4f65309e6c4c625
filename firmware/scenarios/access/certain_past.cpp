#include "firmware/scenarios/access/certain_past.hpp"

#include <algorithm>

namespace linli::scenarios::access {

std::optional<std::int64_t> CertainPast::after(const domain::EventTime& reading) {
  if (reading.quality == domain::TimeQuality::kUnknown) {
    readings_.clear();
    return std::nullopt;
  }
  readings_.push_back(reading.unix_ms);
  if (readings_.size() < kReadings) return std::nullopt;
  if (readings_.size() > kReadings) readings_.pop_front();
  return *std::min_element(readings_.begin(), readings_.end());
}

}  // namespace linli::scenarios::access
