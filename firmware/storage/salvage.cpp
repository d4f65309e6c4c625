#include "firmware/storage/salvage.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/base/log.hpp"
#include "firmware/storage/ballast.hpp"
#include "firmware/storage/damaged_database.hpp"
#include "firmware/storage/salvage_audit.hpp"
#include "firmware/storage/store_files.hpp"

namespace linli::storage {
namespace {

using domain::Stream;

// What one transaction of a salvage takes, about.
constexpr std::size_t kTurnBytes = 1024 * 1024;
constexpr std::size_t kRowBytes = 64;

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

struct Carried {
  std::size_t events = 0;
  std::uint64_t lost = 0;
  std::size_t state_rows = 0;
  std::size_t journal_rows = 0;
  std::string old_epoch;
};

// Writes turns of bounded size into the new database.
class Carrier {
 public:
  Carrier(DamagedDatabase& old, Database& database, const domain::EventTime& now)
      : old_(old), database_(database), now_(now) {
    carried_.old_epoch = old.epoch();
  }

  base::Result<Carried> carry_all() {
    for (auto step : {&Carrier::carry_state, &Carrier::carry_journal, &Carrier::carry_events,
                      &Carrier::note_gaps, &Carrier::tell}) {
      if (auto done = (this->*step)(); !done) return base::failure_of(std::move(done));
    }
    return carried_;
  }

 private:
  base::Result<void> carry_state() {
    for (const auto& [place, value] : old_.state()) {
      turn_.puts.push_back({static_cast<ports::Space>(place.first), place.second, value});
      turn_bytes_ += kRowBytes + place.second.size() + value.size();
      ++carried_.state_rows;
      if (auto done = write_if(kTurnBytes); !done) return done;
    }
    return write_if(1);
  }

  // Before the events that still wait: those stand in it, and are not kept again.
  base::Result<void> carry_journal() {
    std::vector<ports::KeptEvent> events;
    std::size_t bytes = 0;
    const auto write = [this, &events, &bytes] {
      const auto some = std::exchange(events, {});
      bytes = 0;
      auto done = database_.carry_journal(some);
      if (done) carried_.journal_rows += some.size();
      return done;
    };
    auto carried = old_.each_kept_event(
        [&events, &bytes, &write](const ports::KeptEvent& event) -> base::Result<void> {
          bytes += kRowBytes + event.data.size();
          events.push_back(event);
          return bytes < kTurnBytes ? base::Result<void>() : write();
        });
    if (carried) carried = write();
    return unless_full(std::move(carried));
  }

  base::Result<void> note_gaps() { return unless_full(database_.note_gaps(gaps_)); }

  // The past must not keep what is to be delivered from its place.
  static base::Result<void> unless_full(base::Result<void> written) {
    if (written || written.error().code != base::Code::kFull) return written;
    base::log::warn("store", "no room for all of the history", {{"why", written.error()}});
    return {};
  }

  base::Result<void> carry_events() {
    std::array<std::uint64_t, domain::kStreamCount> next{};
    for (const Stream stream : domain::kStreams) {
      if (const auto accepted = old_.accepted(stream))
        next.at(domain::index_of(stream)) = *accepted + 1;
    }
    auto carried =
        old_.each_outbox_row([this, &next](Stream stream, const DamagedDatabase::OutboxRow& row) {
          std::uint64_t& expected = next.at(domain::index_of(stream));
          if (expected != 0) lose(stream, expected, row.first - 1);
          expected = row.last + 1;
          carry_row(stream, row);
          return write_if(kTurnBytes);
        });
    if (!carried) return carried;
    for (const Stream stream : domain::kStreams) {
      const std::uint64_t expected = next.at(domain::index_of(stream));
      if (expected != 0) lose(stream, expected, old_.last(stream));
    }
    return write_if(1);
  }

  void carry_row(Stream stream, const DamagedDatabase::OutboxRow& row) {
    if (row.gap) {
      note(*row.gap, row.gap_time);
      add(domain::loss_of(*row.gap, old_.epoch(), row.gap_time));
      return;
    }
    std::uint64_t seq = row.first;
    for (domain::RecordReader reader(row.records, stream); seq <= row.last && !reader.at_end();
         ++seq) {
      auto envelope = reader.next();
      if (!envelope) break;
      // The platform may have it already, and could not know it under its new number.
      if (envelope->origin.empty() && !old_.epoch().empty())
        envelope->origin = domain::event_id(old_.epoch(), stream, seq);
      add(*std::move(envelope));
      ++carried_.events;
    }
    lose(stream, seq, row.last);
  }

  // As many as are kept; a damaged database has few.
  void note(const domain::Gap& gap, const domain::EventTime& time) {
    if (gaps_.size() >= Journal::kMaxGaps) return;
    gaps_.push_back({0, gap, old_.epoch(), time.unix_ms, time.quality});
  }

  void lose(Stream stream, std::uint64_t first, std::uint64_t last) {
    if (first > last) return;
    const domain::Gap gap{stream, first, last, last - first + 1, "corrupt"};
    note(gap, now_);
    add(domain::loss_of(gap, old_.epoch(), now_));
    carried_.lost += gap.count;
  }

  base::Result<void> tell() {
    std::string data = R"({"old_epoch":)";
    base::append_json_string(data, carried_.old_epoch);
    data += fmt::format(R"(,"events":{},"lost":{},"state_rows":{}}})", carried_.events,
                        carried_.lost, carried_.state_rows);
    add({Stream::kAlarm, std::string(domain::kRecoveredEvent), "gateway", now_, std::move(data)});
    return write_if(1);
  }

  void add(domain::Envelope envelope) {
    turn_bytes_ += kRowBytes + envelope.data.size();
    turn_.envelopes.push_back(std::move(envelope));
  }

  base::Result<void> write_if(std::size_t at_least) {
    if (turn_bytes_ < at_least) return {};
    auto written = database_.write_making_room({{&turn_}, {}}, now_);
    turn_ = {};
    turn_bytes_ = 0;
    if (!written) return base::failure_of(std::move(written));
    return {};
  }

  DamagedDatabase& old_;
  Database& database_;
  const domain::EventTime& now_;
  std::vector<ports::KeptGap> gaps_;
  ports::Turn turn_;
  std::size_t turn_bytes_ = 0;
  Carried carried_;
};

// Closes both when it returns.
base::Result<Carried> carry_over(const DatabaseOptions& from, const DatabaseOptions& to,
                                 const domain::EventTime& now) {
  auto database = Database::open(to);
  if (!database) return base::failure_of(std::move(database));
  DamagedDatabase old(from.path);
  auto carried = Carrier(old, *database, now).carry_all();
  if (!carried) return carried;
  if (auto done = carry_audit(old, *database, to.digest, now); !done)
    return base::failure_of(std::move(done), "audit");
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
                    {"lost", carried->lost},
                    {"state_rows", carried->state_rows},
                    {"journal_rows", carried->journal_rows},
                    {"given_up", "the samples of the charts, and the gaps that were told before"},
                    {"new_epoch", database->epoch()}});
  return database;
}

namespace {

// A failed check closes it again: the salvage must be alone with the file.
base::Result<Database> open_and_check(const DatabaseOptions& options) {
  // Must be looked at before SQLite opens it: it would cut off what it cannot follow.
  if (read_wal(options.path).hides_commits)
    return base::fail(base::Code::kCorrupt, "the write-ahead log is damaged");
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
