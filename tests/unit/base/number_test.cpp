#include <gtest/gtest.h>

#include <cstdint>

#include "firmware/base/number.hpp"

namespace linli::base {
namespace {

TEST(Number, TakesTheWholeText) {
  EXPECT_EQ(parse_number<std::int64_t>("-42"), -42);
  EXPECT_EQ(parse_number<std::uint64_t>("18446744073709551615"), UINT64_MAX);
}

TEST(Number, RefusesWhatIsNotOnlyANumber) {
  for (const char* text : {"", " 1", "1 ", "8s", "ten", "+1", "1.5", "0x10"})
    EXPECT_EQ(parse_number<std::int64_t>(text), std::nullopt) << text;
}

TEST(Number, RefusesWhatTheTypeCannotHold) {
  EXPECT_EQ(parse_number<int>("2147483648"), std::nullopt);
  EXPECT_EQ(parse_number<std::uint64_t>("-1"), std::nullopt);
}

}  // namespace
}  // namespace linli::base
