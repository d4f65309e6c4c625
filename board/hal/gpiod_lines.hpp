#pragma once

#include "firmware/base/loop.hpp"
#include "firmware/ports/digital_lines.hpp"

namespace linli::board {

// ports::DigitalLines by libgpiod 1.6, the kernel's character devices.
class GpiodLines final : public ports::DigitalLines {
 public:
  explicit GpiodLines(base::Loop& loop) : loop_(loop) {}

  base::Result<std::unique_ptr<ports::InputLine>> input(
      const ports::LinePlace& place, std::function<void(const ports::LineEdge&)> on_edge) override;
  base::Result<std::unique_ptr<ports::OutputLine>> output(const ports::LinePlace& place,
                                                          bool is_active) override;

 private:
  base::Loop& loop_;
};

}  // namespace linli::board
