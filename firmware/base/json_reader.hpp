#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/json.hpp"

namespace linli::base {

// Reads the members of one JSON object with types and ranges. The first problem is kept, with its
// path, and every later answer is a default, so that a parser reads as a list of fields:
//
//   JsonReader in(json, "command");
//   command.id = in.text("id", 64);
//   command.ttl_ms = in.integer("ttl_ms", {1, 600'000});
//   if (auto read = in.finish(); !read) return failure_of(std::move(read));
//
// finish() also refuses members that nobody asked for. The Json must outlive the reader.
class JsonReader {
 public:
  struct IntegerRange {
    std::int64_t min = std::numeric_limits<std::int64_t>::min();
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
  };
  struct NumberRange {
    double min = std::numeric_limits<double>::lowest();
    double max = std::numeric_limits<double>::max();
  };

  explicit JsonReader(const Json& value, std::string path = "");

  // Required members: absent or wrong is a problem.
  std::string text(std::string_view key, std::size_t max_bytes);
  std::int64_t integer(std::string_view key, IntegerRange range);
  double number(std::string_view key, NumberRange range);
  bool boolean(std::string_view key);
  const Json& object(std::string_view key);
  const Json& array(std::string_view key, std::size_t max_items);
  const Json& any(std::string_view key);

  // Optional members: absent is nullopt (or nullptr), wrong is a problem.
  std::optional<std::string> optional_text(std::string_view key, std::size_t max_bytes);
  std::optional<std::int64_t> optional_integer(std::string_view key, IntegerRange range);
  std::optional<double> optional_number(std::string_view key, NumberRange range);
  std::optional<bool> optional_boolean(std::string_view key);
  const Json* optional_object(std::string_view key);
  const Json* optional_array(std::string_view key, std::size_t max_items);
  const Json* optional_any(std::string_view key);

  bool has(std::string_view key) const;
  std::vector<std::string> keys() const;
  // "devices[3].id" for a member of this object.
  std::string path_of(std::string_view key) const;

  // A problem that only the caller can see ("until is before from").
  void reject(std::string_view key, std::string_view problem);
  // Members that are read elsewhere or on purpose ignored.
  void allow(std::string_view key);

  bool ok() const { return !problem_; }
  // The first problem, or the first unknown member with the nearest known one.
  Result<void> finish();

 private:
  const Json* member(std::string_view key, bool required);
  const Json* typed(std::string_view key, bool required, bool (*is)(const Json&),
                    std::string_view expected);
  void wrong(std::string_view key, std::string_view expected, const Json& found);

  const Json& value_;
  std::string path_;
  std::set<std::string, std::less<>> known_;
  std::optional<Error> problem_;
};

// The word of `known` nearest to `word`, if it is near enough to be a slip of the finger.
std::optional<std::string> nearest(std::string_view word,
                                   const std::set<std::string, std::less<>>& known);

}  // namespace linli::base
