#include "firmware/storage/schema.hpp"

#include <array>
#include <utility>

#include "firmware/base/number.hpp"

namespace linli::storage {
namespace {

// A migration is never edited after it was released; a change is a new one.
constexpr std::array kMigrations{
    // 1: the spine.
    R"sql(
      -- One row each for what describes the database itself: its epoch.
      CREATE TABLE identity (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

      -- Keys and values of ports::Space.
      CREATE TABLE state (
        space INTEGER NOT NULL,
        key   TEXT NOT NULL,
        value BLOB NOT NULL,
        PRIMARY KEY (space, key)
      ) STRICT, WITHOUT ROWID;

      -- Events of one stream and commit, or a gap (gap_reason is not NULL and records is empty).
      -- position = stream * 2^56 + first number: each stream appends at its own end of the tree.
      CREATE TABLE outbox (
        position   INTEGER PRIMARY KEY,
        last       INTEGER NOT NULL,
        records    BLOB NOT NULL,
        gap_count  INTEGER NOT NULL DEFAULT 0,
        gap_reason TEXT,
        gap_time   BLOB
      ) STRICT;

      -- The newest number given out in each stream, and what was dropped, for ever.
      CREATE TABLE stream (
        id      INTEGER PRIMARY KEY,
        last    INTEGER NOT NULL,
        dropped INTEGER NOT NULL
      ) STRICT;

      -- The broker messages that the last commits consumed: 10 bytes each (u16 id, u64 digest).
      CREATE TABLE mark (id INTEGER PRIMARY KEY, marks BLOB NOT NULL) STRICT;
    )sql",
    // 2: a damaged database must not tell again what was accepted.
    R"sql(
      -- All numbers up to this one are gone from the outbox, because they were accepted.
      ALTER TABLE stream ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
    )sql",
    // 3: who did what.
    R"sql(
      -- domain::AuditRow: the hash is of the line, and the line holds the hash before it.
      CREATE TABLE audit (seq INTEGER PRIMARY KEY, line TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
    )sql",
    // 4: what people can look back on. Columns tell which table a row is of when a damaged database
    // is read: no two tables have the same, and none of these begins as the outbox does.
    R"sql(
      -- ports::KeptEvent. `upto` is what all rows up to this one came to in bytes.
      CREATE TABLE journal (
        seq          INTEGER PRIMARY KEY,
        id           TEXT NOT NULL,
        class        INTEGER NOT NULL,
        type         TEXT NOT NULL,
        device       TEXT NOT NULL,
        place        TEXT NOT NULL,
        ms           INTEGER NOT NULL,
        quality      INTEGER NOT NULL,
        boot         INTEGER NOT NULL,
        monotonic_ms INTEGER NOT NULL,
        upto         INTEGER NOT NULL,
        data         TEXT NOT NULL
      ) STRICT;

      -- Stretches of an epoch's stream that were dropped or lost.
      CREATE TABLE gap (
        seq     INTEGER PRIMARY KEY,
        reason  TEXT NOT NULL,
        class   INTEGER NOT NULL,
        first   INTEGER NOT NULL,
        last    INTEGER NOT NULL,
        count   INTEGER NOT NULL,
        epoch   TEXT NOT NULL,
        ms      INTEGER NOT NULL,
        quality INTEGER NOT NULL
      ) STRICT;

      -- ports::SamplePut, those of one time beside each other.
      CREATE TABLE sample (
        step    INTEGER NOT NULL,
        start   INTEGER NOT NULL,
        device  TEXT NOT NULL,
        quality INTEGER NOT NULL,
        samples TEXT NOT NULL,
        PRIMARY KEY (step, start, device)
      ) STRICT, WITHOUT ROWID;
    )sql",
};

base::Result<void> apply(Connection& connection, std::size_t index) {
  const std::string version = fmt::format("PRAGMA user_version = {}", index + 1);
  for (const char* sql : {"BEGIN IMMEDIATE", kMigrations.at(index), version.c_str(), "COMMIT"}) {
    if (auto done = connection.execute(sql); !done) {
      (void)connection.execute("ROLLBACK");
      return base::failure_of(std::move(done), fmt::format("migration {}", index + 1));
    }
  }
  return {};
}

}  // namespace

int newest_schema() {
  return static_cast<int>(kMigrations.size());
}

base::Result<void> migrate(Connection& connection) {
  auto version = connection.value("PRAGMA user_version");
  if (!version) return base::failure_of(std::move(version));
  const int found = base::parse_number<int>(*version).value_or(0);
  if (found > newest_schema()) {
    return base::fail(base::Code::kUnsupported,
                      "the database was written by a newer linlid (schema {}, this one knows {}): "
                      "install that version again, nothing was changed",
                      found, newest_schema());
  }
  for (auto index = static_cast<std::size_t>(found); index < kMigrations.size(); ++index) {
    if (auto applied = apply(connection, index); !applied) return applied;
  }
  // A power cut under weaker settings than ours can lose the schema and keep the file.
  auto tables = connection.value(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN "
      "('identity', 'state', 'outbox', 'stream', 'mark', 'audit', 'journal', 'gap', "
      "'sample')");
  if (!tables) return base::failure_of(std::move(tables));
  if (*tables != "9")
    return base::fail(base::Code::kCorrupt, "tables are missing from the database");
  return {};
}

}  // namespace linli::storage
