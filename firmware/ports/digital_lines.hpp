#pragma once

#include <functional>
#include <memory>
#include <string>

#include "firmware/base/result.hpp"
#include "firmware/base/time.hpp"

namespace linli::ports {

// One line of the board (GPIO): where it is, and what its voltage means.
struct LinePlace {
  enum class Bias : std::uint8_t { kAsIs, kPullUp, kPullDown };

  std::string chip;  // "gpiochip0", as below /dev
  unsigned offset = 0;
  bool is_low_active = false;
  Bias bias = Bias::kAsIs;

  friend bool operator==(const LinePlace&, const LinePlace&) = default;
};

struct LineEdge {
  bool is_active = false;  // after the edge
  base::TimePoint at;      // when the kernel saw it
};

class InputLine {
 public:
  InputLine() = default;
  InputLine(const InputLine&) = delete;
  InputLine& operator=(const InputLine&) = delete;
  virtual ~InputLine() = default;

  virtual base::Result<bool> is_active() = 0;
};

// Held until it is destroyed; then, and when the process dies, the kernel lets the line go, and
// what it is then is the board's business: a resistor's.
class OutputLine {
 public:
  OutputLine() = default;
  OutputLine(const OutputLine&) = delete;
  OutputLine& operator=(const OutputLine&) = delete;
  virtual ~OutputLine() = default;

  virtual base::Result<void> set(bool is_active) = 0;
};

// The lines of this board. Loop thread only.
class DigitalLines {
 public:
  DigitalLines() = default;
  DigitalLines(const DigitalLines&) = delete;
  DigitalLines& operator=(const DigitalLines&) = delete;
  virtual ~DigitalLines() = default;

  // `on_edge` is called on the loop for each edge, in order, later than this call, and not after
  // the line is destroyed. kNotFound: no such chip or line; kConflict: somebody else has it.
  virtual base::Result<std::unique_ptr<InputLine>> input(
      const LinePlace& place, std::function<void(const LineEdge&)> on_edge) = 0;
  // It is `is_active` from the moment on at which it becomes an output.
  virtual base::Result<std::unique_ptr<OutputLine>> output(const LinePlace& place,
                                                           bool is_active) = 0;
};

}  // namespace linli::ports
