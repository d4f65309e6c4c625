#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "firmware/ports/digital_lines.hpp"

namespace linli::drivers::gpio {

// A line with a name, as gpio.lines says it:
//
//   gate-contact=gpiochip0/17 in pull-up low
//   gate-lock=gpiochip0/22 out fail-safe
struct LineSpec {
  std::string name;
  ports::LinePlace place;
  bool is_output = false;
  // Of an output. A lock that is locked by power (磁力锁) opens without it: the line is active
  // while the door is locked. False: power unlocks it (电插锁, 阴极锁), and without power it is
  // locked.
  bool is_fail_safe = false;

  friend bool operator==(const LineSpec&, const LineSpec&) = default;
};

// kInvalid says what is expected.
base::Result<LineSpec> parse_line(std::string_view text);

// The lines of one door, by their names: "lock=gate-lock contact=gate-contact exit=gate-exit
// d0=gate-d0 d1=gate-d1". At least one; d0 and d1 only together.
struct DoorLines {
  std::string lock;
  std::string contact;
  std::string exit;
  std::string d0;
  std::string d1;

  friend bool operator==(const DoorLines&, const DoorLines&) = default;
};
base::Result<DoorLines> parse_door_lines(std::string_view text);

}  // namespace linli::drivers::gpio
