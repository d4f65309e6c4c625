#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "firmware/base/secret.hpp"
#include "firmware/base/time.hpp"

namespace linli::drivers::gpio {

// Two wires (韦根): a short pulse on D0 is a 0, one on D1 a 1. Pure: pulses with the kernel's times
// come in, in any order, since the two wires are read one after the other; frames go out.
//
// Pulses of a reader are 20 to 200 µs long and 0.2 to 20 ms apart. A pause of kFramePause ends a
// frame, and kQuiet after the last pulse it is taken. What is nearer together than kLeastGap is
// noise or both wires at once, and spoils its frame: half a card is nobody's card.
class WiegandWires {
 public:
  static constexpr base::Duration kFramePause = std::chrono::milliseconds(25);
  static constexpr base::Duration kQuiet = std::chrono::milliseconds(50);
  static constexpr base::Duration kLeastGap = std::chrono::microseconds(100);
  static constexpr std::size_t kMostBits = 64;

  struct Frame {
    base::SecretText bits;  // packed, the first in the highest bit
    std::size_t bit_count = 0;
  };

  // A pulse began on D0 (`bit` false) or D1.
  void pulse(bool bit, base::TimePoint at);
  // When take() should be asked; nothing while the wires are quiet.
  std::optional<base::TimePoint> due() const;
  // All that came to an end by now; what was spoiled is only counted.
  std::vector<Frame> take(base::TimePoint now);

  std::uint64_t faults() const { return faults_; }

 private:
  struct Pulse {
    base::TimePoint at;
    bool bit = false;
  };
  using Pulses = std::vector<Pulse>;
  std::optional<Frame> frame_of(Pulses::const_iterator begin, Pulses::const_iterator end) const;

  Pulses pulses_;
  std::optional<base::TimePoint> latest_;
  std::uint64_t faults_ = 0;
};

}  // namespace linli::drivers::gpio
