#pragma once

#include <functional>
#include <string>

#include "firmware/base/result.hpp"

namespace linli::drivers::osdp {

// What a line tells; on the loop's thread, never inside of a call of Line's.
struct LineEvents {
  std::function<void(const std::string& bytes)> on_bytes;
  // Open, or why not (any more); tried again by itself.
  std::function<void(const base::Result<void>& state)> on_state;
};

// The wires of one bus. Destroying it closes the line, and nothing is told any more.
class Line {
 public:
  Line() = default;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  virtual ~Line() = default;

  // Returns at once. Bytes for a line that is not open are dropped.
  virtual void send(std::string bytes) = 0;
};

}  // namespace linli::drivers::osdp
