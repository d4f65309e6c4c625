#include "tests/powercut/judge.hpp"

#include <fmt/format.h>

#include "firmware/storage/sqlite.hpp"

namespace linli::powercut {
namespace {

// An index of shared memory may lie there from before the cut: nobody may believe it.
Files with_stale_shm(Files left) {
  constexpr std::size_t kBytes = 32768;
  if (left.contains(std::string(kDatabase) + "-wal"))
    left[std::string(kDatabase) + "-shm"] = std::string(kBytes, 'Z');
  return left;
}

base::Result<void> check_integrity(storage::Database& database, const std::string& path) {
  if (auto checked = database.check(); !checked) return checked;
  auto connection = storage::Connection::open(path, {.read_only = true, .vfs = ""});
  if (!connection) return base::failure_of(std::move(connection));
  return connection->pragma("PRAGMA integrity_check", "ok");
}

// The step that was acknowledged last; the one after it may have been under way.
std::size_t acknowledged_step(const Life& life, std::size_t count) {
  std::size_t last = 0;
  for (std::size_t i = 0; i < life.steps.size(); ++i) {
    if (life.steps[i].acknowledged <= count) last = i;
  }
  return last;
}

// All events are there, or were accepted, and yet the newest number is forgotten.
bool forgets_numbers(const World& promised, World found) {
  for (std::size_t i = 0; i < found.last.size(); ++i) {
    if (found.last.at(i) > promised.last.at(i)) return false;
  }
  found.last = promised.last;
  return difference(promised, found).empty();
}

// Names what is wrong with `found`, which is not what it should be.
Verdict blame(const Life& life, std::size_t acknowledged, const World& found) {
  const Step& promised = life.steps[acknowledged];
  const std::string what = difference(promised.after, found);
  if (forgets_numbers(promised.after, found)) return {Trouble::kNumberTwice, what, 0};
  const bool is_other_epoch = !promised.after.epoch.empty() && promised.after.epoch != found.epoch;
  for (std::size_t i = acknowledged; i-- > 0;) {
    if (!difference(life.steps[i].after, found).empty()) continue;
    const std::size_t lost = promised.turns - life.steps[i].turns;
    if (lost > 0) return {Trouble::kLost, fmt::format("{} turns lost: {}", lost, what), lost};
  }
  return {is_other_epoch ? Trouble::kEpoch : Trouble::kHalf, what, 0};
}

Verdict check_numbers(storage::Database& database, const World& found) {
  ports::Turn turn;
  for (const domain::Stream stream : domain::kStreams)
    turn.envelopes.push_back({stream, "t", "device/d", {}, "{}"});
  auto written = database.write({{&turn}, {}}, {});
  if (!written) return {Trouble::kUnreadable, "one more turn: " + written.error().what, 0};
  for (const auto& chunk : *written) {
    const std::uint64_t last = found.last.at(domain::index_of(chunk->stream));
    if (chunk->first == last + 1) continue;
    return {
        Trouble::kNumberTwice,
        fmt::format("stream {}: {} given out after {}", name(chunk->stream), chunk->first, last),
        0};
  }
  return {};
}

}  // namespace

Verdict judge(const Life& life, std::size_t count, const Files& left,
              const std::string& directory) {
  write_directory(directory, with_stale_shm(left));
  storage::DatabaseOptions options;
  options.path = directory + "/" + kDatabase;
  options.ballast_bytes = 0;
  auto database = storage::Database::open(options);
  if (!database) return {Trouble::kUnreadable, database.error().what, 0};
  if (auto checked = check_integrity(*database, options.path); !checked)
    return {Trouble::kUnreadable, checked.error().what, 0};
  auto found = read_world(*database, options.path);
  if (!found) return {Trouble::kUnreadable, found.error().what, 0};
  const std::size_t acknowledged = acknowledged_step(life, count);
  const std::size_t next = acknowledged + 1;
  const bool is_as_promised = difference(life.steps[acknowledged].after, *found).empty();
  const bool is_next = next < life.steps.size() && life.steps[next].begun <= count &&
                       difference(life.steps[next].after, *found).empty();
  if (!is_as_promised && !is_next) return blame(life, acknowledged, *found);
  return check_numbers(*database, *found);
}

}  // namespace linli::powercut
