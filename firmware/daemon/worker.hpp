#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "firmware/base/loop.hpp"
#include "firmware/base/once.hpp"

namespace linli::daemon {

// A thread for what blocks (files, compression) and is asked for now and then by people. Jobs run
// one after the other in the order of the calls. Loop thread only.
class Worker {
 public:
  static constexpr std::size_t kMaxWaiting = 8;

  // What runs on the thread; the task that it gives runs on the loop afterwards.
  using Job = base::Once<base::Task()>;

  Worker(base::Loop& loop, const char* name);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  // Waits for the job that runs; those that wait never run.
  ~Worker();

  // False if too many wait: say "busy, try again".
  bool run(Job job);

 private:
  void work();

  base::Loop& loop_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

// Runs `make` on the worker and hands what it gives to `done` on the loop; kConflict if too many
// wait.
template <class T, class Make>
void run_on(base::Loop& loop, Worker& worker, Make make, base::Done<T> done) {
  auto shared = std::make_shared<base::Done<T>>(std::move(done));
  const bool taken = worker.run([make = std::move(make), shared]() mutable -> base::Task {
    return [shared, result = make()]() mutable { std::move (*shared)(std::move(result)); };
  });
  if (taken) return;
  loop.post([shared] {
    std::move (*shared)(base::fail(base::Code::kConflict, "too much is under way: try again"));
  });
}

}  // namespace linli::daemon
