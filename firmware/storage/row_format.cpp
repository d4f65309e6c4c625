#include "firmware/storage/row_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace linli::storage {

std::string time_blob(const domain::EventTime& time) {
  return fmt::format("{} {} {} {}", time.unix_ms, static_cast<int>(time.quality), time.boot,
                     time.monotonic_ms);
}

domain::EventTime time_from_blob(const std::string& blob) {
  domain::EventTime time;
  int quality = 2;
  unsigned long long boot = 0;
  long long unix_ms = 0;
  long long monotonic_ms = 0;
  std::istringstream words(blob);
  if (words >> unix_ms >> quality >> boot >> monotonic_ms) {
    time = {unix_ms, static_cast<domain::TimeQuality>(std::clamp(quality, 0, 2)), boot,
            monotonic_ms};
  }
  return time;
}

}  // namespace linli::storage
