#include "firmware/base/json_reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

namespace linli::base {
namespace {

const Json& null_json() {
  static const Json kNull;
  return kNull;
}

bool is_text(const Json& value) {
  return value.is_string();
}
bool is_integer(const Json& value) {
  return value.is_number_integer();
}
bool is_number(const Json& value) {
  return value.is_number();
}
bool is_boolean(const Json& value) {
  return value.is_boolean();
}
bool is_object(const Json& value) {
  return value.is_object();
}
bool is_array(const Json& value) {
  return value.is_array();
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      diagonal = row[j];
      row[j] = std::min({replace, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

// A short rendering of a wrong value for the message; objects and arrays only by their kind.
std::string shown(const Json& value) {
  if (value.is_structured()) return value.is_object() ? "an object" : "an array";
  std::string text = dump_json(value);
  if (text.size() > 40) text = text.substr(0, 37) + "...";
  return text;
}

}  // namespace

std::optional<std::string> nearest(std::string_view word,
                                   const std::set<std::string, std::less<>>& known) {
  constexpr std::size_t kLongestSlip = 64;  // the comparison is quadratic, the word a stranger's
  if (word.size() > kLongestSlip) return std::nullopt;
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(word.size() / 2, 1) + 1;
  for (const std::string& candidate : known) {
    const std::size_t candidate_distance = distance(word, candidate);
    if (candidate_distance >= best_distance) continue;
    best_distance = candidate_distance;
    best = candidate;
  }
  return best;
}

JsonReader::JsonReader(const Json& value, std::string path)
    : value_(value), path_(std::move(path)) {
  if (!value_.is_object()) {
    problem_ = Error{Code::kInvalid, fmt::format("{}expected an object, found {}",
                                                 path_.empty() ? "" : path_ + ": ", shown(value_))};
  }
}

std::string JsonReader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

void JsonReader::reject(std::string_view key, std::string_view problem) {
  if (!problem_) problem_ = Error{Code::kInvalid, fmt::format("{}: {}", path_of(key), problem)};
}

void JsonReader::allow(std::string_view key) {
  known_.emplace(key);
}

void JsonReader::wrong(std::string_view key, std::string_view expected, const Json& found) {
  reject(key, fmt::format("expected {}, found {}", expected, shown(found)));
}

const Json* JsonReader::member(std::string_view key, bool required) {
  known_.emplace(key);
  if (problem_) return nullptr;
  const auto found = value_.find(key);
  if (found != value_.end()) return &*found;
  if (required) reject(key, "is missing");
  return nullptr;
}

const Json* JsonReader::typed(std::string_view key, bool required, bool (*is)(const Json&),
                              std::string_view expected) {
  const Json* const found = member(key, required);
  if (found == nullptr || is(*found)) return found;
  wrong(key, expected, *found);
  return nullptr;
}

std::optional<std::string> JsonReader::optional_text(std::string_view key, std::size_t max_bytes) {
  const Json* const found = typed(key, false, is_text, "a string");
  if (found == nullptr) return std::nullopt;
  const auto& text = found->get_ref<const std::string&>();
  if (text.size() > max_bytes) {
    reject(key, fmt::format("is longer than {} bytes", max_bytes));
    return std::nullopt;
  }
  return text;
}

std::optional<std::int64_t> JsonReader::optional_integer(std::string_view key, IntegerRange range) {
  const Json* const found = typed(key, false, is_integer, "an integer");
  if (found == nullptr) return std::nullopt;
  const bool too_large =
      found->is_number_unsigned() &&
      std::cmp_greater(found->get<std::uint64_t>(), std::numeric_limits<std::int64_t>::max());
  const std::int64_t number = too_large ? 0 : found->get<std::int64_t>();
  if (too_large || number < range.min || number > range.max) {
    wrong(key, fmt::format("an integer from {} to {}", range.min, range.max), *found);
    return std::nullopt;
  }
  return number;
}

std::optional<double> JsonReader::optional_number(std::string_view key, NumberRange range) {
  const Json* const found = typed(key, false, is_number, "a number");
  if (found == nullptr) return std::nullopt;
  const double number = found->get<double>();
  if (number < range.min || number > range.max) {
    wrong(key, fmt::format("a number from {} to {}", range.min, range.max), *found);
    return std::nullopt;
  }
  return number;
}

std::optional<bool> JsonReader::optional_boolean(std::string_view key) {
  const Json* const found = typed(key, false, is_boolean, "true or false");
  if (found == nullptr) return std::nullopt;
  return found->get<bool>();
}

const Json* JsonReader::optional_object(std::string_view key) {
  return typed(key, false, is_object, "an object");
}

const Json* JsonReader::optional_array(std::string_view key, std::size_t max_items) {
  const Json* const found = typed(key, false, is_array, "an array");
  if (found == nullptr || found->size() <= max_items) return found;
  reject(key, fmt::format("has {} items, more than {}", found->size(), max_items));
  return nullptr;
}

const Json* JsonReader::optional_any(std::string_view key) {
  return member(key, false);
}

std::string JsonReader::text(std::string_view key, std::size_t max_bytes) {
  member(key, true);
  return optional_text(key, max_bytes).value_or("");
}

std::int64_t JsonReader::integer(std::string_view key, IntegerRange range) {
  member(key, true);
  return optional_integer(key, range).value_or(0);
}

double JsonReader::number(std::string_view key, NumberRange range) {
  member(key, true);
  return optional_number(key, range).value_or(0);
}

bool JsonReader::boolean(std::string_view key) {
  member(key, true);
  return optional_boolean(key).value_or(false);
}

const Json& JsonReader::object(std::string_view key) {
  const Json* const found = typed(key, true, is_object, "an object");
  return found == nullptr ? null_json() : *found;
}

const Json& JsonReader::array(std::string_view key, std::size_t max_items) {
  member(key, true);
  const Json* const found = optional_array(key, max_items);
  return found == nullptr ? null_json() : *found;
}

const Json& JsonReader::any(std::string_view key) {
  const Json* const found = member(key, true);
  return found == nullptr ? null_json() : *found;
}

bool JsonReader::has(std::string_view key) const {
  return value_.is_object() && value_.find(key) != value_.end();
}

std::vector<std::string> JsonReader::keys() const {
  std::vector<std::string> keys;
  if (!value_.is_object()) return keys;
  for (const auto& [key, unused] : value_.items()) keys.push_back(key);
  return keys;
}

Result<void> JsonReader::finish() {
  if (!problem_) {
    for (const auto& [key, unused] : value_.items()) {
      if (known_.contains(key)) continue;
      const auto near = nearest(key, known_);
      reject(key.substr(0, 64),
             near ? fmt::format("unknown key, did you mean '{}'?", *near) : "unknown key");
      break;
    }
  }
  if (problem_) return Failure(*problem_);
  return {};
}

}  // namespace linli::base
