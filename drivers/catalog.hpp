#pragma once

#include <span>
#include <string_view>

namespace linli::drivers {

// How a driver was shown to work; said honestly in README and linlictl drivers.
struct DriverEntry {
  std::string_view name;
  std::string_view speaks;
  std::string_view
      tested_against;  // "independent peer: …", "published frames: …" or "own simulator only"
};

// The only list of drivers.
std::span<const DriverEntry> catalog();

}  // namespace linli::drivers
