#include "firmware/daemon/log_ring.hpp"

#include <gtest/gtest.h>

namespace linli::daemon {
namespace {

TEST(LogRing, GivesTheLinesSinceATimeWithTheirTimes) {
  LogRing ring;
  ring.add(1'000, base::log::Level::kInfo, "first");
  ring.add(2'000, base::log::Level::kWarn, "second");
  EXPECT_EQ(ring.text(2'000), "1970-01-01T00:00:02.000Z warn  second\n");
  EXPECT_NE(ring.text(0).find("first"), std::string::npos);
}

TEST(LogRing, ForgetsTheOldestBeyondAMebibyte) {
  LogRing ring;
  for (int i = 0; i < 20'000; ++i)
    ring.add(i, base::log::Level::kInfo, std::to_string(i) + std::string(100, 'x'));
  EXPECT_LE(ring.text(0).size(), LogRing::kMaxBytes);
  EXPECT_GE(ring.text(0).size(), LogRing::kMaxBytes / 2);
  EXPECT_NE(ring.text(0).find(" 19999x"), std::string::npos);
  EXPECT_EQ(ring.text(0).find(" 0x"), std::string::npos);
}

}  // namespace
}  // namespace linli::daemon
