#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "firmware/base/loop.hpp"

namespace linli::fakes {

// A loop whose time is the test's: a virtual week passes in milliseconds. Timers that are due at
// the same moment run in the order in which they were set.
class VirtualLoop final : public base::Loop {
 public:
  base::TimePoint now() const override { return now_; }
  void post(base::Task task) override;
  base::Handle after(base::Duration delay, base::Task task) override;
  // Descriptors have no place in virtual time: asserts.
  base::Handle readable(int fd, std::function<void()> on_ready) override;

  // Runs what is ready, and what becomes ready by it, without time passing.
  void run_ready();
  // Runs one posted task; false if there was none.
  bool run_one();
  // Lets time pass, stopping at each timer on the way.
  void run_for(base::Duration duration);
  // Destroys all tasks and timers unrun, as the death of the process does.
  void drop_all();

 private:
  using Key = std::pair<base::TimePoint, std::uint64_t>;
  using Timers = std::map<Key, base::Task>;

  base::TimePoint now_{std::chrono::hours(1)};
  std::mutex mutex_;
  std::deque<base::Task> posted_;
  std::shared_ptr<Timers> timers_ = std::make_shared<Timers>();
  std::uint64_t serial_ = 0;
};

}  // namespace linli::fakes
