#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/domain/access/decision.hpp"
#include "firmware/scenarios/access/schedule_book.hpp"

namespace linli::scenarios::access {

// Who may pass which doors, and at which hours (通行权限).
struct AccessRight {
  domain::access::Right right;
  std::string holder;
  std::vector<std::string> doors;     // by id
  std::vector<std::uint16_t> groups;  // and all doors of these groups
  std::string schedule;               // empty: at all hours
  friend bool operator==(const AccessRight& one, const AccessRight& other);
};
inline constexpr std::size_t kMostDoorsOfARight = 256;

// Is that door one of the right's? `group`: its door group, 0: none.
bool covers(const AccessRight& right, std::string_view door, std::uint16_t group);

std::string to_row(const AccessRight& right);
base::Result<AccessRight> access_right_from_row(std::string_view id, std::string_view row);
AccessRight read_right(base::JsonReader& in, std::string id);

// All rights, as stored. Loop thread only. Pointers stay good until the right is put again or
// removed.
class RightBook {
 public:
  static constexpr std::size_t kMost = 50'000;

  const AccessRight* find(std::string_view id) const;
  const std::map<std::string, AccessRight, std::less<>>& all() const { return rights_; }
  std::vector<const AccessRight*> of_holder(std::string_view holder) const;
  bool uses_schedule(std::string_view schedule) const;

  base::Result<void> check(const AccessRight& right, const ScheduleBook& schedules) const;
  void put(AccessRight right);
  void remove(std::string_view id);

  // The rights of `holder` at this door, for decide(). A right whose schedule is not there lets
  // nobody in and is left out.
  std::vector<domain::access::RightHere> at_door(std::string_view holder, std::string_view door,
                                                 std::uint16_t group,
                                                 const ScheduleBook& schedules) const;

 private:
  std::map<std::string, AccessRight, std::less<>> rights_;
  std::multimap<std::string, std::string, std::less<>> holders_;
};

}  // namespace linli::scenarios::access
