#pragma once

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "firmware/ports/query.hpp"
#include "firmware/storage/database.hpp"

namespace linli::powercut {

// All that can be read from a store.
struct Row {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::string records;
  std::uint64_t gap = 0;  // events dropped here; 0: this is no gap
  friend bool operator==(const Row&, const Row&) = default;
};
using Rows = std::vector<Row>;

struct World {
  std::string epoch;  // empty: nobody knows it yet
  std::map<std::pair<ports::Space, std::string>, std::string> state;
  std::array<Rows, domain::kStreamCount> outbox;
  std::array<std::uint64_t, domain::kStreamCount> last{};
  std::array<std::uint64_t, domain::kStreamCount> dropped{};
  std::vector<ports::InflightMark> marks;
  std::string not_kept;  // the id of an event that waits and is not in the journal; empty: none
};

Rows rows_of(const std::vector<ports::ChunkPtr>& chunks);
void take_stats(World& world, const std::array<ports::StreamStats, domain::kStreamCount>& streams);
// State and marks, over a connection of its own.
base::Result<void> read_state(World& world, const std::string& path);
base::Result<World> read_world(storage::Database& database, const std::string& path);

// Empty if `found` is `expected`, else the first thing that is not. An epoch that nobody knew may
// be any.
std::string difference(const World& expected, const World& found);

}  // namespace linli::powercut
