#include "firmware/base/backoff.hpp"

#include <algorithm>

namespace linli::base {

Duration Backoff::next() {
  constexpr int kMaxDoublings = 20;  // base * 2^20 is beyond any cap, and far from overflow
  Duration ceiling = limits_.first_spread;
  if (attempt_ > 0) {
    const auto doublings = std::min(attempt_ - 1, kMaxDoublings);
    ceiling = std::min(limits_.cap, limits_.base * (std::int64_t{1} << doublings));
  }
  ++attempt_;
  std::uniform_int_distribution<Duration::rep> spread(0,
                                                      std::max<Duration::rep>(ceiling.count(), 0));
  return Duration(spread(random_));
}

}  // namespace linli::base
