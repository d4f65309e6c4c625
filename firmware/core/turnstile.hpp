#pragma once

#include <deque>
#include <memory>

#include "firmware/base/loop.hpp"
#include "firmware/base/once.hpp"

namespace linli::core {

// Lets what waits through one at a time: the next begins, in a turn of the loop of its own, when
// the one before has left. Loop thread only.
class Turnstile {
 public:
  static constexpr std::size_t kMostWaiting = 256;

  explicit Turnstile(base::Loop& loop) : loop_(loop) {}
  Turnstile(const Turnstile&) = delete;
  Turnstile& operator=(const Turnstile&) = delete;

  bool is_full() const { return waiting_.size() >= kMostWaiting; }
  // Runs `next` later than this call; it ends with leave(), at once or when what it began is done.
  // Not if it is full.
  void enter(base::Task next);
  void leave();

 private:
  void go_on();

  base::Loop& loop_;
  std::deque<base::Task> waiting_;
  bool is_busy_ = false;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::core
