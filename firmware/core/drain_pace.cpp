#include "firmware/core/drain_pace.hpp"

#include <algorithm>

namespace linli::core {

double DrainPace::most_allowed() const {
  constexpr double kBurstSeconds = 0.25;
  return rate_ * kBurstSeconds;
}

void DrainPace::note_arrival(std::uint64_t events) {
  // At most one second's worth is saved up, so that a long silence does not end in a flood.
  allowed_ = std::min(allowed_ + static_cast<double>(events), std::max(rate_, most_allowed()));
}

void DrainPace::note_sent(std::uint64_t events) {
  allowed_ -= static_cast<double>(events);
}

bool DrainPace::may_send(base::TimePoint now) {
  if (rate_ <= 0) return true;
  const std::chrono::duration<double> passed = now - last_;
  last_ = now;
  const double earned = allowed_ + passed.count() * rate_;
  allowed_ = std::max(allowed_, std::min(earned, most_allowed()));
  return allowed_ > 0;
}

base::Duration DrainPace::wait() const {
  if (rate_ <= 0 || allowed_ > 0) return base::Duration::zero();
  const std::chrono::duration<double> seconds((1.0 - allowed_) / rate_);
  return std::chrono::duration_cast<base::Duration>(seconds);
}

}  // namespace linli::core
