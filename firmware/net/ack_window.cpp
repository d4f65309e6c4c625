#include "firmware/net/ack_window.hpp"

#include <utility>

namespace linli::net {

void AckWindow::add(int count) {
  const std::lock_guard lock(mutex_);
  if (open_ == 0) oldest_ = base::Clock::now();
  open_ += count;
}

bool AckWindow::release(int count, bool stored) {
  const std::lock_guard lock(mutex_);
  open_ -= count;
  failed_ = failed_ || !stored;
  if (open_ > 0) return failed_;
  paused_ = false;
  return true;
}

int AckWindow::open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

bool AckWindow::take_failure() {
  const std::lock_guard lock(mutex_);
  return std::exchange(failed_, false);
}

bool AckWindow::may_write() const {
  const std::lock_guard lock(mutex_);
  return open_ == 0 && !failed_;
}

bool AckWindow::begin_pause() {
  const std::lock_guard lock(mutex_);
  if (paused_ || open_ == 0) return false;
  if (open_ < limit_ && base::Clock::now() - oldest_ <= longest_wait_) return false;
  paused_ = true;
  paused_since_ = base::Clock::now();
  return true;
}

bool AckWindow::is_paused() const {
  const std::lock_guard lock(mutex_);
  const bool is_slow = base::Clock::now() - paused_since_ > kLongestPause;
  return paused_ && (!is_slow || open_ >= limit_);
}

void AckWindow::reset() {
  const std::lock_guard lock(mutex_);
  failed_ = false;
  paused_ = false;
}

}  // namespace linli::net
