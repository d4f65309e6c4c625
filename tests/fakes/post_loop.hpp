#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include "firmware/base/loop.hpp"

namespace linli::fakes {

// A loop for a store with a thread of its own: the test waits for posts, with a limit.
class PostLoop final : public base::Loop {
 public:
  base::TimePoint now() const override { return base::Clock::now(); }
  void post(base::Task task) override {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
  }
  base::Handle after(base::Duration /*delay*/, base::Task /*task*/) override { return {}; }
  base::Handle readable(int /*fd*/, std::function<void()> /*on_ready*/) override { return {}; }

  // Runs tasks until `holds`; false after five seconds.
  bool run_until(const std::function<bool()>& holds) {
    const auto limit = base::Clock::now() + std::chrono::seconds(5);
    while (!holds()) {
      std::unique_lock lock(mutex_);
      if (!wake_.wait_until(lock, limit, [this] { return !tasks_.empty(); })) return false;
      base::Task task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      std::move(task)();
    }
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<base::Task> tasks_;
};

}  // namespace linli::fakes
