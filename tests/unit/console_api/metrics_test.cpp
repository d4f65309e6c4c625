#include "firmware/console/api/metrics.hpp"

#include <gtest/gtest.h>

namespace linli::console::api {
namespace {

const std::vector<MetricFamily> kFamilies{
    {"linli_devices",
     "Devices by state.",
     MetricFamily::Kind::kGauge,
     {{{{"state", "online"}}, 3}, {{{"state", "offline"}}, 0}}},
    {"linli_intake_messages", "Taken in.", MetricFamily::Kind::kCounter, {{{}, 1e12}}},
    {"linli_odd", "A \"quoted\"\nline.", MetricFamily::Kind::kGauge, {{{{"a", "\"\\\n"}}, 0.5}}},
};

TEST(Metrics, OpenMetricsTextIsAsTheStandardSays) {
  EXPECT_EQ(openmetrics_text(kFamilies),
            "# HELP linli_devices Devices by state.\n"
            "# TYPE linli_devices gauge\n"
            "linli_devices{state=\"online\"} 3\n"
            "linli_devices{state=\"offline\"} 0\n"
            "# HELP linli_intake_messages Taken in.\n"
            "# TYPE linli_intake_messages counter\n"
            "linli_intake_messages_total 1000000000000\n"
            "# HELP linli_odd A \\\"quoted\\\"\\nline.\n"
            "# TYPE linli_odd gauge\n"
            "linli_odd{a=\"\\\"\\\\\\n\"} 0.5\n"
            "# EOF\n");
}

TEST(Metrics, PrometheusTextNamesTheSampleAndHasNoEnd) {
  const std::string text = prometheus_text(kFamilies);
  EXPECT_NE(text.find("# TYPE linli_intake_messages_total counter\n"), std::string::npos);
  EXPECT_EQ(text.find("# EOF"), std::string::npos);
}

}  // namespace
}  // namespace linli::console::api
