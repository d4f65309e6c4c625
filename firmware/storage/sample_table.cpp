#include "firmware/storage/sample_table.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace linli::storage {
namespace {

// More than one commit writes, so that what is too old gets less each time.
constexpr std::int64_t kStepRows = 512;
// Stretches of one gateway end together, but for a slow disk.
constexpr std::int64_t kAheadMs = 2 * 3'600'000LL;

}  // namespace

base::Result<void> SampleTable::open(Connection& connection) {
  const std::array<std::pair<Statement*, const char*>, 4> table{{
      {&put_,
       "INSERT INTO sample (step, start, device, quality, samples) VALUES (?1, ?2, ?3, ?4, ?5) "
       "ON CONFLICT (step, start, device) DO UPDATE SET quality = excluded.quality, "
       "samples = excluded.samples WHERE excluded.quality <= sample.quality"},
      {&oldest_,
       "DELETE FROM sample WHERE (step, start, device) IN (SELECT step, start, device FROM sample "
       "WHERE step = ?1 ORDER BY step, start, device LIMIT ?2) RETURNING 1"},
      {&too_old_,
       "DELETE FROM sample WHERE (step, start, device) IN (SELECT step, start, device FROM sample "
       "WHERE step = ?1 AND start < ?2 ORDER BY step, start, device LIMIT ?3)"},
      {&ahead_,
       "DELETE FROM sample WHERE (step, start, device) IN (SELECT step, start, device FROM sample "
       "WHERE step = ?1 AND start > ?2 ORDER BY step, start, device LIMIT ?3)"},
  }};
  for (const auto& [statement, sql] : table) {
    auto prepared = connection.prepare(sql);
    if (!prepared) return base::failure_of(std::move(prepared));
    *statement = *std::move(prepared);
  }
  return {};
}

base::Result<void> SampleTable::put(const std::vector<ports::SamplePut>& samples) {
  std::map<domain::SampleStep, std::int64_t> newest;
  for (const ports::SamplePut& sample : samples) {
    put_.bind(1, static_cast<std::int64_t>(sample.step))
        .bind(2, sample.bucket_ms)
        .bind_text(3, sample.device)
        .bind(4, static_cast<std::int64_t>(sample.quality))
        .bind_text(5, sample.row);
    if (auto done = put_.run(); !done) return done;
    const auto [known, is_new] = newest.try_emplace(sample.step, sample.bucket_ms);
    if (!is_new) known->second = std::max(known->second, sample.bucket_ms);
  }
  for (const auto& [step, newest_ms] : newest) {
    if (auto done = keep_bounds(step, newest_ms); !done) return done;
  }
  return {};
}

base::Result<void> SampleTable::keep_bounds(domain::SampleStep step, std::int64_t newest_ms) {
  const auto which = static_cast<std::int64_t>(step);
  too_old_.bind(1, which).bind(2, newest_ms - domain::kept_ms(step)).bind(3, kStepRows);
  if (auto done = too_old_.run(); !done) return done;
  return ahead_.bind(1, which).bind(2, newest_ms + kAheadMs).bind(3, kStepRows).run();
}

base::Result<std::uint64_t> SampleTable::drop_oldest(std::uint64_t rows) {
  auto fine = drop_of(domain::SampleStep::kFine, rows);
  if (!fine || *fine > 0) return fine;
  return drop_of(domain::SampleStep::kCoarse, rows);
}

base::Result<std::uint64_t> SampleTable::drop_of(domain::SampleStep step, std::uint64_t rows) {
  oldest_.bind(1, static_cast<std::int64_t>(step)).bind(2, static_cast<std::int64_t>(rows));
  std::uint64_t dropped = 0;
  for (auto row = oldest_.step();; row = oldest_.step()) {
    if (!row) return base::failure_of(std::move(row));
    if (!*row) return dropped;
    ++dropped;
  }
}

}  // namespace linli::storage
