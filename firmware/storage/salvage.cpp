#include "firmware/storage/salvage.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/storage/ballast.hpp"
#include "firmware/storage/store_files.hpp"

namespace linli::storage {
namespace {

using domain::Stream;

constexpr std::size_t kRowsPerTurn = 200;

// A database is the file and what SQLite keeps beside it.
constexpr std::array kSuffixes{"", "-wal", "-journal"};

// Under the first name the new database may be incomplete, under the second it is whole.
std::string part_of(const std::string& path) {
  return path + ".salvage.part";
}
std::string whole_of(const std::string& path) {
  return path + ".salvage";
}

bool exists(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

base::Result<std::string> free_name(const std::string& path) {
  for (int n = 1; n < 1000; ++n) {
    const std::string name = fmt::format("{}.corrupt.{}", path, n);
    const bool is_taken =
        std::any_of(kSuffixes.begin(), kSuffixes.end(),
                    [&name](const char* suffix) { return exists(name + suffix); });
    if (!is_taken) return name;
  }
  return base::fail(base::Code::kInternal, "too many damaged databases beside {}: remove some",
                    path);
}

// Nothing of it may stay: SQLite would take an old WAL or journal for the new file's.
base::Result<std::string> put_aside(const std::string& path) {
  auto aside = free_name(path);
  if (!aside) return aside;
  for (const char* suffix : kSuffixes) {
    if (auto done = rename_if_there(path + suffix, *aside + suffix); !done)
      return base::failure_of(std::move(done));
  }
  unlink((path + "-shm").c_str());
  if (auto synced = sync_directory_of(path); !synced) return base::failure_of(std::move(synced));
  return aside;
}

base::Result<void> put_in_place(const std::string& from, const std::string& to) {
  if (auto done = rename_if_there(from, to); !done) return done;
  return sync_directory_of(to);
}

// Reads all rows that `sql` still gives; a damaged page ends it.
template <class Row>
void read_while_good(Connection& connection, const char* sql, Row row) {
  auto statement = connection.prepare(sql);
  if (!statement) return;
  for (auto step = statement->step(); step && *step; step = statement->step()) row(*statement);
}

struct OldRow {
  std::uint64_t last = 0;
  std::string records;
  bool is_gap = false;
};
using OldRows = std::map<std::int64_t, OldRow>;  // by position
using OldState = std::map<std::pair<std::int64_t, std::string>, std::string>;

// From both ends, so that one damaged page costs only itself.
OldRows read_outbox(Connection& old) {
  OldRows rows;
  const auto keep = [&rows](const Statement& row) {
    rows[row.integer(0)] = {static_cast<std::uint64_t>(row.integer(1)), row.text(2),
                            !row.is_null(3)};
  };
  read_while_good(old, "SELECT position, last, records, gap_reason FROM outbox ORDER BY position",
                  keep);
  read_while_good(
      old, "SELECT position, last, records, gap_reason FROM outbox ORDER BY position DESC", keep);
  return rows;
}

OldState read_state(Connection& old) {
  OldState state;
  const auto keep = [&state](const Statement& row) {
    state[{row.integer(0), row.text(1)}] = row.text(2);
  };
  read_while_good(old, "SELECT space, key, value FROM state ORDER BY space, key", keep);
  read_while_good(old, "SELECT space, key, value FROM state ORDER BY space DESC, key DESC", keep);
  return state;
}

// Writes turns of bounded size into the new database.
class Carrier {
 public:
  Carrier(Database& database, const domain::EventTime& now) : database_(database), now_(now) {}

  base::Result<void> state(const OldState& rows) {
    for (const auto& [place, value] : rows) {
      turn_.puts.push_back({static_cast<ports::Space>(place.first), place.second, value});
      if (auto done = write_if(kRowsPerTurn); !done) return done;
    }
    return write_if(1);
  }

  base::Result<void> events(const OldRows& rows) {
    std::array<std::uint64_t, domain::kStreamCount> expected{};
    for (const auto& [position, row] : rows) {
      const auto index = static_cast<std::size_t>(position >> 56);
      if (index >= domain::kStreamCount) continue;
      const Stream stream = domain::kStreams.at(index);
      const std::uint64_t first = seq_of(position);
      std::uint64_t& next = expected.at(index);
      if (next != 0 && first > next) report_lost(stream, next, first - 1);
      if (row.is_gap) report_lost(stream, first, row.last);
      next = row.last + 1;
      copy(stream, row.records);
      if (auto done = write_if(kRowsPerTurn); !done) return done;
    }
    return write_if(1);
  }

  std::size_t carried() const { return carried_; }

 private:
  void report_lost(Stream stream, std::uint64_t first, std::uint64_t last) {
    const domain::Gap gap{stream, first, last, last - first + 1, "corrupt"};
    turn_.envelopes.push_back(domain::envelope_of(gap, now_));
  }

  void copy(Stream stream, const std::string& records) {
    domain::RecordReader reader(records, stream);
    while (!reader.at_end()) {
      auto envelope = reader.next();
      if (!envelope) return;
      turn_.envelopes.push_back(*std::move(envelope));
      ++carried_;
    }
  }

  base::Result<void> write_if(std::size_t at_least) {
    if (turn_.puts.size() + turn_.envelopes.size() < at_least) return {};
    auto written = database_.write({{&turn_}, {}}, now_);
    turn_ = {};
    if (!written) return base::failure_of(std::move(written));
    return {};
  }

  Database& database_;
  const domain::EventTime& now_;
  ports::Turn turn_;
  std::size_t carried_ = 0;
};

struct Carried {
  std::size_t events = 0;
  std::size_t state_rows = 0;
};

// Closes both when it returns.
base::Result<Carried> carry_over(const DatabaseOptions& from, const DatabaseOptions& to,
                                 const domain::EventTime& now) {
  auto database = Database::open(to);
  if (!database) return base::failure_of(std::move(database));
  Carried carried;
  if (auto old = Connection::open(from.path, {.read_only = false, .vfs = from.vfs}); old) {
    const OldState state = read_state(*old);
    Carrier carrier(*database, now);
    if (auto done = carrier.state(state); !done) return base::failure_of(std::move(done));
    if (auto done = carrier.events(read_outbox(*old)); !done)
      return base::failure_of(std::move(done));
    carried = {carrier.carried(), state.size()};
  }
  // The file alone is renamed, so all must be in it.
  if (auto done = database->checkpoint(); !done) return base::failure_of(std::move(done));
  return carried;
}

base::Result<Carried> build_part(const DatabaseOptions& options, const domain::EventTime& now) {
  DatabaseOptions part = options;
  part.path = part_of(options.path);
  for (const char* suffix : kSuffixes) unlink((part.path + suffix).c_str());
  remove_ballast(options.path);  // for a while there are two databases
  return carry_over(options, part, now);
}

}  // namespace

base::Result<void> finish_salvage(const std::string& path) {
  if (!exists(whole_of(path))) return {};
  auto aside = put_aside(path);
  if (!aside) return base::failure_of(std::move(aside));
  base::log::error("store", "the damaged database was put aside", {{"kept_as", *aside}});
  return put_in_place(whole_of(path), path);
}

base::Result<Database> quarantine_and_salvage(const DatabaseOptions& options,
                                              const domain::EventTime& now) {
  auto carried = build_part(options, now);
  if (!carried) return base::failure_of(std::move(carried), "salvage");
  if (auto done = put_in_place(part_of(options.path), whole_of(options.path)); !done)
    return base::failure_of(std::move(done), "salvage");
  if (auto done = finish_salvage(options.path); !done)
    return base::failure_of(std::move(done), "salvage");
  auto database = Database::open(options);
  if (!database) return database;
  base::log::error("store", "the database was damaged: what could be read was carried over",
                   {{"events", carried->events},
                    {"state_rows", carried->state_rows},
                    {"new_epoch", database->epoch()}});
  return database;
}

namespace {

// A failed check closes it again: the salvage must be alone with the file.
base::Result<Database> open_and_check(const DatabaseOptions& options) {
  auto database = Database::open(options);
  if (!database && database.error().code == base::Code::kFull) {
    remove_ballast(options.path);
    database = Database::open(options);
  }
  if (!database) return database;
  if (auto checked = database->check(); !checked)
    return base::fail(base::Code::kCorrupt, "{}", checked.error().what);
  return database;
}

// What a killed process left may have been read just now without being on disk, and a number that
// was sent on must not be given out again after a power cut. Only the WAL can be such: SQLite syncs
// the database before it needs it. (And it must not be opened here: closing it again would drop
// SQLite's locks.)
base::Result<void> sync_what_was_read(const std::string& path) {
  if (auto synced = sync_file(path + "-wal"); !synced) return synced;
  return sync_directory_of(path);
}

}  // namespace

base::Result<Database> open_or_salvage(const DatabaseOptions& options,
                                       const domain::EventTime& now) {
  if (auto finished = finish_salvage(options.path); !finished)
    return base::failure_of(std::move(finished));
  auto database = open_and_check(options);
  if (!database && database.error().code == base::Code::kCorrupt)
    database = quarantine_and_salvage(options, now);
  if (!database) return database;
  if (auto synced = sync_what_was_read(options.path); !synced)
    return base::failure_of(std::move(synced));
  return database;
}

}  // namespace linli::storage
