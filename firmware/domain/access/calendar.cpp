#include "firmware/domain/access/calendar.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/base/number.hpp"
#include "firmware/domain/access/words.hpp"

namespace linli::domain::access {
namespace {

using base::Code;
using base::Json;
using base::JsonReader;

constexpr std::array<std::string_view, kWeekdays> kWeekdayWords{"mon", "tue", "wed", "thu",
                                                                "fri", "sat", "sun"};
constexpr std::array<std::string_view, 3> kKindWords{"ordinary", "holiday", "make_up"};
constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2199;
constexpr std::size_t kMaxName = 64;
constexpr std::size_t kMaxSource = 256;
constexpr std::size_t kMaxDays = 366;
constexpr std::string_view kWhatADateIs = "expected a date such as '2026-10-01'";

std::chrono::year_month_day ymd_of(Date date) {
  return std::chrono::year_month_day(std::chrono::sys_days(std::chrono::days(date.days)));
}

// Rounds down, also before 1970.
std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  const std::int64_t quotient = value / by;
  return value % by < 0 ? quotient - 1 : quotient;
}

// A date that lies in `year`.
Date day_in(JsonReader& in, std::string_view key, int year) {
  const auto date = parse_date(in.text(key, kMaxName));
  if (!date) {
    in.reject(key, kWhatADateIs);
    return {};
  }
  if (year_of(*date) != year)
    in.reject(key, fmt::format("{} is not in the year {}", to_text(*date), year));
  return *date;
}

}  // namespace

std::string_view name(Weekday day) {
  return word_of(kWeekdayWords, day);
}
std::optional<Weekday> weekday_of(std::string_view name) {
  return value_of<Weekday>(kWeekdayWords, name);
}
std::string_view name(DayKind kind) {
  return word_of(kKindWords, kind);
}

std::optional<Date> date_of(int year, unsigned month, unsigned day) {
  if (year < kFirstYear || year > kLastYear) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year(year), std::chrono::month(month),
                                        std::chrono::day(day)};
  if (!ymd.ok()) return std::nullopt;
  return Date{static_cast<std::int32_t>(std::chrono::sys_days(ymd).time_since_epoch().count())};
}

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = base::parse_number<unsigned>(text.substr(0, 4));
  const auto month = base::parse_number<unsigned>(text.substr(5, 2));
  const auto day = base::parse_number<unsigned>(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  return date_of(static_cast<int>(*year), *month, *day);
}

std::string to_text(Date date) {
  const auto ymd = ymd_of(date);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
}

int year_of(Date date) {
  return static_cast<int>(ymd_of(date).year());
}

Weekday weekday_of(Date date) {
  constexpr std::int32_t kFirstWasThursday = 3;
  const std::int32_t day = (date.days % 7 + kFirstWasThursday + 7) % 7;
  return static_cast<Weekday>(day);
}

CivilTime civil_of(std::int64_t unix_ms, int offset_minutes) {
  const std::int64_t seconds = floor_div(unix_ms, 1000) + std::int64_t{offset_minutes} * 60;
  const std::int64_t days = floor_div(seconds, kDaySeconds);
  return {{static_cast<std::int32_t>(days)},
          static_cast<std::int32_t>(seconds - days * kDaySeconds)};
}

std::int64_t unix_ms_of(const CivilTime& time, int offset_minutes) {
  const std::int64_t seconds = std::int64_t{time.date.days} * kDaySeconds + time.second;
  return (seconds - std::int64_t{offset_minutes} * 60) * 1000;
}

std::string to_text(const CivilTime& time) {
  return fmt::format("{} {:02}:{:02}:{:02}", to_text(time.date), time.second / 3600,
                     time.second / 60 % 60, time.second % 60);
}

base::Result<void> Calendar::read_holidays(const Json& list, int year, Year& out) {
  std::size_t at = 0;
  for (const Json& item : list) {
    const std::string path = fmt::format("holidays[{}]", at++);
    JsonReader in(item, path);
    const std::string holiday = in.text("name", kMaxName);
    const Date from = day_in(in, "from", year);
    const Date to = day_in(in, "to", year);
    if (holiday.empty()) in.reject("name", "is empty");
    if (to < from) in.reject("to", "is before 'from'");
    if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
    for (Date day = from; day <= to; day = plus(day, 1)) {
      if (!out.holidays.emplace(day, holiday).second)
        return base::fail(Code::kInvalid, "{}: {} is a holiday already", path, to_text(day));
    }
  }
  return {};
}

base::Result<void> Calendar::read_make_up(const Json& list, int year, Year& out) {
  std::size_t at = 0;
  for (const Json& item : list) {
    const std::string path = fmt::format("make_up_workdays[{}]", at++);
    const auto date =
        item.is_string() ? parse_date(item.get_ref<const std::string&>()) : std::optional<Date>();
    if (!date) return base::fail(Code::kInvalid, "{}: {}", path, kWhatADateIs);
    if (year_of(*date) != year)
      return base::fail(Code::kInvalid, "{}: {} is not in the year {}", path, to_text(*date), year);
    if (out.holidays.contains(*date))
      return base::fail(Code::kInvalid, "{}: {} is a holiday above", path, to_text(*date));
    if (weekday_of(*date) < Weekday::kSat)
      return base::fail(Code::kInvalid, "{}: {} is a {} and no day of a weekend", path,
                        to_text(*date), access::name(weekday_of(*date)));
    if (!out.make_up.emplace(*date, "").second)
      return base::fail(Code::kInvalid, "{}: {} is a made-up workday already", path,
                        to_text(*date));
  }
  return {};
}

base::Result<void> Calendar::add_year(std::string_view json_text) {
  auto json = base::parse_json(json_text);
  if (!json) return base::failure_of(std::move(json));
  JsonReader in(*json);
  in.allow("$schema");
  const int year = static_cast<int>(in.integer("year", {kFirstYear, kLastYear}));
  Year read;
  read.source = in.text("source", kMaxSource);
  if (read.source.empty() || !base::is_utf8(read.source))
    in.reject("source", "say where the days come from");
  const Json& holidays = in.array("holidays", kMaxDays);
  const Json& make_up = in.array("make_up_workdays", kMaxDays);
  if (auto whole = in.finish(); !whole) return base::failure_of(std::move(whole));
  if (auto days = read_holidays(holidays, year, read); !days) return days;
  if (auto days = read_make_up(make_up, year, read); !days) return days;
  years_.insert_or_assign(year, std::move(read));
  return {};
}

const Calendar::Year* Calendar::find(Date date) const {
  const auto found = years_.find(year_of(date));
  return found == years_.end() ? nullptr : &found->second;
}

DayKind Calendar::kind_of(Date date) const {
  const Year* const year = find(date);
  if (year == nullptr) return DayKind::kOrdinary;
  if (year->holidays.contains(date)) return DayKind::kHoliday;
  return year->make_up.contains(date) ? DayKind::kMakeUp : DayKind::kOrdinary;
}

std::string_view Calendar::holiday_of(Date date) const {
  const Year* const year = find(date);
  if (year == nullptr) return {};
  const auto found = year->holidays.find(date);
  return found == year->holidays.end() ? std::string_view() : found->second;
}

std::string_view Calendar::source_of(int year) const {
  const auto found = years_.find(year);
  return found == years_.end() ? std::string_view() : found->second.source;
}

}  // namespace linli::domain::access
