#include "firmware/domain/command_rules.hpp"

#include <algorithm>
#include <array>

namespace linli::domain {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Right {
  std::string_view role;
  bool none, actuator, door, life;
};

// One row a role, one column a safety class.
constexpr std::array kRights{
    // clang-format off
    //     role             none   actuator  door   life
    Right{kRolePlatform,    true,  true,     true,  true },
    Right{kRoleOperator,    true,  true,     true,  true },
    Right{kRoleAutomation,  true,  true,     false, false},
    // clang-format on
};

bool column(const Right& right, SafetyClass safety) {
  switch (safety) {
    case SafetyClass::kNone:
      return right.none;
    case SafetyClass::kActuator:
      return right.actuator;
    case SafetyClass::kDoor:
      return right.door;
    case SafetyClass::kLife:
      return right.life;
  }
  return false;
}

}  // namespace

bool may_command(std::string_view role, SafetyClass safety) {
  return std::any_of(kRights.begin(), kRights.end(), [role, safety](const Right& right) {
    return right.role == role && column(right, safety);
  });
}

base::Duration longest_wait(SafetyClass safety) {
  switch (safety) {
    case SafetyClass::kNone:
      return std::chrono::hours(24);
    case SafetyClass::kActuator:
      return std::chrono::minutes(5);
    case SafetyClass::kDoor:
      return seconds(10);
    case SafetyClass::kLife:
      return seconds(60);
  }
  return seconds(10);
}

base::Result<base::Duration> time_left(const Command& command, SafetyClass safety,
                                       const EventTime& now) {
  base::Duration left = longest_wait(safety);
  if (command.ttl_ms) left = std::min<base::Duration>(left, milliseconds(*command.ttl_ms));
  if (!command.expires_ms) return left;
  if (now.quality != TimeQuality::kSynchronised) {
    if (command.ttl_ms) return left;
    return base::fail(
        base::Code::kDenied,
        "the gateway's clock is not synchronised, so expires_ms cannot be judged: send ttl_ms");
  }
  if (*command.expires_ms <= now.unix_ms) {
    return base::fail(base::Code::kInvalid, "it expired {} ms before it arrived",
                      now.unix_ms - *command.expires_ms);
  }
  return std::min<base::Duration>(left, milliseconds(*command.expires_ms - now.unix_ms));
}

}  // namespace linli::domain
