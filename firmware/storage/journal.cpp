#include "firmware/storage/journal.hpp"

#include <algorithm>
#include <array>
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
  const std::array<std::pair<Statement*, const char*>, 5> table{{
      {&sql_.keep,
       "INSERT INTO journal (seq, id, class, type, device, place, ms, quality, boot, monotonic_ms, "
       "upto, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"},
      {&sql_.upto, "SELECT upto FROM journal WHERE seq = ?1"},
      {&sql_.drop, "DELETE FROM journal WHERE seq <= ?1"},
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
  auto ends = connection.prepare(
      "SELECT (SELECT seq FROM journal ORDER BY seq LIMIT 1), seq, upto, "
      "(SELECT length(id) + length(type) + length(device) + length(place) + length(CAST(data AS "
      "BLOB)) FROM journal ORDER BY seq LIMIT 1), (SELECT upto FROM journal ORDER BY seq LIMIT 1) "
      "FROM journal ORDER BY seq DESC LIMIT 1");
  if (!ends) return base::failure_of(std::move(ends));
  auto found = ends->step();
  if (!found) return base::failure_of(std::move(found));
  ends_ = {};
  if (*found) {
    const std::uint64_t first_size = kRowBytes + number(ends->integer(3));
    const std::uint64_t first_upto = number(ends->integer(4));
    ends_.last = number(ends->integer(1));
    ends_.upto = number(ends->integer(2));
    ends_.dropped = number(ends->integer(0)) - 1;
    ends_.dropped_upto = first_upto - std::min(first_upto, first_size);
    ends->reset();
  }
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
  ends_.upto += size;
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
    if (auto done = drop_through(ends_.dropped + step_rows()); !done) return done;
  }
  return {};
}

base::Result<std::uint64_t> Journal::drop_oldest(std::uint64_t bytes) {
  const std::uint64_t before = rows();
  const std::uint64_t upto = ends_.dropped_upto + bytes;
  while (rows() > 0 && ends_.dropped_upto < upto) {
    auto done = drop_through(ends_.dropped + step_rows());
    if (!done) return base::failure_of(std::move(done));
  }
  return before - rows();
}

// A small part of what there is, so that a journal of few large rows is not emptied at once.
std::uint64_t Journal::step_rows() const {
  return std::clamp<std::uint64_t>(rows() / 16, 1, kStepRows);
}

base::Result<void> Journal::drop_through(std::uint64_t seq) {
  auto row = sql_.upto.bind(1, stored(seq)).step();
  if (!row) return base::failure_of(std::move(row));
  const std::uint64_t upto = *row ? number(sql_.upto.integer(0)) : ends_.upto;
  sql_.upto.reset();
  if (auto done = sql_.drop.bind(1, stored(seq)).run(); !done) return done;
  ends_.dropped = seq;
  ends_.dropped_upto = upto;
  return {};
}

}  // namespace linli::storage
