#include <sys/random.h>

#include <algorithm>
#include <array>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/log.hpp"
#include "firmware/base/number.hpp"
#include "firmware/storage/database.hpp"
#include "firmware/storage/new_epoch.hpp"
#include "firmware/storage/page_size.hpp"
#include "firmware/storage/schema.hpp"

// How a database is opened: settings, migrations, identity, what it holds.
namespace linli::storage {
namespace {

constexpr int kWalFrames = 4000;

}  // namespace

std::string make_epoch() {
  std::array<char, 6> random{};
  if (getrandom(random.data(), random.size(), 0) != std::ssize(random)) return {};
  return base::to_hex({random.data(), random.size()});
}

base::Result<Database> Database::open(const DatabaseOptions& options) {
  Database database;
  database.options_ = options;
  auto connection = Connection::open(options.path, {.read_only = false, .vfs = options.vfs});
  if (!connection) return base::failure_of(std::move(connection));
  database.connection_ = *std::move(connection);
  for (auto step : {&Database::configure, &Database::load_identity, &Database::prepare,
                    &Database::load_streams, &Database::load_audit, &Database::open_history}) {
    if (auto done = (database.*step)(); !done)
      return base::failure_of(std::move(done), options.path);
  }
  return database;
}

base::Result<void> Database::configure() {
  const std::string page_size = fmt::format("PRAGMA page_size = {}", kPageBytes);
  if (auto set = connection_.execute(page_size.c_str()); !set) return set;
  const std::string synchronous = "PRAGMA synchronous = " + options_.synchronous;
  if (auto set = connection_.pragma("PRAGMA journal_mode = WAL", "wal"); !set) return set;
  if (auto set = connection_.execute(synchronous.c_str()); !set) return set;
  const char* const expected = options_.synchronous == "FULL" ? "2" : "1";
  if (auto set = connection_.pragma("PRAGMA synchronous", expected); !set) return set;
  // Debian's SQLite overwrites whole pages of what was deleted: each event would be written twice.
  if (auto set = connection_.pragma("PRAGMA secure_delete = FAST", "2"); !set) return set;
  connection_.watch_wal(kWalFrames);
  // From here on it is known where the WAL's good part ends.
  if (auto copied = connection_.checkpoint(Connection::Wal::kKept); !copied)
    base::log::warn("store", "the WAL stays for now", {{"why", copied.error()}});
  if (auto set = connection_.pragma("PRAGMA journal_size_limit = 8388608", "8388608"); !set)
    return set;
  settle_size();
  if (auto set = connection_.execute("PRAGMA foreign_keys = ON"); !set) return set;
  if (auto set = connection_.pragma("PRAGMA foreign_keys", "1"); !set) return set;
  return migrate(connection_);
}

base::Result<void> Database::load_identity() {
  auto epoch = connection_.value("SELECT value FROM identity WHERE name = 'epoch'");
  if (!epoch) return base::failure_of(std::move(epoch));
  epoch_ = *epoch;
  if (!epoch_.empty()) return {};
  epoch_ = make_epoch();
  if (epoch_.empty()) return base::fail(base::Code::kInternal, "no randomness for a new epoch");
  auto insert = connection_.prepare("INSERT INTO identity (name, value) VALUES ('epoch', ?1)");
  if (!insert) return base::failure_of(std::move(insert));
  return insert->bind_text(1, epoch_).run();
}

base::Result<void> Database::prepare() {
  const std::array<std::pair<Statement*, const char*>, 16> table{{
      {&sql_.put,
       "INSERT INTO state (space, key, value) VALUES (?1, ?2, ?3) "
       "ON CONFLICT (space, key) DO UPDATE SET value = excluded.value"},
      {&sql_.erase, "DELETE FROM state WHERE space = ?1 AND key = ?2"},
      {&sql_.append, "INSERT INTO outbox (position, last, records) VALUES (?1, ?2, ?3)"},
      {&sql_.stream,
       "INSERT INTO stream (id, last, dropped, accepted) VALUES (?1, ?2, ?3, ?4) "
       "ON CONFLICT (id) DO UPDATE SET last = excluded.last, dropped = excluded.dropped, "
       "accepted = excluded.accepted"},
      {&sql_.accept,
       "DELETE FROM outbox WHERE position >= ?1 AND position < ?2 AND last <= ?3 "
       "RETURNING length(records)"},
      {&sql_.range, "SELECT min(position) FROM outbox WHERE position >= ?1 AND position < ?2"},
      {&sql_.read,
       "SELECT position, last, records, gap_count, gap_reason, gap_time FROM outbox "
       "WHERE position >= coalesce((SELECT max(position) FROM outbox WHERE position >= ?1 AND "
       "position <= ?2), ?2) AND position < ?3 AND last >= ?4 ORDER BY position"},
      {&sql_.drop_candidates,
       "SELECT position, last, length(records), gap_count, gap_reason FROM outbox "
       "WHERE position >= ?1 AND position < ?2 ORDER BY position LIMIT 1024"},
      {&sql_.drop, "DELETE FROM outbox WHERE position >= ?1 AND position <= ?2"},
      {&sql_.gap,
       "INSERT INTO outbox (position, last, records, gap_count, gap_reason, gap_time) "
       "VALUES (?1, ?2, x'', ?3, ?4, ?5)"},
      {&sql_.mark, "INSERT INTO mark (id, marks) VALUES (?1, ?2)"},
      {&sql_.prune_marks, "DELETE FROM mark WHERE id <= ?1"},
      {&sql_.forget_marks, "DELETE FROM mark"},
      {&sql_.audit, "INSERT INTO audit (seq, line, hash) VALUES (?1, ?2, ?3)"},
      {&sql_.read_audit, "SELECT seq, line, hash FROM audit WHERE seq >= ?1 ORDER BY seq LIMIT ?2"},
      {&sql_.prune_audit, "DELETE FROM audit WHERE seq < ?1"},
  }};
  for (const auto& [statement, sql] : table) {
    auto prepared = connection_.prepare(sql);
    if (!prepared) return base::failure_of(std::move(prepared));
    *statement = *std::move(prepared);
  }
  return {};
}

base::Result<void> Database::load_streams() {
  auto rows = connection_.prepare(
      "SELECT position >> 56, min(position), max(last), sum(length(records)), count(*) FROM outbox "
      "GROUP BY 1");
  if (!rows) return base::failure_of(std::move(rows));
  auto kept = connection_.prepare("SELECT id, last, dropped FROM stream");
  if (!kept) return base::failure_of(std::move(kept));
  for (auto row = kept->step();; row = kept->step()) {
    if (!row) return base::failure_of(std::move(row));
    if (!*row) break;
    ports::StreamStats& stream = streams_.at(static_cast<std::size_t>(kept->integer(0)));
    stream.last = static_cast<std::uint64_t>(kept->integer(1));
    stream.dropped = static_cast<std::uint64_t>(kept->integer(2));
  }
  for (ports::StreamStats& stream : streams_) stream.first = stream.last + 1;
  for (auto row = rows->step();; row = rows->step()) {
    if (!row) return base::failure_of(std::move(row));
    if (!*row) break;
    ports::StreamStats& stream = streams_.at(static_cast<std::size_t>(rows->integer(0)));
    stream.first = seq_of(rows->integer(1));
    stream.last = std::max(stream.last, static_cast<std::uint64_t>(rows->integer(2)));
    stream.bytes = static_cast<std::uint64_t>(rows->integer(3)) +
                   kRowOverhead * static_cast<std::uint64_t>(rows->integer(4));
  }
  auto mark = connection_.value("SELECT coalesce(max(id), 0) + 1 FROM mark");
  if (!mark) return base::failure_of(std::move(mark));
  next_mark_ = base::parse_number<std::int64_t>(*mark).value_or(0);
  return {};
}

}  // namespace linli::storage
