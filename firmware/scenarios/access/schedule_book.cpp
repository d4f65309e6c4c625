#include "firmware/scenarios/access/schedule_book.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace linli::scenarios::access {
namespace {

using base::Code;
using domain::access::Schedule;

constexpr std::string_view kSchedulePrefix = "schedule/";
constexpr std::string_view kCalendarPrefix = "calendar/";

}  // namespace

std::string schedule_key(std::string_view id) {
  return std::string(kSchedulePrefix) + std::string(id);
}
std::string calendar_key(int year) {
  return fmt::format("{}{}", kCalendarPrefix, year);
}

base::Result<int> year_of_file(std::string_view json) {
  domain::access::Calendar alone;
  if (auto added = alone.add_year(json); !added) return base::failure_of(std::move(added));
  auto parsed = base::parse_json(json);
  if (!parsed) return base::failure_of(std::move(parsed));
  return (*parsed)["year"].get<int>();
}

const Schedule* ScheduleBook::find(std::string_view id) const {
  const auto found = schedules_.find(id);
  return found == schedules_.end() ? nullptr : &found->second;
}

base::Result<void> ScheduleBook::check(std::string_view id) const {
  if (find(id) == nullptr && schedules_.size() >= kMost)
    return base::fail(Code::kFull, "there are {} schedules already: remove some first", kMost);
  return {};
}

void ScheduleBook::put(std::string id, Schedule schedule) {
  schedules_.insert_or_assign(std::move(id), std::move(schedule));
}

void ScheduleBook::remove(std::string_view id) {
  const auto found = schedules_.find(id);
  if (found != schedules_.end()) schedules_.erase(found);
}

base::Result<void> ScheduleBook::put_year(std::string_view json) {
  auto year = year_of_file(json);
  if (!year) return base::failure_of(std::move(year));
  years_.insert_or_assign(*year, std::string(json));
  return calendar_.add_year(json);
}

base::Result<void> ScheduleBook::restore(std::string_view key, std::string_view row) {
  if (key.starts_with(kCalendarPrefix)) return put_year(row);
  if (!key.starts_with(kSchedulePrefix))
    return base::fail(Code::kCorrupt, "'{}' is neither a schedule nor a calendar", key);
  auto schedule = domain::access::schedule_from_json(row);
  if (!schedule) return base::failure_of(std::move(schedule));
  put(std::string(key.substr(kSchedulePrefix.size())), *std::move(schedule));
  return {};
}

}  // namespace linli::scenarios::access
