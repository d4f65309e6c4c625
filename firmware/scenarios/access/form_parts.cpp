#include "firmware/scenarios/access/form_parts.hpp"

#include <nlohmann/json.hpp>

#include "firmware/base/id.hpp"
#include "firmware/scenarios/access/right_book.hpp"

namespace linli::scenarios::access {

std::string read_id(base::JsonReader& in, std::string_view key) {
  std::string id = in.text(key, kMaxId);
  if (in.ok() && !base::is_id(id)) in.reject(key, "expected 1 to 64 of a-z A-Z 0-9 . _ -");
  return id;
}

std::vector<std::uint16_t> read_groups(base::JsonReader& in) {
  std::vector<std::uint16_t> numbers;
  const base::Json* const groups = in.optional_array("groups", kMostDoorsOfARight);
  if (groups == nullptr) return numbers;
  for (const base::Json& group : *groups) {
    const bool is_number = group.is_number_integer() && group.get<std::int64_t>() >= 1 &&
                           group.get<std::int64_t>() <= kMostGroups;
    if (!is_number) {
      in.reject("groups", "expected numbers from 1 to 65535");
      break;
    }
    numbers.push_back(group.get<std::uint16_t>());
  }
  return numbers;
}

}  // namespace linli::scenarios::access
