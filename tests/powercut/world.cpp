#include "tests/powercut/world.hpp"

#include <fmt/format.h>

#include <limits>
#include <set>

#include "firmware/storage/sqlite_store.hpp"

namespace linli::powercut {
namespace {

constexpr auto kAll = std::numeric_limits<std::uint32_t>::max();

std::string stream_difference(const Rows& expected, const Rows& found) {
  for (std::size_t i = 0; i < std::min(expected.size(), found.size()); ++i) {
    if (expected[i] == found[i]) continue;
    return fmt::format("row {} is {}..{} ({} bytes), not {}..{} ({} bytes)", i, found[i].first,
                       found[i].last, found[i].records.size(), expected[i].first, expected[i].last,
                       expected[i].records.size());
  }
  if (expected.size() == found.size()) return {};
  return fmt::format("{} rows, not {}", found.size(), expected.size());
}

std::string state_difference(const World& expected, const World& found) {
  for (const auto& [place, value] : expected.state) {
    const auto at = found.state.find(place);
    if (at == found.state.end()) return fmt::format("state {} is missing", place.second);
    if (at->second != value) return fmt::format("state {} has another value", place.second);
  }
  return expected.state == found.state ? "" : "there are state rows too many";
}

}  // namespace

Rows rows_of(const std::vector<ports::ChunkPtr>& chunks) {
  Rows rows;
  for (const auto& chunk : chunks)
    rows.push_back({chunk->first, chunk->last, chunk->records, chunk->gap ? chunk->gap->count : 0});
  return rows;
}

void take_stats(World& world, const std::array<ports::StreamStats, domain::kStreamCount>& streams) {
  for (std::size_t i = 0; i < streams.size(); ++i) {
    world.last.at(i) = streams.at(i).last;
    world.dropped.at(i) = streams.at(i).dropped;
  }
}

base::Result<void> read_state(World& world, const std::string& path) {
  auto query = storage::open_query(path);
  if (!query) return base::failure_of(std::move(query));
  for (int space = 0; space <= static_cast<int>(ports::Space::kSecret); ++space) {
    auto rows = (*query)->scan(static_cast<ports::Space>(space), "", kAll);
    if (!rows) return base::failure_of(std::move(rows));
    for (auto& [key, value] : *rows)
      world.state[{static_cast<ports::Space>(space), key}] = std::move(value);
  }
  auto marks = (*query)->marks();
  if (!marks) return base::failure_of(std::move(marks));
  world.marks = *std::move(marks);
  return {};
}

namespace {

base::Result<std::set<std::string>> journal_ids(const std::string& path) {
  auto connection = storage::Connection::open(path, {.read_only = true, .vfs = ""});
  if (!connection) return base::failure_of(std::move(connection));
  auto rows = connection->prepare("SELECT id FROM journal");
  if (!rows) return base::failure_of(std::move(rows));
  std::set<std::string> ids;
  for (auto row = rows->step();; row = rows->step()) {
    if (!row) return base::failure_of(std::move(row));
    if (!*row) return ids;
    ids.insert(rows->text(0));
  }
}

// Both are written in one transaction.
std::string not_in(const std::set<std::string>& ids, const World& world) {
  for (const domain::Stream stream : domain::kStreams) {
    for (const Row& row : world.outbox.at(domain::index_of(stream))) {
      std::uint64_t seq = row.first;
      for (domain::RecordReader reader(row.records, stream); !reader.at_end(); ++seq) {
        if (!reader.next()) break;
        std::string id = domain::event_id(world.epoch, stream, seq);
        if (!ids.contains(id)) return id;
      }
    }
  }
  return {};
}

}  // namespace

base::Result<World> read_world(storage::Database& database, const std::string& path) {
  World world;
  world.epoch = database.epoch();
  for (const domain::Stream stream : domain::kStreams) {
    auto chunks = database.read_outbox(stream, 0, kAll);
    if (!chunks) return base::failure_of(std::move(chunks));
    world.outbox.at(domain::index_of(stream)) = rows_of(*chunks);
  }
  take_stats(world, database.streams());
  if (auto read = read_state(world, path); !read) return base::failure_of(std::move(read));
  const auto ids = journal_ids(path);
  if (!ids) return base::Failure(ids.error());
  world.not_kept = not_in(*ids, world);
  return world;
}

std::string difference(const World& expected, const World& found) {
  if (!found.not_kept.empty()) return "not in the journal: " + found.not_kept;
  if (!expected.epoch.empty() && expected.epoch != found.epoch) return "the epoch is another";
  if (auto state = state_difference(expected, found); !state.empty()) return state;
  for (const domain::Stream stream : domain::kStreams) {
    const std::size_t i = domain::index_of(stream);
    const auto rows = stream_difference(expected.outbox.at(i), found.outbox.at(i));
    if (!rows.empty()) return fmt::format("stream {}: {}", name(stream), rows);
    if (expected.last.at(i) != found.last.at(i))
      return fmt::format("stream {}: the newest number is {}, not {}", name(stream),
                         found.last.at(i), expected.last.at(i));
    if (expected.dropped.at(i) != found.dropped.at(i))
      return fmt::format("stream {}: another count of dropped events", name(stream));
  }
  return expected.marks == found.marks ? "" : "the marks are others";
}

}  // namespace linli::powercut
