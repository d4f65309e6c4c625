#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/ports/store.hpp"

namespace linli::ports {

// Reads what was committed, over a read-only connection of its own. Blocking: used before the loop
// runs and on threads that are not the loop's. One thread at a time.
class Query {
 public:
  Query() = default;
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  virtual ~Query() = default;

  using Row = std::pair<std::string, std::string>;  // key, value

  // The value of one row; nullopt if there is none.
  virtual base::Result<std::optional<std::string>> get(Space space, const std::string& key) = 0;

  // Up to `limit` rows whose key is greater than `after`, in the order of their keys.
  virtual base::Result<std::vector<Row>> scan(Space space, const std::string& after,
                                              std::size_t limit) = 0;

  // Up to `limit` of the fine samples from the newest coarse stretch on, in the order of time and
  // device, behind that of `after`: what an unfinished stretch goes on with after a restart.
  virtual base::Result<std::vector<SamplePut>> unfolded_samples(const SamplePut& after,
                                                                std::size_t limit) = 0;

  // The broker messages consumed last, oldest first.
  virtual base::Result<std::vector<InflightMark>> marks() = 0;
};

}  // namespace linli::ports
