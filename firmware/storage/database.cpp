#include "firmware/storage/database.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <span>
#include <unordered_map>
#include <utility>

#include "firmware/storage/page_size.hpp"

namespace linli::storage {
namespace {

using domain::Stream;
using ports::ChunkPtr;
using ports::OutboxChunk;

constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr std::size_t kChunkEvents = 500;
constexpr std::int64_t kKeptMarkRows = 4096;
constexpr std::int64_t kPruneEvery = 512;

std::int64_t end_of(Stream stream) {
  return position_of(stream, 0) + (1LL << 56);
}

std::string marks_blob(const std::vector<const ports::Turn*>& turns) {
  std::string blob;
  for (const ports::Turn* turn : turns) {
    if (turn->forget_marks) blob.clear();
    for (const ports::InflightMark& mark : turn->marks) {
      for (unsigned shift = 0; shift < 16; shift += 8)
        blob.push_back(static_cast<char>(mark.message_id >> shift));
      for (unsigned shift = 0; shift < 64; shift += 8)
        blob.push_back(static_cast<char>(mark.digest >> shift));
    }
  }
  return blob;
}

// The last word on each key in a group: later turns overwrite earlier ones.
using LastWords = std::unordered_map<std::string, const std::string*>;

LastWords last_words(const std::vector<const ports::Turn*>& turns) {
  LastWords words;
  const auto key_of = [](ports::Space space, const std::string& key) {
    return static_cast<char>(space) + key;
  };
  for (const ports::Turn* turn : turns) {
    for (const auto& put : turn->puts) words[key_of(put.space, put.key)] = &put.value;
    for (const auto& erase : turn->erasures) words[key_of(erase.space, erase.key)] = nullptr;
  }
  return words;
}

using Envelopes = std::vector<const domain::Envelope*>;
using EnvelopesLeft = std::span<const domain::Envelope* const>;

Envelopes envelopes_of(const Group& group, Stream stream) {
  Envelopes found;
  for (const ports::Turn* turn : group.turns) {
    for (const domain::Envelope& envelope : turn->envelopes) {
      if (envelope.stream == stream) found.push_back(&envelope);
    }
  }
  return found;
}

// One row, numbered from `first`: as many of `left` as fit, which are then taken off it.
OutboxChunk fill_chunk(Stream stream, std::uint64_t first, EnvelopesLeft& left) {
  OutboxChunk chunk{stream, first, first, {}, {}, {}};
  std::size_t events = 0;
  while (events < left.size() && events < kChunkEvents && chunk.records.size() < kChunkBytes)
    domain::append_record(chunk.records, *left[events++]);
  chunk.last = first + events - 1;
  left = left.subspan(events);
  return chunk;
}

}  // namespace

base::Result<std::vector<ChunkPtr>> Database::write(const Group& group,
                                                    const domain::EventTime& now) {
  auto written = try_to_write(group, now);
  note_room(written || written.error().code != base::Code::kFull);
  return written;
}

base::Result<std::vector<ChunkPtr>> Database::try_to_write(const Group& group,
                                                           const domain::EventTime& now) {
  std::vector<ChunkPtr> appended;
  Streams streams = streams_;
  AuditEnd audit = audit_;
  if (auto begun = connection_.execute("BEGIN IMMEDIATE"); !begun)
    return base::failure_of(std::move(begun));
  journal_.begin();
  auto written = write_all(group, now, streams, appended);
  if (written) written = write_audit(group, audit);
  if (written) written = connection_.execute("COMMIT");
  journal_.settle(written.has_value());
  if (!written) {
    (void)connection_.execute("ROLLBACK");
    return base::failure_of(std::move(written));
  }
  streams_ = streams;
  audit_ = std::move(audit);
  return appended;
}

base::Result<void> Database::write_all(const Group& group, const domain::EventTime& now,
                                       Streams& streams, std::vector<ChunkPtr>& appended) {
  const Streams before = streams;
  if (auto done = write_state(group); !done) return done;
  if (auto done = write_marks(group); !done) return done;
  if (auto done = append(group, streams, appended); !done) return done;
  if (auto done = write_samples(group); !done) return done;
  if (auto done = journal_.keep_bounds(); !done) return done;
  if (auto done = accept(group, streams); !done) return done;
  if (auto done = keep_quota(now, streams); !done) return done;
  return write_streams(before, streams);
}

base::Result<void> Database::write_state(const Group& group) {
  for (const auto& [space_and_key, value] : last_words(group.turns)) {
    const auto space = std::int64_t{static_cast<unsigned char>(space_and_key.front())};
    const std::string_view key = std::string_view(space_and_key).substr(1);
    Statement& statement = value == nullptr ? sql_.erase : sql_.put;
    statement.bind(1, space).bind_text(2, key);
    if (value != nullptr) statement.bind_blob(3, *value);
    if (auto done = statement.run(); !done) return done;
  }
  return {};
}

base::Result<void> Database::write_marks(const Group& group) {
  const bool forget = std::any_of(group.turns.begin(), group.turns.end(),
                                  [](const ports::Turn* turn) { return turn->forget_marks; });
  if (forget) {
    if (auto done = sql_.forget_marks.run(); !done) return done;
  }
  const std::string blob = marks_blob(group.turns);
  if (blob.empty()) return {};
  const std::int64_t id = next_mark_++;
  if (auto done = sql_.mark.bind(1, id).bind_blob(2, blob).run(); !done) return done;
  if (id % kPruneEvery != 0) return {};
  return sql_.prune_marks.bind(1, id - kKeptMarkRows).run();
}

base::Result<void> Database::append(const Group& group, Streams& streams,
                                    std::vector<ChunkPtr>& appended) {
  for (const Stream stream : domain::kStreams) {
    const Envelopes envelopes = envelopes_of(group, stream);
    EnvelopesLeft left(envelopes);
    while (!left.empty()) {
      ports::StreamStats& stats = streams.at(domain::index_of(stream));
      const EnvelopesLeft from = left;
      OutboxChunk chunk = fill_chunk(stream, stats.last + 1, left);
      std::uint64_t seq = chunk.first;
      stats.last = chunk.last;
      if (auto done = append_chunk(std::move(chunk), streams, appended); !done) return done;
      for (const domain::Envelope* envelope : from.first(from.size() - left.size())) {
        auto done = journal_.keep(*envelope, domain::event_id(epoch_, stream, seq++));
        if (!done) return done;
      }
    }
  }
  return {};
}

base::Result<void> Database::append_chunk(OutboxChunk chunk, Streams& streams,
                                          std::vector<ChunkPtr>& appended) {
  sql_.append.bind(1, position_of(chunk.stream, chunk.first))
      .bind(2, static_cast<std::int64_t>(chunk.last))
      .bind_blob(3, chunk.records);
  if (auto done = sql_.append.run(); !done) return done;
  streams.at(domain::index_of(chunk.stream)).bytes += chunk.records.size() + kRowOverhead;
  appended.push_back(std::make_shared<const OutboxChunk>(std::move(chunk)));
  return {};
}

base::Result<void> Database::accept(const Group& group, Streams& streams) {
  for (const Stream stream : domain::kStreams) {
    const std::uint64_t upto = group.accepted.at(domain::index_of(stream));
    ports::StreamStats& stats = streams.at(domain::index_of(stream));
    if (upto < stats.first) continue;
    sql_.accept.bind(1, position_of(stream, 0))
        .bind(2, end_of(stream))
        .bind(3, static_cast<std::int64_t>(upto));
    for (auto row = sql_.accept.step();; row = sql_.accept.step()) {
      if (!row) return base::failure_of(std::move(row));
      if (!*row) break;
      const auto bytes = static_cast<std::uint64_t>(sql_.accept.integer(0)) + kRowOverhead;
      stats.bytes -= std::min(stats.bytes, bytes);
    }
    auto first = sql_.range.bind(1, position_of(stream, 0)).bind(2, end_of(stream)).step();
    if (!first) return base::failure_of(std::move(first));
    stats.first = sql_.range.is_null(0) ? stats.last + 1 : seq_of(sql_.range.integer(0));
    sql_.range.reset();
  }
  return {};
}

base::Result<void> Database::keep_quota(const domain::EventTime& now, Streams& streams) {
  for (const Stream stream : domain::kStreams) {
    const std::uint64_t quota = options_.quota_bytes.at(domain::index_of(stream));
    const std::uint64_t held = streams.at(domain::index_of(stream)).bytes;
    if (quota == 0 || held <= quota) continue;
    // A tenth more than needed, so that a full stream does not drop with every commit.
    auto dropped = drop_oldest(stream, held - quota + quota / 10, "quota", now, streams);
    if (!dropped) return base::failure_of(std::move(dropped));
  }
  return {};
}

base::Result<std::uint64_t> Database::drop_oldest(Stream stream, std::uint64_t at_least_bytes,
                                                  const char* reason, const domain::EventTime& now,
                                                  Streams& streams) {
  std::uint64_t bytes = 0;
  std::uint64_t count = 0;
  std::uint64_t events = 0;
  std::int64_t first = -1;
  std::int64_t end = -1;
  std::uint64_t last = 0;
  Statement& rows = sql_.drop_candidates.bind(1, position_of(stream, 0)).bind(2, end_of(stream));
  while (bytes < at_least_bytes) {
    auto row = rows.step();
    if (!row) return base::failure_of(std::move(row));
    if (!*row) break;
    if (first < 0) first = rows.integer(0);
    end = rows.integer(0);
    last = static_cast<std::uint64_t>(rows.integer(1));
    const bool is_gap = !rows.is_null(4);
    const std::uint64_t held =
        is_gap ? static_cast<std::uint64_t>(rows.integer(3)) : last - seq_of(end) + 1;
    count += held;
    if (is_gap) continue;
    events += held;
    bytes += static_cast<std::uint64_t>(rows.integer(2)) + kRowOverhead;
  }
  rows.reset();
  if (events == 0) return std::uint64_t{0};
  if (auto done = sql_.drop.bind(1, first).bind(2, end).run(); !done)
    return base::failure_of(std::move(done));
  const std::string when = time_blob(now);
  sql_.gap.bind(1, first)
      .bind(2, static_cast<std::int64_t>(last))
      .bind(3, static_cast<std::int64_t>(count));
  if (auto done = sql_.gap.bind_text(4, reason).bind_blob(5, when).run(); !done) {
    return base::failure_of(std::move(done));
  }
  const domain::Gap gap{stream, seq_of(first), last, count, reason};
  if (auto done = journal_.keep(gap, epoch_, now); !done) return base::failure_of(std::move(done));
  ports::StreamStats& stats = streams.at(domain::index_of(stream));
  stats.bytes -= std::min(stats.bytes, bytes);
  stats.dropped += events;
  return events;
}

// The newest number need not be written with each commit: the outbox itself has it until it is
// empty.
base::Result<void> Database::write_streams(const Streams& before, const Streams& after) {
  for (const Stream stream : domain::kStreams) {
    const ports::StreamStats& was = before.at(domain::index_of(stream));
    const ports::StreamStats& is = after.at(domain::index_of(stream));
    if (is.first == was.first && is.dropped == was.dropped) continue;
    sql_.stream.bind(1, static_cast<std::int64_t>(domain::index_of(stream)))
        .bind(2, static_cast<std::int64_t>(is.last))
        .bind(3, static_cast<std::int64_t>(is.dropped))
        .bind(4, static_cast<std::int64_t>(is.first) - 1);
    if (auto done = sql_.stream.run(); !done) return done;
  }
  return {};
}

base::Result<std::vector<ChunkPtr>> Database::read_outbox(Stream stream, std::uint64_t from,
                                                          std::size_t max_bytes) {
  sql_.read.bind(1, position_of(stream, 0))
      .bind(2, position_of(stream, from))
      .bind(3, end_of(stream));
  sql_.read.bind(4, static_cast<std::int64_t>(from));
  std::vector<ChunkPtr> chunks;
  std::size_t bytes = 0;
  while (chunks.empty() || bytes < max_bytes) {
    auto row = sql_.read.step();
    if (!row) return base::failure_of(std::move(row));
    if (!*row) return chunks;
    chunks.push_back(std::make_shared<const OutboxChunk>(chunk_from_row(stream, sql_.read)));
    bytes += chunks.back()->records.size() + kRowOverhead;
  }
  sql_.read.reset();
  return chunks;
}

OutboxChunk Database::chunk_from_row(Stream stream, const Statement& row) const {
  OutboxChunk chunk;
  chunk.stream = stream;
  chunk.first = seq_of(row.integer(0));
  chunk.last = static_cast<std::uint64_t>(row.integer(1));
  chunk.records = row.text(2);
  if (row.is_null(4)) return chunk;
  chunk.gap = domain::Gap{stream, chunk.first, chunk.last,
                          static_cast<std::uint64_t>(row.integer(3)), row.text(4)};
  chunk.gap_time = time_from_blob(row.text(5));
  return chunk;
}

base::Result<void> Database::check() {
  auto verdict = connection_.value("PRAGMA quick_check(1)");
  if (!verdict) return base::failure_of(std::move(verdict));
  if (*verdict == "ok") return {};
  return base::fail(base::Code::kCorrupt, "quick_check: {}", *verdict);
}

base::Result<void> Database::prove(const domain::EventTime& now) {
  if (auto copied = checkpoint(); !copied) return copied;
  ports::Turn turn;
  // Another value each time, or SQLite would not touch the disk.
  turn.puts.push_back({ports::Space::kMeta, "proof", std::to_string(now.monotonic_ms)});
  auto written = write({{&turn}, {}}, now);
  if (!written) return base::failure_of(std::move(written));
  return {};
}

std::optional<std::uint64_t> Database::good_wal_bytes() const {
  const auto frames = connection_.wal_frames();
  if (!frames) return std::nullopt;
  return *frames == 0 ? 0 : kWalHeaderBytes + *frames * kWalFrameBytes;
}

base::Result<void> Database::checkpoint() {
  return connection_.checkpoint(Connection::Wal::kEmptied);
}

std::uint64_t Database::file_bytes() const {
  std::uint64_t bytes = 0;
  for (const char* suffix : {"", "-wal"}) {
    struct stat status {};
    if (stat((options_.path + suffix).c_str(), &status) == 0)
      bytes += static_cast<std::uint64_t>(status.st_size);
  }
  return bytes;
}

}  // namespace linli::storage
