#include <algorithm>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/base/number.hpp"
#include "firmware/storage/database.hpp"

// What a database keeps for people to look back on, beside what it must deliver.
namespace linli::storage {
namespace {

// The part of a small database that its journal may take.
constexpr std::uint64_t kJournalPart = 8;
// What is given up at once when there is no room.
constexpr std::uint64_t kRoomBytes = 1024 * 1024;
constexpr std::uint64_t kRoomRows = 4096;

}  // namespace

base::Result<void> Database::open_history() {
  Journal::Limits limits = options_.journal;
  limits.bytes = std::min(limits.bytes, options_.max_bytes / kJournalPart);
  if (auto opened = journal_.open(connection_, limits); !opened) return opened;
  return samples_.open(connection_);
}

base::Result<void> Database::write_samples(const Group& group) {
  for (const ports::Turn* turn : group.turns) {
    if (turn->samples.empty()) continue;
    if (auto done = samples_.put(turn->samples); !done) return done;
  }
  return {};
}

base::Result<void> Database::in_transaction(const std::function<base::Result<void>()>& write) {
  if (auto begun = connection_.execute("BEGIN IMMEDIATE"); !begun) return begun;
  journal_.begin();
  auto written = write();
  if (written) written = connection_.execute("COMMIT");
  journal_.settle(written.has_value());
  if (!written) (void)connection_.execute("ROLLBACK");
  return written;
}

base::Result<bool> Database::drop_history() {
  std::uint64_t rows = 0;
  auto dropped = in_transaction([this, &rows]() -> base::Result<void> {
    auto events = journal_.drop_oldest(kRoomBytes);
    if (!events) return base::failure_of(std::move(events));
    auto samples = samples_.drop_oldest(kRoomRows);
    if (!samples) return base::failure_of(std::move(samples));
    rows = *events + *samples;
    return {};
  });
  if (!dropped) return base::failure_of(std::move(dropped));
  if (rows > 0) {
    base::log::warn("store", "the disk or the quota is full: the oldest history was given up",
                    {{"rows", rows}});
  }
  return rows > 0;
}

base::Result<ports::Forgotten> Database::forget(const ports::Forget& what) {
  ports::Forgotten forgotten;
  auto done = in_transaction([this, &what, &forgotten]() -> base::Result<void> {
    auto gone = journal_.forget(what);
    if (!gone) return base::failure_of(std::move(gone));
    forgotten = *gone;
    auto total = count_up(what.tally, forgotten.rows);
    if (!total) return base::failure_of(std::move(total));
    forgotten.total = *total;
    return {};
  });
  if (!done) return base::failure_of(std::move(done));
  return forgotten;
}

// The tally is written with what it counts, so that a power cut makes neither wrong.
base::Result<std::uint64_t> Database::count_up(const std::string& tally, std::uint64_t rows) {
  constexpr auto kSpace = static_cast<std::int64_t>(ports::Space::kRetention);
  auto read = connection_.prepare("SELECT value FROM state WHERE space = ?1 AND key = ?2");
  if (!read) return base::failure_of(std::move(read));
  auto found = read->bind(1, kSpace).bind_text(2, tally).step();
  if (!found) return base::failure_of(std::move(found));
  const std::uint64_t before =
      *found ? base::parse_number<std::uint64_t>(read->text(0)).value_or(0) : 0;
  read->reset();
  if (rows == 0) return before;
  const std::string after = std::to_string(before + rows);
  auto put = sql_.put.bind(1, kSpace).bind_text(2, tally).bind_blob(3, after).run();
  if (!put) return base::failure_of(std::move(put));
  return before + rows;
}

// A new file grows as it is filled.
base::Result<void> Database::in_growing_file(const std::function<base::Result<void>()>& write) {
  constexpr int kChunks = 16;
  auto written = in_transaction(write);
  for (int tries = 0; !written && written.error().code == base::Code::kFull && tries < kChunks;
       ++tries) {
    if (!take_more_disk()) return written;
    written = in_transaction(write);
  }
  return written;
}

base::Result<void> Database::carry_journal(const std::vector<ports::KeptEvent>& events) {
  return in_growing_file([this, &events]() -> base::Result<void> {
    for (const ports::KeptEvent& event : events) {
      if (auto done = journal_.carry(event); !done) return done;
    }
    return journal_.keep_bounds();
  });
}

base::Result<void> Database::note_gaps(const std::vector<ports::KeptGap>& gaps) {
  return in_growing_file([this, &gaps]() -> base::Result<void> {
    for (const ports::KeptGap& each : gaps) {
      const domain::EventTime time{each.unix_ms, each.quality, 0, 0};
      if (auto done = journal_.keep(each.gap, each.epoch, time); !done) return done;
    }
    return {};
  });
}

}  // namespace linli::storage
