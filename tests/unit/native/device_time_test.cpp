#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "drivers/native/device_time.hpp"

namespace linli::drivers::native {
namespace {

struct TimeRow {
  const char* json;
  std::optional<std::int64_t> unix_ms;
};

class DeviceTime : public testing::TestWithParam<TimeRow> {};

TEST_P(DeviceTime, IsUnixMillisecondsOrRfc3339) {
  EXPECT_EQ(parse_device_time(base::Json::parse(GetParam().json)), GetParam().unix_ms)
      << GetParam().json;
}

INSTANTIATE_TEST_SUITE_P(
    Table, DeviceTime,
    testing::Values(TimeRow{"1764000000125", 1'764'000'000'125}, TimeRow{"0", 0},
                    TimeRow{"-1", std::nullopt}, TimeRow{"18446744073709551615", std::nullopt},
                    TimeRow{"1.5", std::nullopt}, TimeRow{"null", std::nullopt},
                    TimeRow{R"("2025-11-24T16:00:00.125Z")", 1'764'000'000'125},
                    TimeRow{R"("2025-11-25T00:00:00+08:00")", 1'764'000'000'000},
                    TimeRow{R"("2000-02-29T00:00:00Z")", 951'782'400'000},
                    TimeRow{R"("1900-02-29T00:00:00Z")", std::nullopt},
                    TimeRow{R"("2025-13-01T00:00:00Z")", std::nullopt},
                    TimeRow{R"("2025-01-01T24:00:00Z")", std::nullopt},
                    TimeRow{R"("2025-01-01T00:00:00")", std::nullopt},
                    TimeRow{R"("2025-01-01T00:00:00Zx")", std::nullopt},
                    TimeRow{R"("yesterday")", std::nullopt}));

INSTANTIATE_TEST_SUITE_P(Fractions, DeviceTime,
                         testing::Values(TimeRow{R"("1970-01-01T00:00:01.001Z")", 1001},
                                         TimeRow{R"("1970-01-01T00:00:01.5Z")", 1500},
                                         TimeRow{R"("1970-01-01T00:00:04.35999Z")", 4359},
                                         TimeRow{R"("1970-01-01T00:00:01.Z")", std::nullopt},
                                         TimeRow{R"("1970-01-01T00:00:1e1Z")", std::nullopt}));

INSTANTIATE_TEST_SUITE_P(Digits, DeviceTime,
                         testing::Values(TimeRow{R"("1970-1-01T00:00:00Z")", std::nullopt},
                                         TimeRow{R"("1970-01- 1T00:00:00Z")", std::nullopt},
                                         TimeRow{R"("+970-01-01T00:00:00Z")", std::nullopt},
                                         TimeRow{R"("1970-01-01T00:00:00+ 8:00")", std::nullopt},
                                         TimeRow{R"("1970-01-01T00:00:00-24:00")", std::nullopt},
                                         TimeRow{R"("1970-01-01T01:00:00+0100")", std::nullopt},
                                         TimeRow{R"("1970-01-01T00:00:00-00:30")", 1'800'000}));

}  // namespace
}  // namespace linli::drivers::native
