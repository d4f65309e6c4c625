#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace linli::domain::access {

// Enumerators are stored and shown by stable words; a table has one word each, in their order.
template <class Value, std::size_t N>
std::optional<Value> value_of(const std::array<std::string_view, N>& words, std::string_view word) {
  const auto* const found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) return std::nullopt;
  return static_cast<Value>(found - words.begin());
}

template <class Value, std::size_t N>
constexpr std::string_view word_of(const std::array<std::string_view, N>& words, Value value) {
  return words.at(static_cast<std::size_t>(value));
}

}  // namespace linli::domain::access
