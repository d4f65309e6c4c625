#include "firmware/core/send_budget.hpp"

#include <algorithm>

namespace linli::core {
namespace {

constexpr std::size_t kLeast = 64 * 1024;  // half a second on a line of 1 Mbit/s
constexpr std::size_t kFirst = 256 * 1024;
constexpr std::size_t kStep = 64 * 1024;
constexpr base::Duration kQueued = std::chrono::milliseconds(250);

}  // namespace

void SendBudget::after_delivery(base::Duration latency) {
  fastest_ = std::min(fastest_, latency);
  if (latency - fastest_ > kQueued) {
    bytes_ = std::max(kLeast, bytes_ / 2);
  } else {
    bytes_ = std::min(most_, bytes_ + kStep);
  }
}

void SendBudget::reset() {
  bytes_ = std::min(kFirst, most_);
  fastest_ = base::Duration::max();
}

}  // namespace linli::core
