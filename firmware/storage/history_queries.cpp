#include "firmware/storage/history_queries.hpp"

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

namespace linli::storage {
namespace {

using base::Code;

// Between two looks at the clock; a few milliseconds on a small board.
constexpr std::int64_t kStretch = 4096;

constexpr const char* kEventsSql =
    "SELECT seq, id, class, type, device, place, ms, quality, boot, monotonic_ms, data "
    "FROM journal WHERE seq >= ?1 AND seq < ?2 AND (?3 >> class) & 1 "
    "AND (?4 = '' OR device = ?4) AND (?5 = '' OR type = ?5) AND ms >= ?6 AND ms < ?7 "
    "ORDER BY seq DESC";

std::int64_t mask_of(const std::vector<domain::Stream>& classes) {
  if (classes.empty()) return -1;
  std::int64_t mask = 0;
  for (const domain::Stream stream : classes)
    mask |= std::int64_t{1} << static_cast<unsigned>(domain::index_of(stream));
  return mask;
}

// What a database of ours cannot hold is a damaged row: it is shown as the least that it can be.
domain::Stream stream_at(std::int64_t index) {
  const auto at = static_cast<std::size_t>(index);
  return index < 0 || at >= domain::kStreamCount ? domain::Stream::kTelemetry
                                                 : domain::kStreams.at(at);
}
domain::TimeQuality quality_at(std::int64_t number) {
  return number == 0   ? domain::TimeQuality::kSynchronised
         : number == 1 ? domain::TimeQuality::kFloor
                       : domain::TimeQuality::kUnknown;
}

ports::KeptEvent event_of(const Statement& row) {
  ports::KeptEvent event;
  event.seq = static_cast<std::uint64_t>(row.integer(0));
  event.id = row.text(1);
  event.stream = stream_at(row.integer(2));
  event.type = row.text(3);
  event.device = row.text(4);
  event.place = row.text(5);
  event.unix_ms = row.integer(6);
  event.quality = quality_at(row.integer(7));
  event.boot = static_cast<std::uint64_t>(row.integer(8));
  event.monotonic_ms = row.integer(9);
  event.data = row.text(10);
  return event;
}

// The part of a search that its stretches share.
class EventSearch {
 public:
  EventSearch(const ports::EventQuery& query, Statement rows)
      : query_(query), rows_(std::move(rows)) {
    if (query.places) places_.insert(query.places->begin(), query.places->end());
  }

  // Takes what is wanted of low..before-1. False when the page is full.
  base::Result<bool> look(std::int64_t low, std::int64_t before, ports::EventPage& page) {
    constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    rows_.bind(1, low)
        .bind(2, before)
        .bind(3, mask_of(query_.classes))
        .bind_text(4, query_.device)
        .bind_text(5, query_.type)
        .bind(6, query_.from_ms.value_or(kMin))
        .bind(7, query_.to_ms.value_or(kMax));
    for (;;) {
      auto row = rows_.step();
      if (!row) return row;
      if (!*row) return true;
      if (query_.places && !places_.contains(rows_.text(5))) continue;
      page.items.push_back(event_of(rows_));
      page.next = page.items.back().seq;
      if (page.items.size() < query_.limit) continue;
      rows_.reset();
      return false;
    }
  }

 private:
  const ports::EventQuery& query_;
  Statement rows_;
  std::unordered_set<std::string> places_;
};

struct Bounds {
  std::int64_t first = 0;
  std::int64_t last = 0;  // 0: the journal is empty
};

base::Result<Bounds> bounds_of(Connection& connection) {
  auto ends = connection.prepare(
      "SELECT coalesce((SELECT seq FROM journal ORDER BY seq LIMIT 1), 1), "
      "coalesce((SELECT seq FROM journal ORDER BY seq DESC LIMIT 1), 0)");
  if (!ends) return base::failure_of(std::move(ends));
  auto row = ends->step();
  if (!row) return base::failure_of(std::move(row));
  return Bounds{ends->integer(0), ends->integer(1)};
}

}  // namespace

base::Result<ports::EventPage> read_events(Connection& connection, const ports::EventQuery& query,
                                           base::TimePoint enough) {
  auto bounds = bounds_of(connection);
  if (!bounds) return base::failure_of(std::move(bounds));
  auto rows = connection.prepare(kEventsSql);
  if (!rows) return base::failure_of(std::move(rows));
  EventSearch search(query, *std::move(rows));
  constexpr auto kEnd = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::int64_t before = bounds->last + 1;
  if (query.before != 0)
    before = std::min(before, static_cast<std::int64_t>(std::min(query.before, kEnd)));
  ports::EventPage page;
  while (before > bounds->first) {
    const std::int64_t low = std::max(bounds->first, before - kStretch);
    auto goes_on = search.look(low, before, page);
    if (!goes_on) return base::failure_of(std::move(goes_on));
    if (!*goes_on) {
      if (page.next <= static_cast<std::uint64_t>(bounds->first)) page.next = 0;
      return page;
    }
    before = low;
    if (base::Clock::now() < enough) continue;
    page.next = before > bounds->first ? static_cast<std::uint64_t>(before) : 0;
    return page;
  }
  page.next = 0;
  return page;
}

base::Result<ports::GapPage> read_gaps(Connection& connection, std::uint64_t before,
                                       std::size_t limit) {
  auto rows = connection.prepare(
      "SELECT seq, reason, class, first, last, count, epoch, ms, quality FROM gap "
      "WHERE ?1 = 0 OR seq < ?1 ORDER BY seq DESC LIMIT ?2");
  if (!rows) return base::failure_of(std::move(rows));
  rows->bind(1, static_cast<std::int64_t>(before)).bind(2, static_cast<std::int64_t>(limit));
  ports::GapPage page;
  for (auto row = rows->step();; row = rows->step()) {
    if (!row) return base::failure_of(std::move(row));
    if (!*row) break;
    ports::KeptGap& gap = page.items.emplace_back();
    gap.seq = static_cast<std::uint64_t>(rows->integer(0));
    gap.gap = {stream_at(rows->integer(2)), static_cast<std::uint64_t>(rows->integer(3)),
               static_cast<std::uint64_t>(rows->integer(4)),
               static_cast<std::uint64_t>(rows->integer(5)), rows->text(1)};
    gap.epoch = rows->text(6);
    gap.unix_ms = rows->integer(7);
    gap.quality = quality_at(rows->integer(8));
  }
  if (page.items.size() == limit) page.next = page.items.back().seq;
  return page;
}

// One row by its key for each stretch: the rows of a time stand together, and those of the other
// devices are not read.
base::Result<std::vector<domain::SamplePoint>> read_samples(Connection& connection,
                                                            const ports::SampleQuery& query) {
  const std::int64_t step = domain::step_ms(query.step);
  if (query.from_ms < 0 || query.to_ms < query.from_ms ||
      (query.to_ms - query.from_ms) / step > kMaxPoints) {
    return base::fail(Code::kInvalid, "a chart has at most {} points: ask for less time",
                      kMaxPoints);
  }
  auto rows = connection.prepare(
      "SELECT quality, samples FROM sample WHERE step = ?1 AND start = ?2 AND device = ?3");
  if (!rows) return base::failure_of(std::move(rows));
  std::vector<domain::SamplePoint> points;
  for (std::int64_t start = domain::bucket_of(query.step, query.from_ms + step - 1);
       start < query.to_ms; start += step) {
    auto row = rows->bind(1, static_cast<std::int64_t>(query.step))
                   .bind(2, start)
                   .bind_text(3, query.device)
                   .step();
    if (!row) return base::failure_of(std::move(row));
    if (!*row) continue;
    const auto quality = quality_at(rows->integer(0));
    const auto samples = domain::samples_from_row(rows->text(1));
    rows->reset();
    if (!samples) continue;
    for (const auto& [property, sample] : *samples) {
      if (property == query.property) points.push_back({start, quality, sample});
    }
  }
  return points;
}

}  // namespace linli::storage
