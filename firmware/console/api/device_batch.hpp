#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/base/json.hpp"

namespace linli::console::api {

inline constexpr std::size_t kMaxBatch = 200;

// What many devices have in common, and how they differ: "smoke-{building}-{unit}-{n:02}" with a
// range for each name. {n:02} pads with zeros.
struct BatchPlan {
  std::string pattern;
  std::string profile;
  std::string driver;
  std::string name_pattern;   // empty: no names
  std::string place_pattern;  // empty: no places
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> ranges;
  bool is_dry_run = false;
};

struct BatchRow {
  std::string id;
  std::string place;
  std::string name;
  std::string problem_code = {};  // empty: none
  std::string problem = {};
};

// kInvalid names the member that is wrong.
base::Result<BatchPlan> batch_plan(const base::Json& body);

// The rows, the last range counting fastest. kInvalid for more than kMaxBatch, or a name in a
// pattern that has no range. Rows of the same id are marked.
base::Result<std::vector<BatchRow>> batch_rows(const BatchPlan& plan);

}  // namespace linli::console::api
