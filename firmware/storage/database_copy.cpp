#include "firmware/storage/database_copy.hpp"

#include <unistd.h>

#include <filesystem>

#include "firmware/base/bytes.hpp"
#include "firmware/base/number.hpp"
#include "firmware/domain/envelope.hpp"
#include "firmware/ports/spaces_of_people.hpp"
#include "firmware/storage/new_epoch.hpp"
#include "firmware/storage/row_format.hpp"
#include "firmware/storage/schema.hpp"
#include "firmware/storage/sqlite.hpp"
#include "firmware/storage/store_files.hpp"

namespace linli::storage {
namespace {

using base::Code;

constexpr const char* kPendingSettings = "pending_settings";  // core::PendingSettings

// Who was signed in or invited then is not to be so again, and no change of settings waits.
base::Result<void> forget(Connection& connection) {
  auto space = connection.prepare("DELETE FROM state WHERE space = ?1");
  if (!space) return base::failure_of(std::move(space));
  for (const ports::Space each : ports::kSpacesOfEntry) {
    if (auto done = space->bind(1, static_cast<std::int64_t>(each)).run(); !done) return done;
  }
  auto row = connection.prepare("DELETE FROM state WHERE space = ?1 AND key = ?2");
  if (!row) return base::failure_of(std::move(row));
  row->bind(1, static_cast<std::int64_t>(ports::Space::kMeta)).bind_text(2, kPendingSettings);
  return row->run();
}

base::Result<std::string> with_origins(const std::string& records, const std::string& epoch,
                                       std::int64_t position) {
  const auto stream = domain::kStreams.at(static_cast<std::size_t>(position >> 56));
  std::uint64_t seq = seq_of(position);
  domain::RecordReader reader(records, stream);
  std::string out;
  while (!reader.at_end()) {
    auto envelope = reader.next();
    if (!envelope) return base::failure_of(std::move(envelope));
    if (envelope->origin.empty()) envelope->origin = domain::event_id(epoch, stream, seq);
    domain::append_record(out, *envelope);
    ++seq;
  }
  return out;
}

base::Result<void> mark_origins(Connection& connection, const std::string& epoch) {
  auto rows = connection.prepare(
      "SELECT position, records FROM outbox WHERE position > ?1 AND gap_reason IS NULL "
      "ORDER BY position LIMIT 1");
  if (!rows) return base::failure_of(std::move(rows));
  auto update = connection.prepare("UPDATE outbox SET records = ?2 WHERE position = ?1");
  if (!update) return base::failure_of(std::move(update));
  std::int64_t after = -1;
  for (;;) {
    auto row = rows->bind(1, after).step();
    if (!row) return base::failure_of(std::move(row));
    if (!*row) return {};
    after = rows->integer(0);
    auto records = with_origins(rows->text(1), epoch, after);
    rows->reset();
    if (!records) return base::failure_of(std::move(records));
    if (auto done = update->bind(1, after).bind_blob(2, *records).run(); !done) return done;
  }
}

base::Result<std::string> renew(Connection& connection) {
  auto old = connection.value("SELECT value FROM identity WHERE name = 'epoch'");
  if (!old) return old;
  std::string epoch = make_epoch();
  if (epoch.empty()) return base::fail(Code::kInternal, "no randomness for a new epoch");
  if (auto marked = mark_origins(connection, *old); !marked)
    return base::failure_of(std::move(marked));
  auto update = connection.prepare("UPDATE identity SET value = ?1 WHERE name = 'epoch'");
  if (!update) return base::failure_of(std::move(update));
  if (auto done = update->bind_text(1, epoch).run(); !done)
    return base::failure_of(std::move(done));
  if (auto done = forget(connection); !done) return base::failure_of(std::move(done));
  // The broker's session is another one by now.
  if (auto done = connection.execute("DELETE FROM mark"); !done)
    return base::failure_of(std::move(done));
  return epoch;
}

}  // namespace

base::Result<void> copy_database(const std::string& from, const std::string& to) {
  auto connection = Connection::open(from, {.read_only = true, .vfs = ""});
  if (!connection) return base::failure_of(std::move(connection));
  auto vacuum = connection->prepare("VACUUM INTO ?1");
  if (!vacuum) return base::failure_of(std::move(vacuum));
  return vacuum->bind_text(1, to).run();
}

base::Result<DatabaseFacts> check_copy(const std::string& path) {
  auto connection = Connection::open(path, {.read_only = true, .vfs = ""});
  if (!connection) return base::failure_of(std::move(connection));
  auto verdict = connection->value("PRAGMA quick_check(1)");
  if (!verdict || *verdict != "ok") {
    return base::fail(Code::kCorrupt, "the database in the archive is damaged: {}",
                      verdict ? *verdict : verdict.error().what);
  }
  DatabaseFacts facts;
  auto version = connection->value("PRAGMA user_version");
  if (!version) return base::failure_of(std::move(version));
  facts.schema = base::parse_number<int>(*version).value_or(0);
  if (facts.schema > newest_schema()) {
    return base::fail(Code::kUnsupported,
                      "a newer linlid wrote the database in the archive (schema {}, this one knows "
                      "{}): install that version first",
                      facts.schema, newest_schema());
  }
  auto epoch = connection->value("SELECT value FROM identity WHERE name = 'epoch'");
  if (!epoch) return base::failure_of(std::move(epoch));
  facts.epoch = *std::move(epoch);
  auto events = connection->value("SELECT count(*) FROM outbox");
  if (!events) return base::failure_of(std::move(events));
  facts.events = base::parse_number<std::uint64_t>(*events).value_or(0);
  return facts;
}

base::Result<std::string> renew_copy(const std::string& path) {
  std::string epoch;
  {
    auto connection = Connection::open(path, {.read_only = false, .vfs = ""});
    if (!connection) return base::failure_of(std::move(connection));
    // Without a log beside it: the file alone is put in place.
    if (auto set = connection->pragma("PRAGMA journal_mode = DELETE", "delete"); !set)
      return base::failure_of(std::move(set));
    if (auto migrated = migrate(*connection); !migrated)
      return base::failure_of(std::move(migrated));
    if (auto begun = connection->execute("BEGIN IMMEDIATE"); !begun)
      return base::failure_of(std::move(begun));
    auto renewed = renew(*connection);
    if (!renewed) return renewed;
    if (auto done = connection->execute("COMMIT"); !done) return base::failure_of(std::move(done));
    epoch = *std::move(renewed);
  }
  if (auto synced = sync_file(path); !synced) return base::failure_of(std::move(synced));
  return epoch;
}

base::Result<void> replace_database(const std::string& from, const std::string& to) {
  std::error_code ignored;
  if (!std::filesystem::exists(from, ignored)) return {};
  LockFile lock;
  if (auto taken = lock.take(to + ".lock"); !taken) return taken;
  const std::string aside = to + ".before-restore";
  if (std::filesystem::exists(to, ignored)) {
    for (const char* suffix : {"-wal", "-shm", ""}) unlink((aside + suffix).c_str());
    // The log first: a database without it is an older one, a log without its database nothing.
    for (const char* suffix : {"-wal", ""}) {
      if (auto moved = rename_if_there(to + suffix, aside + suffix); !moved) return moved;
    }
  }
  for (const char* suffix : {"-wal", "-shm"}) unlink((to + suffix).c_str());
  if (auto moved = rename_if_there(from, to); !moved) return moved;
  return sync_directory_of(to);
}

}  // namespace linli::storage
