#include "firmware/storage/salvage.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/storage/ballast.hpp"

namespace linli::storage {
namespace {

using domain::Stream;

constexpr std::size_t kRowsPerTurn = 200;

// Moves the file and its WAL, which belongs to it, to the first free name.
base::Result<std::string> put_aside(const std::string& path) {
  for (int n = 1; n < 1000; ++n) {
    const std::string aside = fmt::format("{}.corrupt.{}", path, n);
    if (access(aside.c_str(), F_OK) == 0) continue;
    if (std::rename(path.c_str(), aside.c_str()) != 0) {
      return base::fail(base::Code::kInternal, "cannot put {} aside: {}", path,
                        std::strerror(errno));
    }
    std::rename((path + "-wal").c_str(), (aside + "-wal").c_str());
    unlink((path + "-shm").c_str());
    return aside;
  }
  return base::fail(base::Code::kInternal, "too many damaged databases beside {}: remove some",
                    path);
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

}  // namespace

base::Result<Database> quarantine_and_salvage(const DatabaseOptions& options,
                                              const domain::EventTime& now) {
  auto aside = put_aside(options.path);
  if (!aside) return base::failure_of(std::move(aside));
  auto database = Database::open(options);
  if (!database) return database;
  auto old = Connection::open(*aside, {.read_only = false, .vfs = options.vfs});
  std::size_t carried = 0;
  std::size_t state_rows = 0;
  if (old) {
    const OldState state = read_state(*old);
    Carrier carrier(*database, now);
    if (auto done = carrier.state(state); !done)
      return base::failure_of(std::move(done), "salvage");
    if (auto done = carrier.events(read_outbox(*old)); !done)
      return base::failure_of(std::move(done), "salvage");
    carried = carrier.carried();
    state_rows = state.size();
  }
  base::log::error("store", "the database was damaged: what could be read was carried over",
                   {{"kept_as", *aside},
                    {"events", carried},
                    {"state_rows", state_rows},
                    {"new_epoch", database->epoch()}});
  return database;
}

base::Result<Database> open_or_salvage(const DatabaseOptions& options,
                                       const domain::EventTime& now) {
  auto database = Database::open(options);
  if (!database && database.error().code == base::Code::kFull) {
    remove_ballast(options.path);
    database = Database::open(options);
  }
  if (database) {
    if (auto checked = database->check(); checked) return database;
  } else if (database.error().code != base::Code::kCorrupt) {
    return database;
  }
  return quarantine_and_salvage(options, now);
}

}  // namespace linli::storage
