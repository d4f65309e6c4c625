#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/domain/access/calendar.hpp"

namespace linli::domain::access {

// A stretch of the day on which it begins, in seconds from that day's midnight: `from` is the first
// second in it, `until` the first one after it. Over midnight `until` is beyond 86,400.
struct Window {
  std::int32_t from = 0;
  std::int32_t until = 0;
  friend bool operator==(const Window&, const Window&) = default;
};

// "07:00-22:00", "22:00-06:00" (into the next morning), "08:30:15-12:00", "00:00-24:00" (all day).
base::Result<Window> parse_window(std::string_view text);
std::string to_text(const Window& window);

using DayWindows = std::vector<Window>;  // in their order, none touching the next

// What holds on a special day: as that weekday of the calendar itself, as another one, or windows
// of its own (none: closed).
struct AsItsWeekday {
  friend bool operator==(const AsItsWeekday&, const AsItsWeekday&) = default;
};
using SpecialDay = std::variant<AsItsWeekday, Weekday, DayWindows>;

// When something may be done (通行时段), week after week.
//
//   {"name": "物业办公", "week": {"mon-fri": ["08:00-12:00", "14:00-18:00"], "sat":
//   ["09:00-12:00"]},
//    "holiday": "sun", "make_up": "mon", "from": "2026-01-01", "until": "2026-12-31"}
//
// "holiday" and "make_up" are "as_weekday" (if they are left out), a weekday, or a list of windows.
// Days that "week" does not name are closed. "from" and "until" are the first and the last day.
struct Schedule {
  std::string name;
  std::array<DayWindows, kWeekdays> week;
  SpecialDay holiday;
  SpecialDay make_up;
  std::optional<Date> from;
  std::optional<Date> until;

  friend bool operator==(const Schedule&, const Schedule&) = default;
};
inline constexpr std::size_t kMaxWindowsADay = 16;

// kInvalid names the member: week.mon-fri[1]: …
base::Result<Schedule> schedule_from_json(std::string_view text);
std::string to_json(const Schedule& schedule);

// A schedule that is always open.
Schedule always();

// A window belongs to the day on which it begins: what reaches into a holiday's morning is still
// the evening before, by that evening's rule.
bool is_open(const Schedule& schedule, const Calendar& calendar, const CivilTime& time);

// The first second after `time` at which is_open() answers otherwise: when an open door closes, or
// a closed one opens. nullopt if that is not within a year and a day.
std::optional<CivilTime> next_change(const Schedule& schedule, const Calendar& calendar,
                                     const CivilTime& time);

}  // namespace linli::domain::access
