#include "firmware/core/sample_keeper.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "firmware/base/log.hpp"

namespace linli::core {
namespace {

using domain::SampleStep;

constexpr std::array kSteps{SampleStep::kFine, SampleStep::kCoarse};
// Nothing was measured by this program before 2024: such a clock has never been set.
constexpr std::int64_t kEarliestMs = 1'704'067'200'000;
// Rows of one turn, and the pause behind it: an alarm waits for one of them at the most.
constexpr std::size_t kRowsATurn = 256;
constexpr base::Duration kBetweenTurns = std::chrono::milliseconds(50);
constexpr std::int64_t kSpreadMs = 30'000;
// What may wait for a disk that does not take it.
constexpr std::size_t kMaxClosed = 20'000;

std::size_t index_of(SampleStep step) {
  return static_cast<std::size_t>(step);
}

std::optional<double> number_of(const domain::Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1.0 : 0.0;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr || !std::isfinite(*number)) return std::nullopt;
  return *number;
}

void add_to(domain::NamedSamples& samples, const std::string& name, const domain::Sample& sample) {
  const auto found = std::find_if(samples.begin(), samples.end(),
                                  [&name](const auto& each) { return each.first == name; });
  if (found == samples.end()) {
    samples.emplace_back(name, sample);
  } else {
    found->second.add(sample);
  }
}

// In the order of time; what is there of that time already is older.
void put_point(std::vector<domain::SamplePoint>& points, const domain::SamplePoint& point) {
  const auto at = std::lower_bound(
      points.begin(), points.end(), point.unix_ms,
      [](const domain::SamplePoint& each, std::int64_t ms) { return each.unix_ms < ms; });
  if (at != points.end() && at->unix_ms == point.unix_ms) {
    *at = point;
  } else {
    points.insert(at, point);
  }
}

void put_points(const ports::SampleQuery& query, std::int64_t start_ms, domain::TimeQuality quality,
                const domain::NamedSamples& samples, std::vector<domain::SamplePoint>& points) {
  if (start_ms < query.from_ms || start_ms >= query.to_ms) return;
  for (const auto& [name, sample] : samples) {
    if (name == query.property) put_point(points, {start_ms, quality, sample});
  }
}

}  // namespace

SampleKeeper::SampleKeeper(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
                           std::uint32_t seed)
    : loop_(loop), store_(store), clock_(clock), spread_ms_(seed % kSpreadMs) {}

void SampleKeeper::start() {
  watch();
}

void SampleKeeper::restore(const ports::SamplePut& fine) {
  auto samples = domain::samples_from_row(fine.row);
  if (!samples) {
    base::log::warn("samples", "a stored row cannot be read",
                    {{"device", fine.device}, {"why", samples.error()}});
    return;
  }
  const domain::EventTime time{fine.bucket_ms, fine.quality, 0, 0};
  Buckets& buckets = devices_[fine.device];
  for (const SampleStep step : kSteps) {
    Bucket& bucket = buckets.at(index_of(step));
    if (!open(fine.device, step, bucket, time)) continue;
    for (const auto& [name, sample] : *samples) add_to(bucket.samples, name, sample);
    bucket.is_stored = step == SampleStep::kFine;
  }
}

void SampleKeeper::add(const domain::DeviceId& device, const domain::PropertyModel& model,
                       const domain::Value& value, const domain::EventTime& now,
                       std::int64_t at_ms) {
  const auto number = number_of(value);
  if (!number) return;
  if (now.quality == domain::TimeQuality::kUnknown || now.unix_ms < kEarliestMs) {
    ++counts_.undated;
    return;
  }
  if (std::abs(now.unix_ms - at_ms) > domain::step_ms(SampleStep::kFine)) {
    ++counts_.late;
    return;
  }
  Buckets& buckets = devices_[device.str()];
  for (const SampleStep step : kSteps) {
    Bucket& bucket = buckets.at(index_of(step));
    if (!open(device.str(), step, bucket, now)) continue;
    bucket.is_stored = false;
    add_to(bucket.samples, model.name, domain::Sample{*number, *number, *number, 1});
  }
}

bool SampleKeeper::open(const std::string& device, SampleStep step, Bucket& bucket,
                        const domain::EventTime& time) {
  const std::int64_t start_ms = domain::bucket_of(step, time.unix_ms);
  if (bucket.start_ms != start_ms) {
    close(device, step, bucket);
  } else if (time.quality > bucket.quality) {
    return false;
  } else if (time.quality < bucket.quality) {
    bucket = {};
  }
  bucket.start_ms = start_ms;
  bucket.quality = time.quality;
  return true;
}

void SampleKeeper::close(const std::string& device, SampleStep step, Bucket& bucket) {
  if (bucket.start_ms >= 0 && !bucket.is_stored && !bucket.samples.empty())
    closed_.push_back({device, step, std::move(bucket)});
  bucket = {};
}

void SampleKeeper::add_open(const ports::SampleQuery& query,
                            std::vector<domain::SamplePoint>& points) const {
  for (const Closed& each : closed_) {
    if (each.device == query.device && each.step == query.step)
      put_points(query, each.bucket.start_ms, each.bucket.quality, each.bucket.samples, points);
  }
  const auto found = devices_.find(query.device);
  if (found == devices_.end()) return;
  const Bucket& bucket = found->second.at(index_of(query.step));
  put_points(query, bucket.start_ms, bucket.quality, bucket.samples, points);
}

// Behind the end of the stretch that is open now, each gateway at its own moment. Counted anew each
// time, so that it follows the wall clock when that is set.
void SampleKeeper::watch() {
  const std::int64_t step = domain::step_ms(SampleStep::kFine);
  const std::int64_t into = clock_.now().unix_ms % step;
  const std::int64_t wait = into < spread_ms_ ? spread_ms_ - into : step - into + spread_ms_;
  sweep_timer_ = loop_.after(std::chrono::milliseconds(wait), [this] { sweep(); });
}

void SampleKeeper::sweep() {
  const std::int64_t now_ms = clock_.now().unix_ms;
  for (auto& [device, buckets] : devices_) {
    for (const SampleStep step : kSteps) {
      Bucket& bucket = buckets.at(index_of(step));
      // One that lies ahead is of a clock that has been set back since.
      const bool is_open = bucket.start_ms == domain::bucket_of(step, now_ms);
      if (!is_open) close(device, step, bucket);
    }
  }
  std::erase_if(devices_, [](const auto& each) {
    return each.second[0].start_ms < 0 && each.second[1].start_ms < 0;
  });
  // Rows that stand beside each other share pages of the database.
  std::sort(closed_.begin(), closed_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.step, a.bucket.start_ms, a.device) <
           std::tie(b.step, b.bucket.start_ms, b.device);
  });
  if (!write_timer_) write_some(kRowsATurn);
  watch();
}

void SampleKeeper::write_some(std::size_t most) {
  write_timer_.reset();
  std::vector<Closed> rows;
  ports::Turn turn;
  while (!closed_.empty() && rows.size() < most) {
    const Closed& next = rows.emplace_back(std::move(closed_.front()));
    closed_.pop_front();
    turn.samples.push_back({next.device, next.step, next.bucket.start_ms, next.bucket.quality,
                            domain::sample_row(next.bucket.samples)});
  }
  if (rows.empty()) return;
  store_.commit(std::move(turn), [this, rows = std::move(rows), alive = std::weak_ptr(alive_)](
                                     const base::Result<void>& stored) mutable {
    if (!alive.expired()) after_commit(std::move(rows), stored);
  });
  write_timer_ = loop_.after(kBetweenTurns, [this] { write_some(kRowsATurn); });
}

// What could not be stored waits for the next sweep; a disk that stays full costs the oldest.
void SampleKeeper::after_commit(std::vector<Closed> rows, const base::Result<void>& stored) {
  if (stored) return;
  write_timer_.reset();
  for (Closed& row : rows) closed_.push_back(std::move(row));
  for (; closed_.size() > kMaxClosed; closed_.pop_front()) ++counts_.failed;
}

void SampleKeeper::write_all() {
  for (auto& [device, buckets] : devices_) {
    Bucket& bucket = buckets.at(index_of(SampleStep::kFine));
    if (bucket.start_ms < 0 || bucket.is_stored) continue;
    closed_.push_back({device, SampleStep::kFine, bucket});
    bucket.is_stored = true;
  }
  write_some(closed_.size());
  write_timer_.reset();
}

}  // namespace linli::core
