#include "firmware/console/outlet_queue.hpp"

#include <utility>

#include "firmware/console/limits.hpp"

namespace linli::console {

OutletQueue::Pushed OutletQueue::push(std::string text) {
  const std::lock_guard lock(mutex_);
  if (is_broken_ || is_closed_) return Pushed::kOver;
  if (waiting_.size() >= limits::kOutletMessages || bytes_ + text.size() > limits::kOutletBytes) {
    is_broken_ = true;
    has_overflowed_ = true;
    waiting_.clear();
    return Pushed::kOver;
  }
  bytes_ += text.size();
  waiting_.push_back(std::move(text));
  return std::exchange(is_writing_, true) ? Pushed::kQueued : Pushed::kFirst;
}

bool OutletQueue::close() {
  const std::lock_guard lock(mutex_);
  return !std::exchange(is_closed_, true);
}

std::optional<std::string> OutletQueue::pop() {
  const std::lock_guard lock(mutex_);
  bytes_ -= std::exchange(writing_bytes_, 0);
  if (waiting_.empty()) {
    is_writing_ = false;
    return std::nullopt;
  }
  std::string text = std::move(waiting_.front());
  waiting_.pop_front();
  writing_bytes_ = text.size();
  return text;
}

bool OutletQueue::is_closed() const {
  const std::lock_guard lock(mutex_);
  return is_closed_ && waiting_.empty();
}

bool OutletQueue::has_overflowed() const {
  const std::lock_guard lock(mutex_);
  return has_overflowed_;
}

void OutletQueue::break_off() {
  const std::lock_guard lock(mutex_);
  is_broken_ = true;
  waiting_.clear();
}

}  // namespace linli::console
