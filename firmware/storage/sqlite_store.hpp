#pragma once

#include <functional>
#include <memory>
#include <string>

#include "firmware/base/loop.hpp"
#include "firmware/ports/query.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/ports/wall_clock.hpp"
#include "firmware/storage/database.hpp"

namespace linli::storage {

struct StoreOptions {
  DatabaseOptions database;
  base::Duration commit_window = std::chrono::milliseconds(5);  // how long telemetry may wait
};

// ports::Store on one SQLite file with one thread of its own. Destroying it writes what waits,
// closes the file and joins the thread; `done`s that have not run by then never run.
class SqliteStore : public ports::Store {
 public:
  // Opens or creates. A damaged file is put aside as <path>.corrupt.<n> and what can be read of it
  // is carried over. kConflict: another process has it; kUnsupported: a newer linlid wrote it.
  // `time_now` is called on the storage thread, for the time of gap records.
  static base::Result<std::unique_ptr<SqliteStore>> open(
      base::Loop& loop, StoreOptions options, std::function<domain::EventTime()> time_now);

  // Called on the loop when the database was found damaged while running and replaced by what could
  // be read of it, under a new epoch. Nothing more is written: the store must be opened again, and
  // all who know the old epoch with it. Set once, at start.
  virtual void on_replaced(std::function<void()> observer) = 0;

  virtual void set_commit_window(base::Duration window) = 0;
};

// Reads the same file over a read-only connection.
base::Result<std::unique_ptr<ports::Query>> open_query(const std::string& path);

}  // namespace linli::storage
