#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/base/json.hpp"
#include "firmware/base/json_reader.hpp"

// What the forms and rows of the doors have in common. Internal to this room.
namespace linli::scenarios::access {

inline constexpr std::size_t kMaxId = 64;
inline constexpr std::int64_t kMostGroups = 65'535;                            // of doors
inline constexpr base::JsonReader::IntegerRange kTimes{0, 7'258'118'400'000};  // 1970 to 2200, ms
inline constexpr base::JsonReader::IntegerRange kSeconds{0, 0xFFFFFFFF};

// Reads an input with `read`, which fills a form; each error names its member.
template <class Form, class Read>
base::Result<Form> read_form(std::string_view input, Read read,
                             const base::JsonLimits& limits = {}) {
  auto json = base::parse_json(input, limits);
  if (!json) return base::failure_of(std::move(json), "input");
  base::JsonReader in(*json);
  Form form = read(in);
  if (auto done = in.finish(); !done) return base::failure_of(std::move(done));
  return form;
}

std::string read_id(base::JsonReader& in, std::string_view key);

// "groups": numbers of door groups; none if it is left out.
std::vector<std::uint16_t> read_groups(base::JsonReader& in);

}  // namespace linli::scenarios::access
