#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "firmware/core/interlock_desk.hpp"

namespace linli::daemon {

// The desk with a word of its own for this start.
std::unique_ptr<core::InterlockDesk> make_interlocks(
    base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
    const core::DeviceTable& devices,
    std::function<ports::DeviceDriver*(const core::Device&)> driver_of,
    std::function<std::optional<base::TimePoint>(const core::Device&)> heard_since);

// Reads the site's file (empty: there is none) and gives its rules to the desk. What does not fit
// the devices is named in the log; the rest holds. A file that cannot be read changes nothing, and
// the error says where it is wrong.
base::Result<void> use_interlock_file(core::InterlockDesk& desk, const std::string& file);

}  // namespace linli::daemon
