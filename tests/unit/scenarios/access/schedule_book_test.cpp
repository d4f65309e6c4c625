#include "firmware/scenarios/access/schedule_book.hpp"

#include <gtest/gtest.h>

namespace linli::scenarios::access {
namespace {

constexpr const char* kYear = R"({"year":2026,"source":"notice, 2025-11-04",
    "holidays":[{"name":"国庆节","from":"2026-10-01","to":"2026-10-07"}],"make_up_workdays":["2026-10-10"]})";

TEST(ScheduleBook, RestoresSchedulesAndCalendarsFromItsRows) {
  ScheduleBook book;
  ASSERT_TRUE(book.restore(calendar_key(2026), kYear).has_value());
  ASSERT_TRUE(
      book.restore(schedule_key("always"), domain::access::to_json(domain::access::always()))
          .has_value());
  EXPECT_TRUE(book.calendar().covers(2026));
  EXPECT_EQ(*book.find("always"), domain::access::always());
  EXPECT_FALSE(book.restore("moon/1", "{}").has_value());
  EXPECT_FALSE(book.restore(schedule_key("bad"), "{").has_value());
}

TEST(ScheduleBook, KnowsTheYearOfAFileOnlyIfItIsSound) {
  EXPECT_EQ(year_of_file(kYear).value(), 2026);
  EXPECT_FALSE(year_of_file(R"({"year":2026})").has_value());
}

TEST(ScheduleBook, ForgetsWhatIsRemoved) {
  ScheduleBook book;
  book.put("a", domain::access::always());
  book.remove("a");
  book.remove("b");
  EXPECT_EQ(book.find("a"), nullptr);
}

}  // namespace
}  // namespace linli::scenarios::access
