#include "firmware/domain/access/schedule.hpp"

#include <algorithm>

namespace linli::domain::access {
namespace {

const DayWindows& week_of(const Schedule& schedule, Weekday day) {
  return schedule.week.at(static_cast<std::size_t>(day));
}

const DayWindows& special(const Schedule& schedule, const SpecialDay& rule, Date date) {
  if (const auto* const windows = std::get_if<DayWindows>(&rule)) return *windows;
  const auto* const as = std::get_if<Weekday>(&rule);
  return week_of(schedule, as == nullptr ? weekday_of(date) : *as);
}

// The windows that begin on `date`.
const DayWindows& windows_of(const Schedule& schedule, const Calendar& calendar, Date date) {
  static const DayWindows kClosed;
  if (schedule.from && date < *schedule.from) return kClosed;
  if (schedule.until && date > *schedule.until) return kClosed;
  switch (calendar.kind_of(date)) {
    case DayKind::kHoliday:
      return special(schedule, schedule.holiday, date);
    case DayKind::kMakeUp:
      return special(schedule, schedule.make_up, date);
    case DayKind::kOrdinary:
      break;
  }
  return week_of(schedule, weekday_of(date));
}

bool covers(const DayWindows& windows, std::int32_t second) {
  return std::any_of(windows.begin(), windows.end(), [second](const Window& window) {
    return window.from <= second && second < window.until;
  });
}

CivilTime normalised(Date date, std::int32_t second) {
  return second < kDaySeconds ? CivilTime{date, second}
                              : CivilTime{plus(date, 1), second - kDaySeconds};
}

}  // namespace

bool is_open(const Schedule& schedule, const Calendar& calendar, const CivilTime& time) {
  if (covers(windows_of(schedule, calendar, time.date), time.second)) return true;
  const DayWindows& evening = windows_of(schedule, calendar, plus(time.date, -1));
  return covers(evening, time.second + kDaySeconds);
}

// Only the edges of windows can change the answer, and only those of a day and the one before it
// lie within a day.
std::optional<CivilTime> next_change(const Schedule& schedule, const Calendar& calendar,
                                     const CivilTime& time) {
  constexpr int kHorizonDays = 367;
  const bool now = is_open(schedule, calendar, time);
  for (int day = -1; day <= kHorizonDays; ++day) {
    const Date date = plus(time.date, day);
    std::vector<CivilTime> edges;
    for (const Window& window : windows_of(schedule, calendar, date)) {
      edges.push_back(normalised(date, window.from));
      edges.push_back(normalised(date, window.until));
    }
    std::sort(edges.begin(), edges.end());
    for (const CivilTime& edge : edges)
      if (edge > time && is_open(schedule, calendar, edge) != now) return edge;
  }
  return std::nullopt;
}

Schedule always() {
  Schedule schedule;
  schedule.name = "always";
  schedule.week.fill({{0, kDaySeconds}});
  return schedule;
}

}  // namespace linli::domain::access
