#pragma once

#include <cstddef>
#include <string_view>

#include "firmware/base/json_reader.hpp"

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

}  // namespace linli::domain
