#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "firmware/base/json.hpp"
#include "firmware/base/result.hpp"

namespace linli::domain::access {

// China has one zone and no summer time; another fixed offset is configuration.
inline constexpr int kChinaOffsetMinutes = 8 * 60;
inline constexpr int kDaySeconds = 24 * 60 * 60;

enum class Weekday : std::uint8_t { kMon, kTue, kWed, kThu, kFri, kSat, kSun };
inline constexpr std::size_t kWeekdays = 7;
std::string_view name(Weekday day);  // "mon", …
std::optional<Weekday> weekday_of(std::string_view name);

// A day of the Gregorian calendar, as days since 1970-01-01. Years 1970 to 2199.
struct Date {
  std::int32_t days = 0;
  friend bool operator==(Date, Date) = default;
  friend constexpr bool operator<(Date a, Date b) { return a.days < b.days; }
  friend constexpr bool operator<=(Date a, Date b) { return a.days <= b.days; }
  friend constexpr bool operator>(Date a, Date b) { return b < a; }
};
std::optional<Date> date_of(int year, unsigned month, unsigned day);
// "2026-10-01", nothing else.
std::optional<Date> parse_date(std::string_view text);
std::string to_text(Date date);
int year_of(Date date);
Weekday weekday_of(Date date);
constexpr Date plus(Date date, int days) {
  return {date.days + days};
}

// What clocks on the wall show: a day, and the second of that day.
struct CivilTime {
  Date date;
  std::int32_t second = 0;  // 0 to 86,399
  friend bool operator==(const CivilTime&, const CivilTime&) = default;
  friend bool operator<(const CivilTime& a, const CivilTime& b) {
    return std::tie(a.date, a.second) < std::tie(b.date, b.second);
  }
  friend bool operator>(const CivilTime& a, const CivilTime& b) { return b < a; }
};
CivilTime civil_of(std::int64_t unix_ms, int offset_minutes = kChinaOffsetMinutes);
std::int64_t unix_ms_of(const CivilTime& time, int offset_minutes = kChinaOffsetMinutes);
// "2026-10-01 08:00:00".
std::string to_text(const CivilTime& time);

enum class DayKind : std::uint8_t {
  kOrdinary,  // what its weekday is
  kHoliday,   // 法定节假日 and the days off around it
  kMakeUp,    // 调休: a Saturday or Sunday on which people work
};
std::string_view name(DayKind kind);  // "ordinary", …

// Holidays (节假日) and made-up working days (调休) of the years that somebody wrote down. They are
// announced a year at a time, so they are data, with where they come from.
class Calendar {
 public:
  // Adds one year's file; the same year again takes the place of the first.
  //
  //   {"year": 2026, "source": "国务院办公厅关于2026年部分节假日安排的通知, 2025-11-04",
  //    "holidays": [{"name": "国庆节", "from": "2026-10-01", "to": "2026-10-07"}],
  //    "make_up_workdays": ["2026-10-10"]}
  //
  // kInvalid names the member: a day of another year, twice, or both free and made up.
  base::Result<void> add_year(std::string_view json_text);

  DayKind kind_of(Date date) const;
  // "国庆节"; empty for other days.
  std::string_view holiday_of(Date date) const;
  // False: nobody wrote that year down, and all its days are ordinary. Worth a word to the manager
  // before the year begins.
  bool covers(int year) const { return years_.contains(year); }
  // Where the data of that year comes from; empty if there is none.
  std::string_view source_of(int year) const;

 private:
  struct Year {
    std::string source;
    std::map<Date, std::string> holidays;  // with their names
    std::map<Date, std::string> make_up;   // with empty ones
  };
  static base::Result<void> read_holidays(const base::Json& list, int year, Year& out);
  static base::Result<void> read_make_up(const base::Json& list, int year, Year& out);

  const Year* find(Date date) const;
  std::map<int, Year> years_;
};

}  // namespace linli::domain::access
