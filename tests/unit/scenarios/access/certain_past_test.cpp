#include "firmware/scenarios/access/certain_past.hpp"

#include <gtest/gtest.h>

namespace linli::scenarios::access {
namespace {

using domain::TimeQuality;

domain::EventTime at(std::int64_t unix_ms, TimeQuality quality = TimeQuality::kSynchronised) {
  return {unix_ms, quality, 1, 0};
}

class CertainPastTest : public testing::Test {
 protected:
  // So many readings of a clock that moves on by one each; what the last one gave.
  std::optional<std::int64_t> read(std::size_t count, std::int64_t from) {
    std::optional<std::int64_t> last;
    for (std::size_t i = 0; i < count; ++i)
      last = past.after(at(from + static_cast<std::int64_t>(i)));
    return last;
  }
  CertainPast past;
};

TEST_F(CertainPastTest, IsNotKnownBeforeADayOfReadings) {
  EXPECT_EQ(read(CertainPast::kReadings - 1, 100), std::nullopt);
  EXPECT_EQ(past.after(at(123)), 100);
  EXPECT_EQ(past.after(at(124)), 101);
}

TEST_F(CertainPastTest, DoesNotFollowAJumpAheadThatIsShorterThanADay) {
  read(CertainPast::kReadings, 100);
  EXPECT_LE(*read(CertainPast::kReadings - 1, 1'000'000), 123);
  EXPECT_EQ(past.after(at(124)), 124);
}

TEST_F(CertainPastTest, GoesBackAtOnceWithTheClock) {
  read(CertainPast::kReadings, 100);
  EXPECT_EQ(past.after(at(5)), 5);
}

TEST_F(CertainPastTest, BeginsAnewAfterAClockThatKnowsNothing) {
  read(CertainPast::kReadings, 100);
  EXPECT_EQ(past.after(at(200, TimeQuality::kUnknown)), std::nullopt);
  EXPECT_EQ(read(CertainPast::kReadings - 1, 300), std::nullopt);
  EXPECT_EQ(past.after(at(400, TimeQuality::kFloor)), 300);
}

}  // namespace
}  // namespace linli::scenarios::access
