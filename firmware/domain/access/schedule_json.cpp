#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json_reader.hpp"
#include "firmware/base/number.hpp"
#include "firmware/domain/access/schedule.hpp"

namespace linli::domain::access {
namespace {

using base::Code;
using base::Json;
using base::JsonReader;

constexpr std::size_t kMaxName = 64;
constexpr std::string_view kAsWeekday = "as_weekday";

// "07:00" or "07:00:30"; 24:00 is the end of the day.
std::optional<std::int32_t> second_of(std::string_view text) {
  const bool has_seconds = text.size() == 8;
  if (!has_seconds && text.size() != 5) return std::nullopt;
  if (text[2] != ':' || (has_seconds && text[5] != ':')) return std::nullopt;
  const auto hour = base::parse_number<unsigned>(text.substr(0, 2));
  const auto minute = base::parse_number<unsigned>(text.substr(3, 2));
  const auto second = base::parse_number<unsigned>(has_seconds ? text.substr(6, 2) : "0");
  if (!hour || !minute || !second || *minute > 59 || *second > 59) return std::nullopt;
  const auto whole = static_cast<std::int32_t>(*hour * 3600 + *minute * 60 + *second);
  if (whole > kDaySeconds) return std::nullopt;
  return whole;
}

std::string clock_text(std::int32_t second) {
  const std::int32_t rest = second % 60;
  std::string text = fmt::format("{:02}:{:02}", second / 3600, second / 60 % 60);
  return rest == 0 ? text : text + fmt::format(":{:02}", rest);
}

base::Result<DayWindows> read_windows(const Json& list, const std::string& path) {
  if (!list.is_array())
    return base::fail(Code::kInvalid, "{}: expected a list such as [\"07:00-22:00\"]", path);
  if (list.size() > kMaxWindowsADay)
    return base::fail(Code::kInvalid, "{}: more than {} windows a day", path, kMaxWindowsADay);
  DayWindows windows;
  for (const Json& item : list) {
    const std::string place = fmt::format("{}[{}]", path, windows.size());
    if (!item.is_string())
      return base::fail(Code::kInvalid, "{}: expected a text such as \"07:00-22:00\"", place);
    auto window = parse_window(item.get_ref<const std::string&>());
    if (!window) return base::failure_of(std::move(window), place);
    if (!windows.empty() && window->from <= windows.back().until) {
      return base::fail(Code::kInvalid,
                        "{}: {} does not begin after {} ends: write windows in order, and make one "
                        "of those that touch",
                        place, to_text(*window), to_text(windows.back()));
    }
    windows.push_back(*window);
  }
  return windows;
}

struct DayRange {
  Weekday first;
  Weekday last;
};
// "mon" or "mon-fri".
std::optional<DayRange> range_of(std::string_view key) {
  const std::size_t dash = key.find('-');
  const auto first = weekday_of(key.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : weekday_of(key.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return DayRange{*first, *last};
}

base::Result<void> read_week(const Json& week, Schedule& schedule) {
  std::array<bool, kWeekdays> is_set{};
  for (const auto& [key, list] : week.items()) {
    const std::string path = "week." + key.substr(0, kMaxName);
    const auto range = range_of(key);
    if (!range)
      return base::fail(Code::kInvalid, "{}: expected a weekday, 'mon' to 'sun', or 'mon-fri'",
                        path);
    auto windows = read_windows(list, path);
    if (!windows) return base::failure_of(std::move(windows));
    for (auto day = static_cast<std::size_t>(range->first);
         day <= static_cast<std::size_t>(range->last); ++day) {
      if (std::exchange(is_set.at(day), true)) {
        return base::fail(Code::kInvalid, "{}: {} is named twice", path,
                          name(static_cast<Weekday>(day)));
      }
      schedule.week.at(day) = *windows;
    }
  }
  return {};
}

base::Result<SpecialDay> read_special(const Json* value, const std::string& path) {
  if (value == nullptr) return SpecialDay(AsItsWeekday{});
  if (value->is_string()) {
    const auto& word = value->get_ref<const std::string&>();
    if (word == kAsWeekday) return SpecialDay(AsItsWeekday{});
    if (const auto day = weekday_of(std::string_view(word))) return SpecialDay(*day);
    return base::fail(Code::kInvalid,
                      "{}: expected 'as_weekday', a weekday such as 'sun', or a list of windows",
                      path);
  }
  auto windows = read_windows(*value, path);
  if (!windows) return base::failure_of(std::move(windows));
  return SpecialDay(*std::move(windows));
}

std::optional<Date> read_date(JsonReader& in, std::string_view key) {
  const auto text = in.optional_text(key, kMaxName);
  if (!text) return std::nullopt;
  const auto date = parse_date(*text);
  if (!date) in.reject(key, "expected a date such as '2026-10-01'");
  return date;
}

Json json_of(const DayWindows& windows) {
  Json list = Json::array();
  for (const Window& each : windows) list.push_back(to_text(each));
  return list;
}

Json json_of(const SpecialDay& day) {
  if (const auto* const weekday = std::get_if<Weekday>(&day)) return name(*weekday);
  if (const auto* const windows = std::get_if<DayWindows>(&day)) return json_of(*windows);
  return kAsWeekday;
}

}  // namespace

base::Result<Window> parse_window(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto from = second_of(text.substr(0, dash));
  const auto until =
      dash == std::string_view::npos ? std::nullopt : second_of(text.substr(dash + 1));
  if (!from || !until || *from == kDaySeconds) {
    return base::fail(Code::kInvalid, "'{}' is not a window: expected '07:00-22:00', up to 24:00",
                      text.substr(0, 32));
  }
  if (*from == *until)
    return base::fail(Code::kInvalid, "'{}' is empty: the whole day is '00:00-24:00'", text);
  return Window{*from, *until > *from ? *until : *until + kDaySeconds};
}

std::string to_text(const Window& window) {
  const std::int32_t until = window.until > kDaySeconds ? window.until - kDaySeconds : window.until;
  return clock_text(window.from) + "-" + clock_text(until);
}

base::Result<Schedule> schedule_from_json(std::string_view text) {
  auto json = base::parse_json(text);
  if (!json) return base::failure_of(std::move(json));
  JsonReader in(*json);
  Schedule schedule;
  schedule.name = in.text("name", kMaxName);
  if (schedule.name.empty()) in.reject("name", "is empty");
  const Json& week = in.object("week");
  const Json* const holiday = in.optional_any("holiday");
  const Json* const make_up = in.optional_any("make_up");
  schedule.from = read_date(in, "from");
  schedule.until = read_date(in, "until");
  if (schedule.from && schedule.until && *schedule.until < *schedule.from)
    in.reject("until", "is before 'from'");
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  if (auto read = read_week(week, schedule); !read) return base::failure_of(std::move(read));
  auto on_holiday = read_special(holiday, "holiday");
  if (!on_holiday) return base::failure_of(std::move(on_holiday));
  auto on_make_up = read_special(make_up, "make_up");
  if (!on_make_up) return base::failure_of(std::move(on_make_up));
  schedule.holiday = *std::move(on_holiday);
  schedule.make_up = *std::move(on_make_up);
  return schedule;
}

std::string to_json(const Schedule& schedule) {
  Json week = Json::object();
  for (std::size_t day = 0; day < kWeekdays; ++day) {
    if (schedule.week.at(day).empty()) continue;
    week[std::string(name(static_cast<Weekday>(day)))] = json_of(schedule.week.at(day));
  }
  Json json{{"name", schedule.name},
            {"week", std::move(week)},
            {"holiday", json_of(schedule.holiday)},
            {"make_up", json_of(schedule.make_up)}};
  if (schedule.from) json["from"] = to_text(*schedule.from);
  if (schedule.until) json["until"] = to_text(*schedule.until);
  return base::dump_json(json);
}

}  // namespace linli::domain::access
