#pragma once

#include <string>

#include "firmware/ports/query.hpp"

namespace linli::daemon {

// Calls `take` with key and value of every row of a space.
template <class Take>
base::Result<void> for_each_row(ports::Query& query, ports::Space space, Take take) {
  constexpr std::size_t kScanRows = 1000;
  std::string after;
  for (;;) {
    auto rows = query.scan(space, after, kScanRows);
    if (!rows) return base::failure_of(std::move(rows));
    for (const auto& [key, value] : *rows) take(key, value);
    if (rows->size() < kScanRows) return {};
    after = rows->back().first;
  }
}

}  // namespace linli::daemon
