#include "firmware/storage/sqlite.hpp"

#include <sqlite3.h>

#include <utility>

namespace linli::storage {
namespace {

constexpr int kBusyMs = 5000;

base::Code code_of(int sqlite_code) {
  // The index of the WAL is a file as well, and it is the same disk that has no room for it.
  if (sqlite_code == SQLITE_IOERR_SHMSIZE) return base::Code::kFull;
  switch (sqlite_code & 0xFF) {
    case SQLITE_FULL:
      return base::Code::kFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return base::Code::kCorrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return base::Code::kConflict;
    case SQLITE_INTERRUPT:
      return base::Code::kTimeout;
    default:
      return base::Code::kInternal;
  }
}

int length_of(std::string_view text) {
  return static_cast<int>(text.size());
}

}  // namespace

base::Error error_of(int sqlite_code, std::string_view doing, std::string_view detail) {
  return {code_of(sqlite_code),
          fmt::format("{}: {} ({})", doing, detail, sqlite3_errstr(sqlite_code))};
}

base::Error error_of(sqlite3* db, std::string_view doing) {
  return error_of(sqlite3_extended_errcode(db), doing, sqlite3_errmsg(db));
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}
void Connection::Close::operator()(sqlite3* db) const {
  sqlite3_close_v2(db);
}

Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), index, value);
  return *this;
}

// The caller keeps the bytes until the statement is reset, so SQLite need not copy them.
Statement& Statement::bind_text(int index, std::string_view value) {
  sqlite3_bind_text(statement_.get(), index, value.data(), length_of(value), nullptr);
  return *this;
}

Statement& Statement::bind_blob(int index, std::string_view value) {
  sqlite3_bind_blob(statement_.get(), index, value.empty() ? "" : value.data(), length_of(value),
                    nullptr);
  return *this;
}

base::Result<bool> Statement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  base::Result<bool> answer = false;
  if (result != SQLITE_DONE) {
    sqlite3* const db = sqlite3_db_handle(statement_.get());
    answer = base::Failure(error_of(db, sqlite3_sql(statement_.get())));
  }
  reset();
  return answer;
}

base::Result<void> Statement::run() {
  auto row = step();
  reset();
  if (!row) return base::failure_of(std::move(row));
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const void* const bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr
             ? std::string()
             : std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

base::Result<Connection> Connection::open(const std::string& path, const Options& options) {
  const int flags =
      (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* raw = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &raw, flags,
                                     options.vfs.empty() ? nullptr : options.vfs.c_str());
  Connection connection;
  connection.db_.reset(raw);
  if (result != SQLITE_OK) return base::Failure(error_of(result, "opening " + path, "cannot open"));
  sqlite3_busy_timeout(raw, kBusyMs);
  return connection;
}

base::Result<void> Connection::execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    return base::Failure(error_of(db_.get(), sql));
  }
  return {};
}

base::Result<Statement> Connection::prepare(const char* sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr) !=
      SQLITE_OK) {
    return base::Failure(error_of(db_.get(), sql));
  }
  Statement statement;
  statement.statement_.reset(raw);
  return statement;
}

base::Result<std::string> Connection::value(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return base::failure_of(std::move(statement));
  auto row = statement->step();
  if (!row) return base::failure_of(std::move(row));
  return *row ? statement->text(0) : std::string();
}

base::Result<void> Connection::pragma(const char* sql, std::string_view expected) {
  auto answer = value(sql);
  if (!answer) return base::failure_of(std::move(answer));
  if (*answer == expected) return {};
  return base::fail(base::Code::kInternal, "{} gave '{}', not '{}'", sql, *answer, expected);
}

void Connection::grow_in_chunks(int bytes) {
  sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_CHUNK_SIZE, &bytes);
}

base::Result<void> Connection::allocate(std::uint64_t bytes) {
  auto size = static_cast<sqlite3_int64>(bytes);
  const int result = sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_SIZE_HINT, &size);
  if (result == SQLITE_OK || result == SQLITE_NOTFOUND) return {};
  return base::fail(base::Code::kFull, "no room for a database of {} bytes", bytes);
}

void Connection::interrupt_when(std::function<bool()> is_over) {
  constexpr int kSteps = 1000;
  is_over_ = std::make_unique<std::function<bool()>>(std::move(is_over));
  sqlite3_progress_handler(db_.get(), kSteps, &Connection::on_progress, is_over_.get());
}

int Connection::on_progress(void* is_over) {
  return (*static_cast<std::function<bool()>*>(is_over))() ? 1 : 0;
}

void Connection::watch_wal(int frames) {
  wal_ = std::make_unique<WalWatch>(WalWatch{frames, std::nullopt});
  sqlite3_wal_hook(db_.get(), &Connection::after_commit, wal_.get());
}

// A checkpoint that fails here is no harm: the commit stands, and the next one tries again.
int Connection::after_commit(void* watch, sqlite3* db, const char* name, int frames) {
  auto& wal = *static_cast<WalWatch*>(watch);
  wal.frames = static_cast<std::uint64_t>(frames);
  if (frames < wal.limit) return SQLITE_OK;
  int in_wal = 0;
  int copied = 0;
  const int result =
      sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, &in_wal, &copied);
  if (result == SQLITE_OK && in_wal == copied) wal.frames = 0;
  return SQLITE_OK;
}

base::Result<void> Connection::checkpoint(Wal after) {
  int in_wal = 0;
  int copied = 0;
  const int mode = after == Wal::kKept ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE;
  const int result = sqlite3_wal_checkpoint_v2(db_.get(), "main", mode, &in_wal, &copied);
  if (result != SQLITE_OK) return base::Failure(error_of(db_.get(), "checkpoint"));
  if (wal_) wal_->frames = in_wal == copied ? 0 : static_cast<std::uint64_t>(in_wal);
  return {};
}

std::optional<std::uint64_t> Connection::wal_frames() const {
  return wal_ ? wal_->frames : std::nullopt;
}

int Connection::changes() const {
  return sqlite3_changes(db_.get());
}

}  // namespace linli::storage
