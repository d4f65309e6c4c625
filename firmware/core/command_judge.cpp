#include "firmware/core/command_judge.hpp"

#include <utility>

#include "firmware/domain/command_rules.hpp"
#include "firmware/domain/schema_check.hpp"

namespace linli::core {
namespace {

using base::Code;

constexpr std::string_view kDeviceTarget = "device/";
constexpr std::string_view kScenarioTarget = "scenario/";

}  // namespace

std::optional<std::string_view> scenario_name(const domain::Command& command) {
  const std::string_view target = command.target;
  if (!target.starts_with(kScenarioTarget)) return std::nullopt;
  return target.substr(kScenarioTarget.size());
}

base::Result<CommandMeaning> judge(const domain::Command& command, const DeviceTable& devices) {
  if (!command.target.starts_with(kDeviceTarget)) {
    return base::fail(Code::kUnsupported,
                      "nothing here is called '{}': use device/<id> or scenario/<name>",
                      command.target);
  }
  auto id = domain::DeviceId::parse(std::string_view(command.target).substr(kDeviceTarget.size()));
  if (!id) return base::failure_of(std::move(id));
  const Device* const device = devices.find(*id);
  if (device == nullptr)
    return base::fail(Code::kNotFound, "no device '{}' is registered", id->str());
  const auto action = domain::action_index(*device->profile, command.action);
  if (!action) {
    return base::fail(Code::kNotFound, "a {} has no action '{}'", device->profile->name,
                      command.action);
  }
  const domain::ActionModel& model = device->profile->actions[*action];
  if (!domain::may_command(command.role, model.safety)) {
    return base::fail(Code::kDenied, "role '{}' may not ask for '{}' (safety class {})",
                      command.role, command.action, domain::name(model.safety));
  }
  auto input = domain::validate_input(model.input, command.input);
  if (!input) return base::failure_of(std::move(input), "input");
  return CommandMeaning{*std::move(id), *action, model.safety, model.timeout, *std::move(input)};
}

}  // namespace linli::core
