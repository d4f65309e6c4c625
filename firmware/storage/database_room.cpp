#include <algorithm>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/storage/ballast.hpp"
#include "firmware/storage/database.hpp"
#include "firmware/storage/page_size.hpp"

// How a database stays writable when the disk is full and stays so, whoever else writes to it:
//
//  - The file has blocks for all the pages it may have (max_page_count follows what is allocated, a
//    chunk at a time), so that a checkpoint never needs more room.
//  - The WAL has its blocks from the start and is written from its beginning again after a
//    checkpoint, so that a commit never needs more room.
//  - Pages of what was dropped are used again.
//
// The ballast is for the start on a disk that is full already.
namespace linli::storage {
namespace {

constexpr std::uint64_t kChunkBytes = 1024 * 1024;
constexpr std::uint64_t kRoomBytes = 1024 * 1024;
// What the WAL comes to between two checkpoints, and a large group on top.
constexpr std::uint64_t kWalBytes = 8 * 1024 * 1024;

// SQLite raises max_page_count to what the file has, so a chunk may not be larger than the limit.
std::uint64_t chunk_of(const DatabaseOptions& options) {
  return std::min(kChunkBytes, options.max_bytes);
}

std::uint64_t whole_chunks(std::uint64_t bytes, std::uint64_t chunk) {
  return std::max<std::uint64_t>(1, (bytes + chunk - 1) / chunk) * chunk;
}

}  // namespace

void Database::settle_size() {
  connection_.grow_in_chunks(static_cast<int>(chunk_of(options_)));
  const auto pages = connection_.value("PRAGMA page_count");
  const std::uint64_t used = pages ? std::strtoull(pages->c_str(), nullptr, 10) * kPageBytes : 0;
  allocated_bytes_ = whole_chunks(used, chunk_of(options_));
  if (auto allocated = connection_.allocate(allocated_bytes_); !allocated)
    base::log::warn("store", "the disk is full", {{"why", allocated.error()}});
  const std::uint64_t most = std::min(allocated_bytes_, options_.max_bytes) / kPageBytes;
  (void)connection_.execute(fmt::format("PRAGMA max_page_count = {}", most).c_str());
}

bool Database::take_more_disk() {
  if (allocated_bytes_ >= options_.max_bytes) return false;
  const std::uint64_t wanted = allocated_bytes_ + chunk_of(options_);
  if (!connection_.allocate(wanted)) return false;
  allocated_bytes_ = wanted;
  const std::uint64_t most = std::min(wanted, options_.max_bytes) / kPageBytes;
  return connection_.execute(fmt::format("PRAGMA max_page_count = {}", most).c_str()).has_value();
}

// A checkpoint cuts off chunks that were taken and not used: what is counted on must be what is
// there.
void Database::note_room(bool has_room) {
  if (has_room == has_room_) return;
  has_room_ = has_room;
  settle_size();
}

base::Result<std::vector<ports::ChunkPtr>> Database::write_making_room(
    const Group& group, const domain::EventTime& now) {
  constexpr int kRooms = 16;
  auto written = write(group, now);
  for (int tries = 0; !written && written.error().code == base::Code::kFull && tries < kRooms;
       ++tries) {
    auto room = make_room(now);
    if (!room || !*room) break;
    written = write(group, now);
  }
  return written;
}

base::Result<bool> Database::make_room(const domain::EventTime& now) {
  if (take_more_disk()) return true;
  (void)connection_.checkpoint(Connection::Wal::kKept);
  if (const auto history = drop_history(); history && *history) return true;
  auto dropped = drop_least_important(now);
  if (dropped || dropped.error().code != base::Code::kFull) return dropped;
  remove_ballast(options_.path);
  ballast_is_gone_ = true;
  return drop_least_important(now);
}

base::Result<bool> Database::drop_least_important(const domain::EventTime& now) {
  for (auto stream = domain::kStreams.rbegin(); stream != domain::kStreams.rend(); ++stream) {
    if (streams_.at(domain::index_of(*stream)).bytes == 0) continue;
    auto dropped = drop_of(*stream, now);
    if (!dropped) return base::failure_of(std::move(dropped));
    if (*dropped == 0) continue;
    base::log::error("store",
                     "the disk or the quota is full: the oldest of the least important was dropped",
                     {{"stream", domain::name(*stream)}, {"events", *dropped}});
    return true;
  }
  return false;
}

base::Result<std::uint64_t> Database::drop_of(domain::Stream stream, const domain::EventTime& now) {
  Streams streams = streams_;
  if (auto begun = connection_.execute("BEGIN IMMEDIATE"); !begun)
    return base::failure_of(std::move(begun));
  journal_.begin();
  auto dropped = drop_oldest(stream, kRoomBytes, "disk_full", now, streams);
  base::Result<void> ended;
  if (dropped) ended = write_streams(streams_, streams);
  if (dropped && ended) ended = connection_.execute("COMMIT");
  journal_.settle(dropped && ended);
  if (!dropped || !ended) {
    (void)connection_.execute("ROLLBACK");
    if (!dropped) return dropped;
    return base::failure_of(std::move(ended));
  }
  streams_ = streams;
  return dropped;
}

void Database::restore_ballast() {
  ballast_is_gone_ = false;
  if (options_.ballast_bytes == 0) return;
  reserve(options_.path + "-wal", kWalBytes);
  write_ballast(options_.path, options_.ballast_bytes);
}

}  // namespace linli::storage
