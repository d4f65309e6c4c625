#include "firmware/domain/access/schedule.hpp"

#include <gtest/gtest.h>

#include "tests/unit/access/files.hpp"

namespace linli::domain::access {
namespace {

CivilTime at(std::string_view date, int hour, int minute = 0, int second = 0) {
  return {parse_date(date).value(), hour * 3600 + minute * 60 + second};
}

Schedule schedule_of(const std::string& json) {
  auto read = schedule_from_json(json);
  EXPECT_TRUE(read.has_value()) << read.error().what;
  return read.value_or(Schedule{});
}

const Calendar& year_2026() {
  static const Calendar kCalendar = [] {
    Calendar calendar;
    EXPECT_TRUE(calendar.add_year(file_text("config/calendars/cn-2026.json")));
    return calendar;
  }();
  return kCalendar;
}

bool open_at(const Schedule& schedule, const CivilTime& time) {
  return is_open(schedule, year_2026(), time);
}

TEST(Window, ReadsBackAsItself) {
  for (const char* const text : {"07:00-22:00", "22:00-06:00", "00:00-24:00", "08:30:15-12:00:01",
                                 "23:59:59-24:00", "12:00-00:00:01"})
    EXPECT_EQ(to_text(parse_window(text).value()), text);
}

TEST(Window, TextInAnyOtherFormIsNoWindow) {
  for (const char* const text :
       {"", "7:00-9:00", "07:00", "07:00-", "-07:00", "07:60-08:00", "25:00-26:00", "24:00-01:00",
        "07:00-07:00", "07:00–08:00", "07:00-24:00:01", "07-08", "ab:cd-ef:gh"})
    EXPECT_FALSE(parse_window(text).has_value()) << text;
}

// 2026-11-26 is a Thursday.
TEST(Schedule, AWindowBeginsWithItsFirstSecondAndEndsBeforeItsLast) {
  const Schedule day = schedule_of(R"({"name":"d","week":{"thu":["07:00-22:00"]}})");
  EXPECT_FALSE(open_at(day, at("2026-11-26", 6, 59, 59)));
  EXPECT_TRUE(open_at(day, at("2026-11-26", 7)));
  EXPECT_TRUE(open_at(day, at("2026-11-26", 21, 59, 59)));
  EXPECT_FALSE(open_at(day, at("2026-11-26", 22)));
  EXPECT_FALSE(open_at(day, at("2026-11-25", 12)));
  EXPECT_FALSE(open_at(day, at("2026-11-27", 12)));
}

TEST(Schedule, SeveralWindowsADayLeaveTheBreakClosed) {
  const Schedule day =
      schedule_of(R"({"name":"d","week":{"mon-fri":["08:00-12:00","14:00-18:00"]}})");
  EXPECT_TRUE(open_at(day, at("2026-11-26", 11, 59, 59)));
  EXPECT_FALSE(open_at(day, at("2026-11-26", 12)));
  EXPECT_FALSE(open_at(day, at("2026-11-26", 13, 59, 59)));
  EXPECT_TRUE(open_at(day, at("2026-11-26", 14)));
}

TEST(Schedule, AWindowOverMidnightBelongsToTheDayOnWhichItBegins) {
  const Schedule night = schedule_of(R"({"name":"n","week":{"thu":["22:00-06:00"]}})");
  EXPECT_FALSE(open_at(night, at("2026-11-26", 5, 59, 59)));  // of Wednesday's night
  EXPECT_FALSE(open_at(night, at("2026-11-26", 21, 59, 59)));
  EXPECT_TRUE(open_at(night, at("2026-11-26", 22)));
  EXPECT_TRUE(open_at(night, at("2026-11-26", 23, 59, 59)));
  EXPECT_TRUE(open_at(night, at("2026-11-27", 0)));
  EXPECT_TRUE(open_at(night, at("2026-11-27", 5, 59, 59)));
  EXPECT_FALSE(open_at(night, at("2026-11-27", 6)));
}

TEST(Schedule, SundayNightReachesIntoMondayAndDecemberIntoJanuary) {
  const Schedule night =
      schedule_of(R"({"name":"n","week":{"sun":["23:00-01:00"],"thu":["23:00-01:00"]}})");
  EXPECT_TRUE(open_at(night, at("2026-11-30", 0, 59, 59)));
  EXPECT_TRUE(open_at(night, at("2027-01-01", 0, 30)));  // 2026-12-31 is a Thursday
}

TEST(Schedule, AHolidayIsAsItsRuleSays) {
  // 2026-10-01, a Thursday, is 国庆节.
  const std::string week =
      R"({"name":"d","week":{"mon-fri":["08:00-18:00"],"sun":["10:00-11:00"]})";
  const CivilTime morning = at("2026-10-01", 9);
  const CivilTime later = at("2026-10-01", 10, 30);
  EXPECT_TRUE(open_at(schedule_of(week + "}"), morning));
  EXPECT_TRUE(open_at(schedule_of(week + R"(,"holiday":"as_weekday"})"), morning));
  EXPECT_FALSE(open_at(schedule_of(week + R"(,"holiday":"sun"})"), morning));
  EXPECT_TRUE(open_at(schedule_of(week + R"(,"holiday":"sun"})"), later));
  EXPECT_FALSE(open_at(schedule_of(week + R"(,"holiday":[]})"), later));
  EXPECT_TRUE(open_at(schedule_of(week + R"(,"holiday":["09:00-09:30"]})"), morning));
}

TEST(Schedule, AMadeUpWorkingDayIsAsItsRuleSays) {
  // 2026-10-10, a Saturday, is worked.
  const std::string week = R"({"name":"d","week":{"mon-fri":["08:00-18:00"]})";
  EXPECT_FALSE(open_at(schedule_of(week + "}"), at("2026-10-10", 9)));
  EXPECT_TRUE(open_at(schedule_of(week + R"(,"make_up":"mon"})"), at("2026-10-10", 9)));
  EXPECT_FALSE(open_at(schedule_of(week + R"(,"make_up":"mon"})"), at("2026-10-17", 9)));
}

TEST(Schedule, TheNightBeforeAHolidayGoesOnIntoItsMorning) {
  const Schedule night =
      schedule_of(R"({"name":"n","week":{"mon-sun":["22:00-06:00"]},"holiday":[]})");
  EXPECT_TRUE(open_at(night, at("2026-10-01", 5, 59, 59)));  // began on 30 September
  EXPECT_FALSE(open_at(night, at("2026-10-01", 22)));
  EXPECT_FALSE(open_at(night, at("2026-10-08", 5)));  // would have begun on 7 October
  EXPECT_TRUE(open_at(night, at("2026-10-08", 22)));
}

TEST(Schedule, FirstAndLastDayBoundIt) {
  const Schedule season = schedule_of(
      R"({"name":"s","week":{"mon-sun":["20:00-02:00"]},"from":"2026-06-01","until":"2026-06-30"})");
  EXPECT_FALSE(open_at(season, at("2026-05-31", 21)));
  EXPECT_FALSE(open_at(season, at("2026-06-01", 1, 59, 59)));
  EXPECT_TRUE(open_at(season, at("2026-06-01", 20)));
  EXPECT_TRUE(open_at(season, at("2026-07-01", 1, 59, 59)));
  EXPECT_FALSE(open_at(season, at("2026-07-01", 2)));
}

TEST(Schedule, TheNextChangeIsTheFirstSecondThatIsDifferent) {
  const Schedule day =
      schedule_of(R"({"name":"d","week":{"mon-fri":["08:00-12:00","14:00-18:00"]},"holiday":[]})");
  const auto next = [&day](const CivilTime& time) {
    const auto change = next_change(day, year_2026(), time);
    return change ? to_text(*change) : "never";
  };
  EXPECT_EQ(next(at("2026-11-26", 7, 59, 59)), "2026-11-26 08:00:00");
  EXPECT_EQ(next(at("2026-11-26", 8)), "2026-11-26 12:00:00");
  EXPECT_EQ(next(at("2026-11-26", 18)), "2026-11-27 08:00:00");
  EXPECT_EQ(next(at("2026-11-27", 18)), "2026-11-30 08:00:00");
  EXPECT_EQ(next(at("2026-09-30", 18)), "2026-10-08 08:00:00");
}

TEST(Schedule, NightsThatTouchAreOneStretch) {
  const Schedule all = schedule_of(R"({"name":"a","week":{"mon-thu":["00:00-24:00"]}})");
  EXPECT_EQ(next_change(all, Calendar{}, at("2026-11-23", 3)), at("2026-11-27", 0));
  EXPECT_EQ(next_change(always(), Calendar{}, at("2026-11-23", 3)), std::nullopt);
  EXPECT_TRUE(open_at(always(), at("2026-10-01", 0)));
}

// Against the slow way: every second of three days, asked one after the other.
TEST(Schedule, TheNextChangeIsWhatAskingEverySecondFinds) {
  const Schedule odd = schedule_of(
      R"({"name":"o","week":{"wed":["21:00-03:30:01"],"thu":["03:00-04:00","23:59:59-24:00"],)"
      R"("fri":["00:00-00:00:01","22:00-05:00"]},"make_up":"fri"})");
  CivilTime time = at("2026-11-25", 0);
  auto expected = next_change(odd, year_2026(), time);
  bool was = open_at(odd, time);
  int changes = 0;
  for (int i = 1; i < 4 * kDaySeconds; ++i) {
    time = {plus(parse_date("2026-11-25").value(), i / kDaySeconds), i % kDaySeconds};
    const bool is = open_at(odd, time);
    if (is == was) continue;
    ASSERT_EQ(expected, time) << to_text(time);
    expected = next_change(odd, year_2026(), time);
    was = is;
    ++changes;
  }
  EXPECT_EQ(changes, 6);
}

TEST(Schedule, JsonReadsBackAsItself) {
  for (
      const char* const json :
      {R"({"name":"a","week":{}})",
       R"({"name":"b","week":{"mon-fri":["08:00-12:00","14:00-18:00"],"sat":["22:00-02:00"]},"holiday":"sun","make_up":"mon","from":"2026-01-01","until":"2026-12-31"})",
       R"({"name":"c","week":{"sun":["00:00-24:00"]},"holiday":["10:00-12:00"],"make_up":[]})"}) {
    const Schedule schedule = schedule_of(json);
    EXPECT_EQ(schedule_of(to_json(schedule)), schedule) << to_json(schedule);
  }
}

TEST(Schedule, AMistakeIsNamedByItsMember) {
  const std::pair<const char*, const char*> table[] = {
      {R"({"name":"","week":{}})", "name"},
      {R"({"name":"a"})", "week"},
      {R"({"name":"a","week":{"monday":["08:00-12:00"]}})", "week.monday"},
      {R"({"name":"a","week":{"fri-mon":["08:00-12:00"]}})", "week.fri-mon"},
      {R"({"name":"a","week":{"mon-fri":[],"wed":[]}})", "week.wed"},
      {R"({"name":"a","week":{"mon":"08:00-12:00"}})", "week.mon"},
      {R"({"name":"a","week":{"mon":[8]}})", "week.mon[0]"},
      {R"({"name":"a","week":{"mon":["08:00-12:00","11:00-13:00"]}})", "week.mon[1]"},
      {R"({"name":"a","week":{"mon":["08:00-12:00","12:00-13:00"]}})", "week.mon[1]"},
      {R"({"name":"a","week":{"mon":["08:00-8:30"]}})", "week.mon[0]"},
      {R"({"name":"a","week":{},"holiday":"closed"})", "holiday"},
      {R"({"name":"a","week":{},"holiday":3})", "holiday"},
      {R"({"name":"a","week":{},"make_up":["x"]})", "make_up[0]"},
      {R"({"name":"a","week":{},"from":"tomorrow"})", "from"},
      {R"({"name":"a","week":{},"from":"2026-02-01","until":"2026-01-01"})", "until"},
      {R"({"name":"a","week":{},"holidays":[]})", "holidays"},
  };
  for (const auto& [json, place] : table) {
    const auto read = schedule_from_json(json);
    ASSERT_FALSE(read.has_value()) << json;
    EXPECT_EQ(read.error().what.rfind(place, 0), 0U) << read.error().what;
  }
}

}  // namespace
}  // namespace linli::domain::access
