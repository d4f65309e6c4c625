#include "firmware/scenarios/access/lock_drive.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"
#include "firmware/base/log.hpp"
#include "firmware/domain/schema_check.hpp"

namespace linli::scenarios::access {
namespace {

using base::Code;
using base::Json;

constexpr std::size_t kIdBytes = 8;
constexpr std::string_view kSecondsMember = "seconds";
constexpr base::Duration kSignalLife = std::chrono::seconds(2);
constexpr double kLightSeconds = 2;
constexpr double kToneSeconds = 0.2;

const domain::FieldModel* field_of(const domain::ActionModel& action, std::string_view name) {
  const auto found =
      std::find_if(action.input.begin(), action.input.end(),
                   [name](const domain::FieldModel& field) { return field.name == name; });
  return found == action.input.end() ? nullptr : &*found;
}

// Puts `value` in if the action has such a field and the input does not fill it, within the
// field's limits; whole seconds are rounded up.
void fill(Json& input, const domain::ActionModel& action, std::string_view name, double value) {
  const domain::FieldModel* const field = field_of(action, name);
  if (field == nullptr || input.contains(name)) return;
  value = std::max(value, field->schema.minimum.value_or(value));
  value = std::min(value, field->schema.maximum.value_or(value));
  if (field->schema.type == domain::ValueType::kInteger) {
    input[std::string(name)] = static_cast<std::int64_t>(std::ceil(value));
  } else {
    input[std::string(name)] = value;
  }
}

const domain::ActionModel* action_of(const core::Device* device, std::string_view name) {
  if (device == nullptr) return nullptr;
  const auto index = domain::action_index(*device->profile, name);
  return index ? &device->profile->actions[*index] : nullptr;
}

void forget(const base::Result<ports::ActionReply>& reply) {
  if (!reply) base::log::debug("access", "a reader gave no signal", {{"why", reply.error()}});
}

}  // namespace

base::Result<void> LockDrive::ask_earlier_layer(const domain::DeviceId& lock) const {
  return may_move_ ? may_move_(lock) : base::Result<void>();
}

base::Result<std::string> LockDrive::invoke(Call call, base::Done<ports::ActionReply>& done) {
  const core::Device* const device = devices_.find(call.device);
  if (device == nullptr)
    return base::fail(Code::kNotFound, "no device '{}' is registered", call.device.str());
  const auto action = domain::action_index(*device->profile, call.action);
  if (!action) {
    return base::fail(Code::kNotFound, "a {} has no action '{}'", device->profile->name,
                      call.action);
  }
  auto input = domain::validate_input(device->profile->actions[*action].input, call.input);
  if (!input) return base::failure_of(std::move(input), "input");
  ports::DeviceDriver* const driver = driver_of_(*device);
  if (driver == nullptr)
    return base::fail(Code::kOffline, "no driver serves '{}'", call.device.str());
  auto random = crypto_.random(kIdBytes);
  if (!random) return base::failure_of(std::move(random));
  auto id = domain::CommandId::parse("access-" + base::to_hex(*random));
  if (!id) return base::failure_of(std::move(id));
  std::string text = id->str();
  driver->invoke({.command = *std::move(id),
                  .device = std::move(call.device),
                  .action = *action,
                  .input = *std::move(input),
                  .expires_in = call.life},
                 std::move(done));
  return text;
}

std::string LockDrive::unlock(const LockPoint& lock, base::Duration unlock_for, base::Duration life,
                              base::Done<ports::ActionReply> done) {
  if (auto may = ask_earlier_layer(lock.device); !may) {
    std::move(done)(base::failure_of(std::move(may)));
    return {};
  }
  Json input = base::parse_json(lock.input).value_or(Json::object());
  const auto* const action = action_of(devices_.find(lock.device), lock.action);
  const double seconds = std::chrono::duration<double>(unlock_for).count();
  if (action != nullptr) fill(input, *action, kSecondsMember, seconds);
  auto sent = invoke({lock.device, lock.action, base::dump_json(input), life}, done);
  if (sent) return *std::move(sent);
  std::move(done)(base::failure_of(std::move(sent)));
  return {};
}

void LockDrive::lock(const LockPoint& lock) {
  const std::string_view action = lock.end_action;
  if (action.empty() || !ask_earlier_layer(lock.device)) return;
  base::Done<ports::ActionReply> done =
      [id = lock.device](const base::Result<ports::ActionReply>& reply) {
        if (!reply)
          base::log::warn("access", "the lock was not told to end: it falls back by itself",
                          {{"device", id}, {"why", reply.error()}});
      };
  auto sent = invoke({lock.device, action, lock.end_input, domain::access::kOpenLife}, done);
  if (!sent) std::move(done)(base::failure_of(std::move(sent)));
}

void LockDrive::signal(const domain::DeviceId& reader, std::uint8_t head, bool is_granted) {
  const core::Device* const device = devices_.find(reader);
  if (const auto* const led = action_of(device, "led"); led != nullptr) {
    Json input{{"colour", is_granted ? "green" : "red"}};
    fill(input, *led, "head", head);
    fill(input, *led, kSecondsMember, kLightSeconds);
    base::Done<ports::ActionReply> done = &forget;
    auto sent = invoke({reader, "led", base::dump_json(input), kSignalLife}, done);
    if (!sent) forget(base::failure_of(std::move(sent)));
  }
  if (const auto* const buzzer = action_of(device, "buzzer"); buzzer != nullptr) {
    Json input = Json::object();
    fill(input, *buzzer, "head", head);
    fill(input, *buzzer, "count", is_granted ? 1 : 3);
    fill(input, *buzzer, kSecondsMember, kToneSeconds);
    base::Done<ports::ActionReply> done = &forget;
    auto sent = invoke({reader, "buzzer", base::dump_json(input), kSignalLife}, done);
    if (!sent) forget(base::failure_of(std::move(sent)));
  }
}

}  // namespace linli::scenarios::access
