#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

// A thin fence around SQLite: no sqlite3.h above this folder's .cpp files. One thread at a time.
namespace linli::storage {

// kFull for a full disk or quota, kCorrupt for damaged files, kConflict for a busy database,
// kTimeout if interrupt_when ended it, kInternal for I/O errors and our own mistakes.
base::Error error_of(sqlite3* db, std::string_view doing);
base::Error error_of(int sqlite_code, std::string_view doing, std::string_view detail);

// One prepared statement, to be run many times. Text and blobs that are bound must live until
// reset.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&&) = default;
  Statement& operator=(Statement&&) = default;

  Statement& bind(int index, std::int64_t value);
  Statement& bind_text(int index, std::string_view value);
  Statement& bind_blob(int index, std::string_view value);

  // True while there is a row. After false or an error the statement is reset and may be run again.
  base::Result<bool> step();
  // Runs a statement that gives no rows.
  base::Result<void> run();
  void reset();

  std::int64_t integer(int column) const;
  std::string text(int column) const;  // also blobs
  bool is_null(int column) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Connection {
 public:
  struct Options {
    bool read_only = false;
    std::string vfs;  // empty: the system's
  };

  static base::Result<Connection> open(const std::string& path, const Options& options);
  Connection() = default;
  Connection(Connection&&) = default;
  Connection& operator=(Connection&&) = default;

  base::Result<void> execute(const char* sql);
  base::Result<Statement> prepare(const char* sql);
  // Sets a PRAGMA and checks the value that comes back: a failed PRAGMA is silent otherwise.
  base::Result<void> pragma(const char* sql, std::string_view expected);
  // The single value that `sql` gives.
  base::Result<std::string> value(const char* sql);
  int changes() const;

  // Asked every thousand steps or so of a statement; true ends it.
  void interrupt_when(std::function<bool()> is_over);

  // Commits are followed from here on, and a WAL of `frames` is copied into the file after a
  // commit.
  void watch_wal(int frames);
  enum class Wal { kKept, kEmptied };
  // Copies the WAL into the file. Kept, its blocks stay and are written again from the beginning.
  base::Result<void> checkpoint(Wal after);
  // How many frames of the WAL hold commits that did not fail; nullopt if that is not known yet.
  std::optional<std::uint64_t> wal_frames() const;

  // The file grows and shrinks in whole chunks of this many bytes.
  void grow_in_chunks(int bytes);
  // Gives the file blocks for its first `bytes`, up to the end of a chunk; kFull if there are none.
  base::Result<void> allocate(std::uint64_t bytes);
  bool is_open() const { return db_ != nullptr; }
  void close() { db_.reset(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  struct WalWatch {
    int limit = 0;
    std::optional<std::uint64_t> frames;
  };
  static int on_progress(void* is_over);
  static int after_commit(void* watch, sqlite3* db, const char* name, int frames);

  std::unique_ptr<WalWatch> wal_;  // SQLite keeps its address
  std::unique_ptr<std::function<bool()>> is_over_;
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace linli::storage
