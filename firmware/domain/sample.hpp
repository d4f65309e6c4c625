#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/domain/event_time.hpp"

namespace linli::domain {

// What the readings of one property came to in one stretch of time: a point of a chart.
struct Sample {
  double min = 0;
  double max = 0;
  double sum = 0;
  std::uint64_t count = 0;

  void add(double value);
  void add(const Sample& other);
  double average() const { return count == 0 ? 0 : sum / static_cast<double>(count); }

  friend bool operator==(const Sample&, const Sample&) = default;
};

// How long the stretches are. The numbers are stored on disk.
enum class SampleStep : std::uint8_t {
  kFine = 0,    // 5 minutes, for the view of a day
  kCoarse = 1,  // an hour, for the view of a week
};

constexpr std::int64_t step_ms(SampleStep step) {
  return step == SampleStep::kFine ? 5 * 60'000LL : 60 * 60'000LL;
}
// Kept a little longer than the view that shows them, so that its left edge is not empty.
constexpr std::int64_t kept_ms(SampleStep step) {
  return step == SampleStep::kFine ? 25 * 3'600'000LL : 8 * 24 * 3'600'000LL;
}
// When the stretch began in which `unix_ms` lies.
constexpr std::int64_t bucket_of(SampleStep step, std::int64_t unix_ms) {
  return unix_ms - unix_ms % step_ms(step);
}

struct SamplePoint {
  std::int64_t unix_ms = 0;  // when the stretch began
  TimeQuality quality = TimeQuality::kUnknown;
  Sample sample;
  friend bool operator==(const SamplePoint&, const SamplePoint&) = default;
};

// The name of a property, and its sample.
using NamedSamples = std::vector<std::pair<std::string, Sample>>;

// A device's samples of one stretch as they are stored: {"temperature":[min,max,sum,count],…}.
std::string sample_row(const NamedSamples& samples);
// kCorrupt if it is not such a row.
base::Result<NamedSamples> samples_from_row(std::string_view row);

}  // namespace linli::domain
