#include "firmware/storage/journal.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

namespace linli::storage {
namespace {

constexpr std::uint64_t kRowBytes = 48;  // what a row costs beside its texts, about
constexpr std::uint64_t kStepRows = 256;
// A group of turns brings at most some thousand events; this is more.
constexpr int kMaxSteps = 32;

std::uint64_t number(std::int64_t stored) {
  return stored < 0 ? 0 : static_cast<std::uint64_t>(stored);
}

std::int64_t stored(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

}  // namespace

base::Result<void> Journal::open(Connection& connection, Limits limits) {
  limits_ = limits;
  const std::array<std::pair<Statement*, const char*>, 7> table{{
      {&sql_.keep,
       "INSERT INTO journal (seq, id, class, type, device, place, ms, quality, boot, monotonic_ms, "
       "upto, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"},
      {&sql_.oldest, "SELECT max(seq) FROM (SELECT seq FROM journal ORDER BY seq LIMIT ?1)"},
      {&sql_.drop,
       "DELETE FROM journal WHERE seq <= ?1 RETURNING length(id) + length(type) + length(device) + "
       "length(place) + length(CAST(data AS BLOB))"},
      {&sql_.forget,
       "DELETE FROM journal WHERE seq > ?1 AND seq <= ?2 AND (?3 >> class) & 1 RETURNING "
       "length(id) + length(type) + length(device) + length(place) + length(CAST(data AS BLOB))"},
      {&sql_.note, "INSERT OR REPLACE INTO identity (name, value) VALUES ('journal', ?1)"},
      {&sql_.gap,
       "INSERT INTO gap (seq, reason, class, first, last, count, epoch, ms, quality) "
       "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},
      {&sql_.drop_gaps, "DELETE FROM gap WHERE seq <= ?1"},
  }};
  for (const auto& [statement, sql] : table) {
    auto prepared = connection.prepare(sql);
    if (!prepared) return base::failure_of(std::move(prepared));
    *statement = *std::move(prepared);
  }
  if (auto loaded = load(connection); !loaded) return loaded;
  return load_gaps(connection);
}

// A journal from which nothing was deleted yet has no note: its first row has what was before it.
base::Result<void> Journal::load(Connection& connection) {
  auto note = connection.prepare("SELECT value FROM identity WHERE name = 'journal'");
  if (!note) return base::failure_of(std::move(note));
  auto is_noted = note->step();
  if (!is_noted) return base::failure_of(std::move(is_noted));
  auto rows = connection.prepare(
      "SELECT first.seq - 1, first.upto - length(first.id) - length(first.type) - "
      "length(first.device) - length(first.place) - length(CAST(first.data AS BLOB)), last.seq, "
      "last.upto FROM (SELECT * FROM journal ORDER BY seq LIMIT 1) AS first, "
      "(SELECT * FROM journal ORDER BY seq DESC LIMIT 1) AS last");
  if (!rows) return base::failure_of(std::move(rows));
  auto has_rows = rows->step();
  if (!has_rows) return base::failure_of(std::move(has_rows));
  ends_ = *is_noted ? ends_of(note->text(0)) : Ends{};
  if (!*has_rows) return {};
  if (!*is_noted) {
    const std::uint64_t before = number(rows->integer(1));
    ends_.last = number(rows->integer(0));
    ends_.upto = before - std::min(before, kRowBytes);
  }
  const std::uint64_t last = number(rows->integer(2));
  const std::uint64_t upto = number(rows->integer(3));
  if (last <= ends_.last) return {};
  ends_.rows += last - ends_.last;
  ends_.bytes += upto - std::min(upto, ends_.upto);
  ends_.last = last;
  ends_.upto = upto;
  return {};
}

base::Result<void> Journal::load_gaps(Connection& connection) {
  auto gaps = connection.prepare("SELECT coalesce(max(seq), 0) FROM gap");
  if (!gaps) return base::failure_of(std::move(gaps));
  auto gap = gaps->step();
  if (!gap) return base::failure_of(std::move(gap));
  ends_.last_gap = number(gaps->integer(0));
  return {};
}

base::Result<void> Journal::keep(const domain::Envelope& envelope, const std::string& id) {
  if (envelope.type == domain::kPropertyEvent || !envelope.origin.empty()) return {};
  ports::KeptEvent event;
  event.id = id;
  event.stream = envelope.stream;
  event.type = envelope.type;
  event.device = domain::device_of(envelope);
  event.place = envelope.place;
  event.unix_ms = envelope.time.unix_ms;
  event.quality = envelope.time.quality;
  event.boot = envelope.time.boot;
  event.monotonic_ms = envelope.time.monotonic_ms;
  event.data = envelope.data;
  return carry(event);
}

base::Result<void> Journal::carry(const ports::KeptEvent& event) {
  const std::uint64_t size = kRowBytes + event.id.size() + event.type.size() + event.device.size() +
                             event.place.size() + event.data.size();
  // Where the clock was right there is nothing to mend, and nothing to store for it.
  const bool is_right = event.quality == domain::TimeQuality::kSynchronised;
  sql_.keep.bind(1, stored(ends_.last + 1))
      .bind_text(2, event.id)
      .bind(3, static_cast<std::int64_t>(domain::index_of(event.stream)))
      .bind_text(4, event.type)
      .bind_text(5, event.device)
      .bind_text(6, event.place)
      .bind(7, event.unix_ms)
      .bind(8, static_cast<std::int64_t>(event.quality))
      .bind(9, is_right ? 0 : static_cast<std::int64_t>(event.boot))
      .bind(10, is_right ? 0 : event.monotonic_ms)
      .bind(11, stored(ends_.upto + size))
      .bind_text(12, event.data);
  if (auto done = sql_.keep.run(); !done) return done;
  ++ends_.last;
  ++ends_.rows;
  ends_.upto += size;
  ends_.bytes += size;
  return {};
}

base::Result<void> Journal::keep(const domain::Gap& gap, const std::string& epoch,
                                 const domain::EventTime& time) {
  const std::uint64_t seq = ends_.last_gap + 1;
  sql_.gap.bind(1, stored(seq))
      .bind_text(2, gap.reason)
      .bind(3, static_cast<std::int64_t>(domain::index_of(gap.stream)))
      .bind(4, stored(gap.first))
      .bind(5, stored(gap.last))
      .bind(6, stored(gap.count))
      .bind_text(7, epoch)
      .bind(8, time.unix_ms)
      .bind(9, static_cast<std::int64_t>(time.quality));
  if (auto done = sql_.gap.run(); !done) return done;
  ends_.last_gap = seq;
  if (seq <= kMaxGaps) return {};
  return sql_.drop_gaps.bind(1, stored(seq - kMaxGaps)).run();
}

base::Result<void> Journal::keep_bounds() {
  for (int step = 0; step < kMaxSteps; ++step) {
    if (rows() <= limits_.rows && bytes() <= limits_.bytes) return {};
    if (auto done = drop_rows(step_rows()); !done) return done;
  }
  return {};
}

base::Result<std::uint64_t> Journal::drop_oldest(std::uint64_t bytes) {
  const Ends before = ends_;
  while (rows() > 0 && before.bytes - ends_.bytes < bytes) {
    if (auto done = drop_rows(step_rows()); !done) return base::failure_of(std::move(done));
  }
  return before.rows - rows();
}

base::Result<ports::Forgotten> Journal::forget(const ports::Forget& what) {
  ports::Forgotten forgotten;
  forgotten.reached = std::min(what.through, what.after + what.stretch);
  std::int64_t classes = 0;
  for (const domain::Stream stream : what.classes)
    classes |= std::int64_t{1} << static_cast<unsigned>(domain::index_of(stream));
  sql_.forget.bind(1, stored(what.after)).bind(2, stored(forgotten.reached)).bind(3, classes);
  auto gone = take_off(sql_.forget);
  if (!gone) return base::failure_of(std::move(gone));
  forgotten.rows = *gone;
  return forgotten;
}

// A small part of what there is, so that a journal of few large rows is not emptied at once.
std::uint64_t Journal::step_rows() const {
  return std::clamp<std::uint64_t>(rows() / 16, 1, kStepRows);
}

base::Result<void> Journal::drop_rows(std::uint64_t count) {
  auto row = sql_.oldest.bind(1, stored(count)).step();
  if (!row) return base::failure_of(std::move(row));
  const std::int64_t seq = sql_.oldest.integer(0);
  sql_.oldest.reset();
  auto gone = take_off(sql_.drop.bind(1, seq));
  if (!gone) return base::failure_of(std::move(gone));
  // Less than was noted: a damaged note must not keep us here.
  if (*gone == 0) ends_.rows = ends_.bytes = 0;
  return {};
}

base::Result<std::uint64_t> Journal::take_off(Statement& statement) {
  std::uint64_t gone = 0;
  for (auto row = statement.step();; row = statement.step()) {
    if (!row) return base::failure_of(std::move(row));
    if (!*row) break;
    ++gone;
    ends_.bytes -= std::min(ends_.bytes, kRowBytes + number(statement.integer(0)));
  }
  ends_.rows -= std::min(ends_.rows, gone);
  if (gone == 0) return gone;
  if (auto noted = note_ends(); !noted) return base::failure_of(std::move(noted));
  return gone;
}

base::Result<void> Journal::note_ends() {
  const std::string note =
      fmt::format("{} {} {} {}", ends_.last, ends_.upto, ends_.rows, ends_.bytes);
  return sql_.note.bind_text(1, note).run();
}

Journal::Ends Journal::ends_of(const std::string& note) {
  std::istringstream in(note);
  Ends ends;
  in >> ends.last >> ends.upto >> ends.rows >> ends.bytes;
  return ends;
}

}  // namespace linli::storage
