#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "firmware/base/json_reader.hpp"
#include "firmware/domain/access/schedule.hpp"

namespace linli::scenarios::access {

// Passing hours (通行时段), and the holidays (节假日) that they look at. Loop thread only. Pointers
// stay good until the schedule is put again or removed.
class ScheduleBook {
 public:
  static constexpr std::size_t kMost = 1'000;

  const domain::access::Schedule* find(std::string_view id) const;
  const std::map<std::string, domain::access::Schedule, std::less<>>& all() const {
    return schedules_;
  }
  const domain::access::Calendar& calendar() const { return calendar_; }
  // The files of the years, as they were put.
  const std::map<int, std::string>& years() const { return years_; }

  base::Result<void> check(std::string_view id) const;
  void put(std::string id, domain::access::Schedule schedule);
  void remove(std::string_view id);

  // A year's file, as Calendar::add_year; the stored row is the file itself.
  base::Result<void> put_year(std::string_view json);

  // The row with this key: schedule_key() or calendar_key().
  base::Result<void> restore(std::string_view key, std::string_view row);

 private:
  std::map<std::string, domain::access::Schedule, std::less<>> schedules_;
  domain::access::Calendar calendar_;
  std::map<int, std::string> years_;
};

std::string schedule_key(std::string_view id);  // "schedule/<id>"
std::string calendar_key(int year);             // "calendar/2026"
// The year of a file that add_year() takes; kInvalid as add_year().
base::Result<int> year_of_file(std::string_view json);

}  // namespace linli::scenarios::access
