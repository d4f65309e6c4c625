#pragma once

#include <cstddef>

#include "firmware/base/time.hpp"

namespace linli::core {

// How many bytes of less urgent events may be under way at once. Whatever is under way already
// stands before the next alarm on the same connection, so on a slow line it must be little: the
// budget halves when a batch took clearly longer than the fastest one did (a queue has built up on
// the line) and grows step by step when it did not.
class SendBudget {
 public:
  explicit SendBudget(std::size_t most) : most_(most) { reset(); }

  std::size_t bytes() const { return bytes_; }
  // A batch was delivered `latency` after it was sent.
  void after_delivery(base::Duration latency);
  // A new connection: nothing is known about the line.
  void reset();

 private:
  std::size_t most_;
  std::size_t bytes_ = 0;
  base::Duration fastest_ = base::Duration::max();
};

}  // namespace linli::core
