#include "firmware/domain/access/calendar.hpp"

#include <gtest/gtest.h>

#include "tests/unit/access/files.hpp"

namespace linli::domain::access {
namespace {

Date day(int year, unsigned month, unsigned day) {
  return date_of(year, month, day).value();
}

TEST(Date, ReadsBackAsItself) {
  for (std::int32_t days = 0; days < 84'006; ++days) {  // 1970-01-01 to 2199-12-31
    const Date date{days};
    ASSERT_EQ(parse_date(to_text(date)), date) << days;
  }
}

TEST(Date, KnowsTheDaysOfMonthsAndLeapYears) {
  EXPECT_TRUE(date_of(2028, 2, 29).has_value());
  EXPECT_FALSE(date_of(2026, 2, 29).has_value());
  EXPECT_FALSE(date_of(2100, 2, 29).has_value());
  EXPECT_TRUE(date_of(2000, 2, 29).has_value());
  EXPECT_FALSE(date_of(2026, 4, 31).has_value());
  EXPECT_FALSE(date_of(2026, 0, 1).has_value());
  EXPECT_FALSE(date_of(1969, 12, 31).has_value());
  EXPECT_FALSE(date_of(2200, 1, 1).has_value());
}

TEST(Date, TextInAnyOtherFormIsNoDate) {
  for (const char* const text : {"", "2026-1-1", "2026/01/01", "20260101", "2026-01-01 ",
                                 "2026-13-01", "+026-01-01", "2026-01-0x", "-026-01-01"})
    EXPECT_EQ(parse_date(text), std::nullopt) << text;
}

TEST(Date, WeekdaysAreThoseOfTheCalendarOnTheWall) {
  EXPECT_EQ(weekday_of(Date{0}), Weekday::kThu);
  EXPECT_EQ(weekday_of(day(2026, 1, 1)), Weekday::kThu);
  EXPECT_EQ(weekday_of(day(2026, 2, 15)), Weekday::kSun);
  EXPECT_EQ(weekday_of(day(2026, 2, 23)), Weekday::kMon);
  EXPECT_EQ(weekday_of(day(2026, 5, 9)), Weekday::kSat);
  EXPECT_EQ(weekday_of(day(2026, 10, 7)), Weekday::kWed);
  EXPECT_EQ(weekday_of(day(2000, 2, 29)), Weekday::kTue);
}

TEST(CivilTime, ChinaIsEightHoursAheadToTheMillisecond) {
  EXPECT_EQ(to_text(civil_of(0)), "1970-01-01 08:00:00");
  // 2025-12-31T15:59:59.999Z and the millisecond after it
  EXPECT_EQ(to_text(civil_of(1'767'196'799'999)), "2025-12-31 23:59:59");
  EXPECT_EQ(to_text(civil_of(1'767'196'800'000)), "2026-01-01 00:00:00");
}

TEST(CivilTime, AnotherOffsetIsConfiguration) {
  EXPECT_EQ(to_text(civil_of(0, 0)), "1970-01-01 00:00:00");
  EXPECT_EQ(to_text(civil_of(0, 330)), "1970-01-01 05:30:00");
  EXPECT_EQ(civil_of(0, -60), (CivilTime{Date{-1}, 23 * 3600}));
}

TEST(CivilTime, ReadsBackAsTheInstantItWas) {
  for (const std::int64_t ms : {0LL, 1'767'196'800'000LL, 1'795'000'000'000LL, 951'782'400'000LL}) {
    EXPECT_EQ(unix_ms_of(civil_of(ms)), ms);
    EXPECT_EQ(unix_ms_of(civil_of(ms, -90), -90), ms);
  }
}

TEST(Calendar, TheShippedYearIsTheAnnouncedOne) {
  Calendar calendar;
  ASSERT_TRUE(calendar.add_year(file_text("config/calendars/cn-2026.json")));
  EXPECT_TRUE(calendar.covers(2026));
  EXPECT_FALSE(calendar.covers(2027));
  EXPECT_NE(calendar.source_of(2026).find("国务院办公厅"), std::string_view::npos);
  EXPECT_EQ(calendar.holiday_of(day(2026, 10, 1)), "国庆节");
  EXPECT_EQ(calendar.holiday_of(day(2026, 10, 8)), "");
  int free = 0;
  int make_up = 0;
  for (Date date = day(2026, 1, 1); date <= day(2026, 12, 31); date = plus(date, 1)) {
    free += calendar.kind_of(date) == DayKind::kHoliday ? 1 : 0;
    make_up += calendar.kind_of(date) == DayKind::kMakeUp ? 1 : 0;
  }
  EXPECT_EQ(free, 3 + 9 + 3 + 5 + 3 + 3 + 7);
  EXPECT_EQ(make_up, 6);
}

TEST(Calendar, AYearThatNobodyWroteDownHasOrdinaryDaysOnly) {
  const Calendar calendar;
  EXPECT_EQ(calendar.kind_of(day(2027, 10, 1)), DayKind::kOrdinary);
  EXPECT_EQ(calendar.source_of(2027), "");
}

TEST(Calendar, TheSameYearAgainTakesThePlaceOfTheFirst) {
  Calendar calendar;
  ASSERT_TRUE(calendar.add_year(file_text("config/calendars/cn-2026.json")));
  ASSERT_TRUE(
      calendar.add_year(R"({"year":2026,"source":"amended","holidays":[],"make_up_workdays":[]})"));
  EXPECT_EQ(calendar.kind_of(day(2026, 10, 1)), DayKind::kOrdinary);
  EXPECT_EQ(calendar.source_of(2026), "amended");
}

TEST(Calendar, AMistakeIsNamedAndChangesNothing) {
  const std::pair<const char*, const char*> table[] = {
      {R"({"year":2026,"source":"","holidays":[],"make_up_workdays":[]})", "source"},
      {R"({"year":2026,"source":"s","holidays":[{"name":"x","from":"2026-02-30","to":"2026-03-01"}],"make_up_workdays":[]})",
       "holidays[0].from"},
      {R"({"year":2026,"source":"s","holidays":[{"name":"x","from":"2026-12-31","to":"2027-01-03"}],"make_up_workdays":[]})",
       "holidays[0].to"},
      {R"({"year":2026,"source":"s","holidays":[{"name":"x","from":"2026-05-05","to":"2026-05-01"}],"make_up_workdays":[]})",
       "holidays[0].to"},
      {R"({"year":2026,"source":"s","holidays":[{"name":"x","from":"2026-05-01","to":"2026-05-02"},{"name":"y","from":"2026-05-02","to":"2026-05-02"}],"make_up_workdays":[]})",
       "holidays[1]"},
      {R"({"year":2026,"source":"s","holidays":[{"name":"x","from":"2026-05-02","to":"2026-05-02"}],"make_up_workdays":["2026-05-02"]})",
       "make_up_workdays[0]"},
      {R"({"year":2026,"source":"s","holidays":[],"make_up_workdays":["2026-05-09","2026-05-09"]})",
       "make_up_workdays[1]"},
      {R"({"year":2026,"source":"s","holidays":[],"make_up_workdays":["2026-05-08"]})",
       "make_up_workdays[0]"},
      {R"({"year":2026,"source":"s","holidays":[],"make_up_workdays":[7]})", "make_up_workdays[0]"},
      {R"({"year":2026,"source":"s","holidays":[],"makeup":[],"make_up_workdays":[]})", "makeup"},
  };
  for (const auto& [text, place] : table) {
    Calendar calendar;
    const auto added = calendar.add_year(text);
    ASSERT_FALSE(added.has_value()) << text;
    EXPECT_EQ(added.error().what.rfind(place, 0), 0U) << added.error().what;
    EXPECT_FALSE(calendar.covers(2026));
  }
}

}  // namespace
}  // namespace linli::domain::access
