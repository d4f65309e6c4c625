#include "firmware/console/words/words.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "firmware/console/words/pattern.hpp"

namespace linli::console::words {
namespace {

constexpr int kDepth = 2;   // a sentence in a sentence in a sentence
constexpr int kPlaces = 4;  // "archive: database: row 3: is missing"

using Patterns = std::vector<Pattern>;

// Those that say more first, so that of several that match the closest one is taken.
Patterns all_patterns() {
  Patterns all;
  for (const auto& table :
       {of_requests(), of_devices(), of_access(), of_doors(), of_readers(), of_terminals(),
        of_lines(), of_settings(), of_links(), of_upkeep(), of_others()}) {
    for (const Entry& entry : table) {
      Pattern pattern(entry.en, entry.zh);
      if (pattern.is_sound()) all.push_back(std::move(pattern));
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Pattern& one, const Pattern& other) {
    return one.weight() > other.weight();
  });
  return all;
}

const Patterns& patterns() {
  static const Patterns kAll = all_patterns();
  return kAll;
}

std::optional<std::string> spoken(std::string_view text, int depth, int places);

std::string put_in(const Pattern& pattern, const std::vector<std::string_view>& found, int depth) {
  std::vector<std::string> values;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const bool is_name = depth == 0 || pattern.is_quoted(i);
    auto value = is_name ? std::nullopt : spoken(found[i], depth - 1, kPlaces);
    values.push_back(value ? *std::move(value) : std::string(found[i]));
  }
  return pattern.filled(values);
}

std::optional<std::string> as_one(std::string_view text, int depth) {
  for (const Pattern& pattern : patterns()) {
    if (const auto found = pattern.match(text)) return put_in(pattern, *found, depth);
  }
  return std::nullopt;
}

// As one sentence, or as a place and what is said of it.
std::optional<std::string> spoken(std::string_view text, int depth, int places) {
  if (text.empty()) return std::nullopt;
  if (auto whole = as_one(text, depth)) return whole;
  const auto colon = text.find(": ");
  if (places == 0 || colon == std::string_view::npos) return std::nullopt;
  auto rest = spoken(text.substr(colon + 2), depth, places - 1);
  if (!rest) return std::nullopt;
  const std::string_view place = text.substr(0, colon);
  return as_one(place, 0).value_or(std::string(place)) + "：" + *std::move(rest);
}

}  // namespace

std::string chinese(std::string_view sentence) {
  if (sentence.size() > kMaxSentence) return std::string(sentence);
  return spoken(sentence, kDepth, kPlaces).value_or(std::string(sentence));
}

}  // namespace linli::console::words
