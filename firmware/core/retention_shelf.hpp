#pragma once

#include <string>
#include <vector>

#include "firmware/base/once.hpp"
#include "firmware/core/retention.hpp"
#include "firmware/ports/store.hpp"

namespace linli::core {

// A room that keeps rows which are over one day: revoked, withdrawn. RetentionKeeper counts since
// when, and asks for their end. Loop thread only; it outlives the keeper.
class RetentionShelf {
 public:
  RetentionShelf() = default;
  RetentionShelf(const RetentionShelf&) = delete;
  RetentionShelf& operator=(const RetentionShelf&) = delete;
  virtual ~RetentionShelf() = default;

  // Keys of what is over now, in order. By what stands in the row, never by a wall clock.
  virtual std::vector<std::string> over(DataClass data) const = 0;

  // Erases them with all that belongs to them, and writes `with` in the same transaction. `done`
  // once, later; kConflict: one of them is no longer over, and nothing was erased.
  virtual void erase(DataClass data, std::vector<std::string> keys, ports::Turn with,
                     base::Done<void> done) = 0;
};

}  // namespace linli::core
