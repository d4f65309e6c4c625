#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linli::console::api {

// One value of a family; labels have few values, known beforehand: never ids of devices or people.
struct MetricSample {
  std::vector<std::pair<std::string, std::string>> labels = {};
  double value = 0;
};

struct MetricFamily {
  enum class Kind { kCounter, kGauge };
  std::string name;  // without _total
  std::string help;
  Kind kind = Kind::kGauge;
  std::vector<MetricSample> samples = {};
};

// OpenMetrics 1.0 text, with "# EOF".
std::string openmetrics_text(const std::vector<MetricFamily>& families);

// Prometheus text format 0.0.4.
std::string prometheus_text(const std::vector<MetricFamily>& families);

}  // namespace linli::console::api
