#include "firmware/console/api/device_batch.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "firmware/base/json_reader.hpp"
#include "firmware/base/number.hpp"
#include "firmware/core/device_table.hpp"

namespace linli::console::api {
namespace {

using base::Code;
using Values = std::map<std::string, std::int64_t, std::less<>>;

constexpr std::size_t kMaxPattern = 128;
constexpr std::size_t kMaxWidth = 4;
constexpr std::int64_t kMaxNumber = 9999;

// The names in the order in which they stand in the pattern: the last one counts fastest.
std::vector<std::string> names_in(std::string_view pattern) {
  std::vector<std::string> names;
  while (pattern.find('{') != std::string_view::npos) {
    pattern.remove_prefix(pattern.find('{') + 1);
    names.emplace_back(pattern.substr(0, pattern.find_first_of(":}")));
  }
  return names;
}

base::Result<std::string> number_of(std::string_view inside, const Values& values) {
  const std::string_view name = inside.substr(0, inside.find(':'));
  const auto value = values.find(name);
  if (value == values.end())
    return base::fail(Code::kInvalid, "ranges: has no range for '{}'", name.substr(0, 64));
  if (name.size() == inside.size()) return std::to_string(value->second);
  const auto width = base::parse_number<std::size_t>(inside.substr(name.size() + 1));
  if (!width || *width > kMaxWidth || inside[name.size() + 1] != '0')
    return base::fail(Code::kInvalid, "pattern: '{{{}}}' should be like {{n:02}}",
                      inside.substr(0, 64));
  return fmt::format("{:0{}}", value->second, *width);
}

base::Result<std::string> fill(std::string_view pattern, const Values& values) {
  std::string text;
  while (!pattern.empty()) {
    const auto open = pattern.find('{');
    text += pattern.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = pattern.find('}', open);
    if (close == std::string_view::npos)
      return base::fail(Code::kInvalid, "pattern: a '{{' has no '}}'");
    auto number = number_of(pattern.substr(open + 1, close - open - 1), values);
    if (!number) return number;
    text += *number;
    pattern.remove_prefix(close + 1);
  }
  return text;
}

void read_range(base::JsonReader& in, const std::string& name, const base::Json& range,
                BatchPlan& plan) {
  const bool is_pair = range.is_array() && range.size() == 2 && range[0].is_number_integer() &&
                       range[1].is_number_integer();
  if (!is_pair) return in.reject("ranges." + name, "expected two integers, first and last");
  const auto first = range[0].get<std::int64_t>();
  const auto last = range[1].get<std::int64_t>();
  if (first < 0 || last < first || last > kMaxNumber)
    return in.reject("ranges." + name, "expected 0 <= first <= last <= 9999");
  plan.ranges[name] = {first, last};
}

// Counts up, the last name fastest. False at the end.
bool count_up(const std::vector<std::string>& names, const BatchPlan& plan, Values& values) {
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const auto& [first, last] = plan.ranges.at(*name);
    if (++values[*name] <= last) return true;
    values[*name] = first;
  }
  return false;
}

base::Result<BatchRow> row_of(const BatchPlan& plan, const Values& values) {
  auto id = fill(plan.pattern, values);
  if (!id) return base::failure_of(std::move(id));
  auto place = fill(plan.place_pattern, values);
  if (!place) return base::failure_of(std::move(place));
  auto name = fill(plan.name_pattern, values);
  if (!name) return base::failure_of(std::move(name));
  return BatchRow{*std::move(id), *std::move(place), *std::move(name)};
}

// The names that count, each once; kInvalid for a range that no pattern uses.
base::Result<std::vector<std::string>> counting_names(const BatchPlan& plan) {
  std::vector<std::string> names;
  std::set<std::string> known;
  for (std::string& name : names_in(plan.pattern)) {
    if (plan.ranges.contains(name) && known.insert(name).second) names.push_back(std::move(name));
  }
  for (const auto& [name, range] : plan.ranges) {
    if (!known.contains(name))
      return base::fail(Code::kInvalid, "ranges.{}: is not in the pattern", name);
  }
  return names;
}

}  // namespace

base::Result<BatchPlan> batch_plan(const base::Json& body) {
  base::JsonReader in(body);
  BatchPlan plan;
  plan.pattern = in.text("pattern", kMaxPattern);
  plan.profile = in.text("profile", 256);
  plan.driver = in.optional_text("driver", 64).value_or(std::string(core::kMqttDriver));
  plan.name_pattern = in.optional_text("name_pattern", kMaxPattern).value_or("");
  plan.place_pattern = in.optional_text("place_pattern", kMaxPattern).value_or("");
  const base::Json& ranges = in.object("ranges");
  if (ranges.size() > 4) in.reject("ranges", "has more than four names");
  if (in.ok()) {
    for (const auto& [name, range] : ranges.items()) {
      if (!base::is_id(name)) in.reject("ranges", "names are of a-z A-Z 0-9 . _ -");
      if (in.ok()) read_range(in, name, range, plan);
    }
  }
  plan.is_dry_run = in.boolean("dry_run");
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return plan;
}

base::Result<std::vector<BatchRow>> batch_rows(const BatchPlan& plan) {
  auto names = counting_names(plan);
  if (!names) return base::failure_of(std::move(names));
  Values values;
  for (const auto& [name, range] : plan.ranges) values[name] = range.first;
  std::vector<BatchRow> rows;
  std::set<std::string> ids;
  do {
    if (rows.size() == kMaxBatch)
      return base::fail(Code::kInvalid, "ranges: give more than {} devices", kMaxBatch);
    auto row = row_of(plan, values);
    if (!row) return base::failure_of(std::move(row));
    if (!ids.insert(row->id).second) {
      row->problem_code = "conflict";
      row->problem = "the id stands in this list twice";
    }
    rows.push_back(*std::move(row));
  } while (count_up(*names, plan, values));
  return rows;
}

}  // namespace linli::console::api
