#pragma once

#include <memory>
#include <string>

#include "firmware/base/loop.hpp"
#include "firmware/core/outbox_pump.hpp"
#include "firmware/daemon/config.hpp"
#include "firmware/ports/platform_link.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::daemon {

// The way north that the configuration names, not started yet; nullptr if it is off. The
// configuration is valid; `epoch` is the store's; loop and clock must outlive the link.
std::unique_ptr<ports::PlatformLink> make_platform_link(base::Loop& loop,
                                                        const ports::WallClock& clock,
                                                        const Config& config,
                                                        const std::string& epoch);

// What suits that way.
core::OutboxPumpLimits pump_limits(const Config::Platform& platform);

}  // namespace linli::daemon
