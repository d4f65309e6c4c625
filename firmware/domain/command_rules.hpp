#pragma once

#include <optional>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/base/time.hpp"
#include "firmware/domain/command.hpp"
#include "firmware/domain/event_time.hpp"
#include "firmware/domain/profile.hpp"

namespace linli::domain {

// Who asks, as the channel vouches for it.
inline constexpr std::string_view kRolePlatform = "platform";      // the community platform
inline constexpr std::string_view kRoleOperator = "operator";      // linlictl on the gateway itself
inline constexpr std::string_view kRoleAutomation = "automation";  // a rule of the gateway

// May `role` ask for an action of this safety class? Unknown roles may nothing.
bool may_command(std::string_view role, SafetyClass safety);

// The longest an action of this class may wait before it is sent; it also stands in where a command
// names no limit. A door opens within 10 s of the wish or not at all.
base::Duration longest_wait(SafetyClass safety);

// How long this command may still wait, from `now`. kInvalid if it is over already; kDenied if it
// names only a wall time and ours cannot be trusted to judge it (say ttl_ms then).
base::Result<base::Duration> time_left(const Command& command, SafetyClass safety,
                                       const EventTime& now);

}  // namespace linli::domain
