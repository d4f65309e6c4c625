#include "firmware/daemon/worker.hpp"

#include <pthread.h>

#include <utility>

namespace linli::daemon {

Worker::Worker(base::Loop& loop, const char* name) : loop_(loop) {
  thread_ = std::thread([this] { work(); });
  pthread_setname_np(thread_.native_handle(), name);
}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool Worker::run(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= kMaxWaiting) return false;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

void Worker::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (jobs_.empty() && !stopping_) wake_.wait(lock);
    if (stopping_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    loop_.post(std::move(job)());
    lock.lock();
  }
}

}  // namespace linli::daemon
