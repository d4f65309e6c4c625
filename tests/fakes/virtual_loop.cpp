#include "tests/fakes/virtual_loop.hpp"

#include <algorithm>
#include <cassert>

namespace linli::fakes {

void VirtualLoop::post(base::Task task) {
  const std::lock_guard lock(mutex_);
  posted_.push_back(std::move(task));
}

base::Handle VirtualLoop::after(base::Duration delay, base::Task task) {
  const Key key{now_ + std::max(delay, base::Duration::zero()), ++serial_};
  timers_->emplace(key, std::move(task));
  return base::Handle([weak = std::weak_ptr(timers_), key] {
    const auto timers = weak.lock();
    if (!timers) return;
    // Taken out first: destroying the task may end other timers.
    const auto node = timers->extract(key);
  });
}

base::Handle VirtualLoop::readable(int /*fd*/, std::function<void()> /*on_ready*/) {
  assert(false && "there are no descriptors in virtual time");
  return {};
}

bool VirtualLoop::run_one() {
  base::Task task;
  {
    const std::lock_guard lock(mutex_);
    if (posted_.empty()) return false;
    task = std::move(posted_.front());
    posted_.pop_front();
  }
  std::move(task)();
  return true;
}

void VirtualLoop::run_ready() {
  while (run_one()) {
  }
}

void VirtualLoop::run_for(base::Duration duration) {
  const base::TimePoint end = now_ + duration;
  run_ready();
  while (!timers_->empty() && timers_->begin()->first.first <= end) {
    now_ = timers_->begin()->first.first;
    auto node = timers_->extract(timers_->begin());
    std::move(node.mapped())();
    run_ready();
  }
  now_ = end;
}

void VirtualLoop::drop_all() {
  std::deque<base::Task> posted;
  {
    const std::lock_guard lock(mutex_);
    posted.swap(posted_);
  }
  const auto timers = std::exchange(timers_, std::make_shared<Timers>());
}

}  // namespace linli::fakes
