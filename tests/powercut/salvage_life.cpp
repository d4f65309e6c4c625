#include "tests/powercut/salvage_life.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "firmware/storage/sqlite_store.hpp"
#include "tests/fakes/post_loop.hpp"
#include "tests/powercut/recording_vfs.hpp"

namespace linli::powercut {
namespace {

constexpr std::size_t kPage = 1024;
constexpr char kTableLeaf = 0x0D;
constexpr const char* kNewKey = "after the salvage";

storage::StoreOptions store_options(const std::string& directory, const std::string& vfs) {
  storage::StoreOptions options;
  options.database.path = directory + "/" + kDatabase;
  options.database.ballast_bytes = 0;
  options.database.vfs = vfs;
  return options;
}

base::Result<std::unique_ptr<storage::SqliteStore>> open(base::Loop& loop,
                                                         const std::string& directory,
                                                         const std::string& vfs = "") {
  return storage::SqliteStore::open(loop, store_options(directory, vfs),
                                    [] { return domain::EventTime{}; });
}

bool is_damaged(const std::string& directory, const Files& files) {
  write_directory(directory, files);
  auto database = storage::Database::open(store_options(directory, "").database);
  return !database || !database->check();
}

using Events = std::multiset<std::pair<std::size_t, std::string>>;  // stream, data

// What the store says of itself is no event of a device.
bool is_own_report(std::string_view type) {
  return type == domain::kGapEvent || type == domain::kLossEvent || type == domain::kRecoveredEvent;
}

Events events_of(const World& world) {
  Events events;
  for (const domain::Stream stream : domain::kStreams) {
    for (const Row& row : world.outbox.at(domain::index_of(stream))) {
      domain::RecordReader reader(row.records, stream);
      while (!reader.at_end()) {
        auto envelope = reader.next();
        if (!envelope || is_own_report(envelope->type)) continue;
        events.emplace(domain::index_of(stream), envelope->data);
      }
    }
  }
  return events;
}

// Starts as the product does, stops, and reads what is there then.
base::Result<World> start_and_read(const std::string& directory) {
  fakes::PostLoop loop;
  auto store = open(loop, directory);
  if (!store) return base::failure_of(std::move(store));
  store->reset();
  const auto options = store_options(directory, "").database;
  auto database = storage::Database::open(options);
  if (!database) return base::failure_of(std::move(database));
  if (auto checked = database->check(); !checked) return base::failure_of(std::move(checked));
  return read_world(*database, options.path);
}

// Overwrites a leaf of the outbox that stands in the database alone: what the WAL has newer would
// hide it, and a leaf of the journal costs no event that waits.
bool damage(const std::string& directory, std::size_t events, Files& files) {
  std::string& content = files[kDatabase];
  for (std::size_t at = content.size() / kPage; at-- > 1;) {
    if (content[at * kPage] != kTableLeaf) continue;
    Files damaged = files;
    damaged[kDatabase].replace(at * kPage, kPage, kPage, 'Z');
    if (!is_damaged(directory, damaged)) continue;
    write_directory(directory, damaged);
    const auto readable = start_and_read(directory);
    if (!readable || events_of(*readable).size() == events) continue;
    files = std::move(damaged);
    return true;
  }
  return false;
}

bool commit_one(fakes::PostLoop& loop, storage::SqliteStore& store) {
  std::optional<bool> is_good;
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kMeta, kNewKey, "1"});
  store.commit(std::move(turn),
               [&is_good](const base::Result<void>& result) { is_good = result.has_value(); });
  return loop.run_until([&is_good] { return is_good.has_value(); }) && *is_good;
}

void record_salvage(SalvageLife& life, const std::string& directory, const Files& damaged) {
  write_directory(directory, damaged);
  Recorder recorder(directory);
  fakes::PostLoop loop;
  auto store = open(loop, directory, kVfsName);
  if (!store || !commit_one(loop, **store)) {
    life.trouble = store ? "no commit after the salvage" : store.error().what;
    return;
  }
  life.acknowledged = recorder.count();
  life.recording = recorder.take();
}

}  // namespace

SalvageLife live_with_damage(const LifeOptions& options) {
  const Life healthy = live(options);
  Random unused;
  const std::size_t end = healthy.recording.operations.size();
  Files files = disk_after_cut(healthy.recording, end, {1, 1}, unused);
  SalvageLife life;
  life.events_before = events_of(healthy.steps.back().after).size();
  if (!damage(options.directory, life.events_before, files)) {
    life.trouble = "nothing to damage";
    return life;
  }
  write_directory(options.directory, files);
  auto readable = start_and_read(options.directory);
  if (!readable) {
    life.trouble = readable.error().what;
    return life;
  }
  life.readable = *std::move(readable);
  life.events_readable = events_of(life.readable).size();
  record_salvage(life, options.directory, files);
  return life;
}

Verdict judge_salvage(const SalvageLife& life, std::size_t count, const Files& left,
                      const std::string& directory) {
  write_directory(directory, left);
  auto found = start_and_read(directory);
  if (!found) return {Trouble::kUnreadable, found.error().what, 0};
  const Events wanted = events_of(life.readable);
  const Events there = events_of(*found);
  std::size_t lost = 0;
  for (const auto& event : wanted) lost += there.count(event) < wanted.count(event) ? 1U : 0U;
  for (const auto& [place, value] : life.readable.state) {
    const auto row = found->state.find(place);
    lost += row == found->state.end() || row->second != value ? 1U : 0U;
  }
  if (lost > 0) return {Trouble::kLost, fmt::format("{} readable rows lost", lost), lost};
  const bool has_new = found->state.contains({ports::Space::kMeta, kNewKey});
  if (count >= life.acknowledged && !has_new)
    return {Trouble::kLost, "the turn after the salvage is lost", 1};
  return {};
}

}  // namespace linli::powercut
