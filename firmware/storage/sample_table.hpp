#pragma once

#include <cstdint>
#include <vector>

#include "firmware/ports/store.hpp"
#include "firmware/storage/sqlite.hpp"

namespace linli::storage {

// The points of the charts, by step, time and device: rows that are written together stand
// together. Its writes are part of the database's transactions. Storage thread only.
class SampleTable {
 public:
  base::Result<void> open(Connection& connection);

  // Writes them, and deletes a few that are older than the newest of them by domain::kept_ms, or
  // that lie so far before it that a wrong clock must have written them.
  base::Result<void> put(const std::vector<ports::SamplePut>& samples);

  // Makes room: deletes the oldest rows, about `rows` of them. 0: there are none.
  base::Result<std::uint64_t> drop_oldest(std::uint64_t rows);

 private:
  base::Result<void> keep_bounds(domain::SampleStep step, std::int64_t newest_ms);
  base::Result<std::uint64_t> drop_of(domain::SampleStep step, std::uint64_t rows);

  Statement put_, oldest_, too_old_, ahead_;
};

}  // namespace linli::storage
