#include "firmware/scenarios/access/right_book.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/id.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/scenarios/access/form_parts.hpp"

namespace linli::scenarios::access {
namespace {

using base::Code;
using base::Json;
using base::JsonReader;

void read_doors(JsonReader& in, AccessRight& right) {
  const Json* const doors = in.optional_array("doors", kMostDoorsOfARight);
  if (doors == nullptr) return;
  for (const Json& door : *doors) {
    if (!door.is_string() || !base::is_id(door.get_ref<const std::string&>()))
      return in.reject("doors", "expected ids of doors");
    right.doors.push_back(door.get<std::string>());
  }
}

const domain::access::Schedule& all_hours() {
  static const domain::access::Schedule kAlways = domain::access::always();
  return kAlways;
}

}  // namespace

bool covers(const AccessRight& right, std::string_view door, std::uint16_t group) {
  const bool names_door =
      std::find(right.doors.begin(), right.doors.end(), door) != right.doors.end();
  return names_door || (group != 0 && std::find(right.groups.begin(), right.groups.end(), group) !=
                                          right.groups.end());
}

bool operator==(const AccessRight& one, const AccessRight& other) {
  return one.right.id == other.right.id && to_row(one) == to_row(other);
}

AccessRight read_right(JsonReader& in, std::string id) {
  AccessRight right;
  right.right.id = std::move(id);
  right.holder = in.text("holder", kMaxId);
  if (in.ok() && !base::is_id(right.holder)) in.reject("holder", "is not a person's id");
  read_doors(in, right);
  right.groups = read_groups(in);
  right.schedule = in.optional_text("schedule", kMaxId).value_or("");
  right.right.validity = {in.optional_integer("from_ms", kTimes),
                          in.optional_integer("until_ms", kTimes)};
  right.right.passes_block = in.optional_boolean("passes_block").value_or(false);
  const auto& [from, until] = right.right.validity;
  if (from && until && *until <= *from) in.reject("until_ms", "is not after 'from_ms'");
  if (right.doors.empty() && right.groups.empty())
    in.reject("doors", "names no door, and there is no group either");
  return right;
}

std::string to_row(const AccessRight& right) {
  Json json{{"holder", right.holder},
            {"doors", right.doors},
            {"groups", right.groups},
            {"schedule", right.schedule},
            {"passes_block", right.right.passes_block}};
  const auto& [from, until] = right.right.validity;
  if (from) json["from_ms"] = *from;
  if (until) json["until_ms"] = *until;
  return base::dump_json(json);
}

base::Result<AccessRight> access_right_from_row(std::string_view id, std::string_view row) {
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  JsonReader in(*json);
  AccessRight right = read_right(in, std::string(id));
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return right;
}

const AccessRight* RightBook::find(std::string_view id) const {
  const auto found = rights_.find(id);
  return found == rights_.end() ? nullptr : &found->second;
}

std::vector<const AccessRight*> RightBook::of_holder(std::string_view holder) const {
  std::vector<const AccessRight*> found;
  const auto [begin, end] = holders_.equal_range(holder);
  for (auto each = begin; each != end; ++each) found.push_back(find(each->second));
  return found;
}

bool RightBook::uses_schedule(std::string_view schedule) const {
  return std::any_of(rights_.begin(), rights_.end(),
                     [schedule](const auto& each) { return each.second.schedule == schedule; });
}

base::Result<void> RightBook::check(const AccessRight& right, const ScheduleBook& schedules) const {
  if (!right.schedule.empty() && schedules.find(right.schedule) == nullptr) {
    return base::fail(Code::kNotFound, "there is no schedule '{}': put it first", right.schedule);
  }
  if (find(right.right.id) == nullptr && rights_.size() >= kMost)
    return base::fail(Code::kFull, "there are {} rights already: remove old ones first", kMost);
  return {};
}

void RightBook::put(AccessRight right) {
  remove(right.right.id);
  holders_.emplace(right.holder, right.right.id);
  std::string id = right.right.id;
  rights_.insert_or_assign(std::move(id), std::move(right));
}

void RightBook::remove(std::string_view id) {
  const auto found = rights_.find(id);
  if (found == rights_.end()) return;
  const auto [begin, end] = holders_.equal_range(found->second.holder);
  const auto held = std::find_if(begin, end, [id](const auto& each) { return each.second == id; });
  if (held != end) holders_.erase(held);
  rights_.erase(found);
}

std::vector<domain::access::RightHere> RightBook::at_door(std::string_view holder,
                                                          std::string_view door,
                                                          std::uint16_t group,
                                                          const ScheduleBook& schedules) const {
  std::vector<domain::access::RightHere> here;
  const auto [begin, end] = holders_.equal_range(holder);
  for (auto each = begin; each != end; ++each) {
    const AccessRight& right = *find(each->second);
    if (!covers(right, door, group)) continue;
    const domain::access::Schedule* const schedule =
        right.schedule.empty() ? &all_hours() : schedules.find(right.schedule);
    if (schedule != nullptr) here.push_back({right.right, *schedule});
  }
  return here;
}

}  // namespace linli::scenarios::access
