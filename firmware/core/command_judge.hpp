#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "firmware/base/time.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/domain/command.hpp"
#include "firmware/domain/profile.hpp"

namespace linli::core {

// What a command means here.
struct CommandMeaning {
  domain::DeviceId device;
  std::uint16_t action = 0;  // index in the device's profile
  domain::SafetyClass safety = domain::SafetyClass::kActuator;
  base::Duration answer_limit{0};  // from sent to the device's answer
  std::string input;               // checked, one line of JSON
};

// The name in the target "scenario/<name>"; nullopt for another target.
std::optional<std::string_view> scenario_name(const domain::Command& command);

// A command for a device: is there such a device and action, may this role ask for it, is the input
// valid? The error is the reason that the asker is given. Pure.
base::Result<CommandMeaning> judge(const domain::Command& command, const DeviceTable& devices);

}  // namespace linli::core
