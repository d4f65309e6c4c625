#pragma once

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "firmware/base/json_reader.hpp"
#include "firmware/domain/profile.hpp"

// What the readers of a Thing Model's parts share.
namespace linli::domain {

inline constexpr std::size_t kMaxText = 256;

// Runs `read` on the object `json` and passes its first problem up to `parent`.
template <class Read>
void read_object(base::JsonReader& parent, std::string_view key, const base::Json& json,
                 Read read) {
  if (!parent.ok()) return;
  base::JsonReader in(json);
  read(in);
  if (auto done = in.finish(); !done) parent.reject(key, done.error().what);
}

// One member of a closed set by its word, e.g. "door" for SafetyClass::kDoor.
template <class T, std::size_t N>
T word_of(base::JsonReader& in, std::string_view key, const std::array<T, N>& all, T fallback) {
  const auto word = in.optional_text(key, kMaxText);
  if (!word) return fallback;
  std::string known;
  for (const T candidate : all) {
    if (name(candidate) == *word) return candidate;
    known += (known.empty() ? "" : ", ") + std::string(name(candidate));
  }
  in.reject(key, fmt::format("expected one of {}, found '{}'", known, *word));
  return fallback;
}

// What is wrong with a topic of a foreign device; empty: nothing. `names_device`: it must have
// {id}.
std::string_view topic_problem(std::string_view topic, bool names_device);

inline constexpr std::array kValueTypes{ValueType::kBoolean, ValueType::kInteger,
                                        ValueType::kNumber, ValueType::kString};

}  // namespace linli::domain
