#pragma once

#include <cstdint>
#include <random>

#include "firmware/base/time.hpp"

namespace linli::base {

struct BackoffLimits {
  Duration first_spread =
      std::chrono::seconds(60);              // first delay after an outage: uniform in 0..this
  Duration base = std::chrono::seconds(2);   // then full jitter over base * 2^n …
  Duration cap = std::chrono::seconds(300);  // … up to this
};

// How long to wait before the next attempt, so that ten thousand gateways that lost the same
// platform do not come back in the same second.
class Backoff {
 public:
  Backoff(BackoffLimits limits, std::uint64_t seed) : limits_(limits), random_(seed) {}

  // The delay before the next attempt; each call counts as one failed attempt.
  Duration next();

  // After success: the next outage starts from the beginning.
  void reset() { attempt_ = 0; }

  int attempts() const { return attempt_; }

 private:
  BackoffLimits limits_;
  std::mt19937_64 random_;
  int attempt_ = 0;
};

}  // namespace linli::base
