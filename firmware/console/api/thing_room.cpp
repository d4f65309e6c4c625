#include "firmware/console/api/thing_room.hpp"

#include <utility>

#include "firmware/console/api/gate.hpp"
#include "firmware/console/api/thing_description.hpp"

namespace linli::console::api {
namespace {

using base::Json;

// How long an action may wait for its actuator: the asker waits for the answer on the line.
constexpr std::int64_t kWaitMs = 10'000;

std::string base_of(const Call& call) {
  return fmt::format("https://{}", call.request.header("host"));
}

Problem nothing_there(const Call& call) {
  return {"not_found", fmt::format("no device '{}'", call.path_value("id"))};
}

Problem no_part(const Call& call, std::string_view kind) {
  return {"not_found", fmt::format("device '{}' has no {} '{}'", call.path_value("id"), kind,
                                   call.path_value("name"))};
}

// What became of an action, as the answer of the interaction.
void answer_invoked(Call call, const core::CommandRecord& record) {
  switch (record.outcome.state) {
    case domain::CommandState::kConfirmed:
      return answer(std::move(call), command_json(record)["output"]);
    case domain::CommandState::kRefused:
      return refuse(std::move(call), Problem{"conflict", record.outcome.reason});
    case domain::CommandState::kExpired:
    case domain::CommandState::kUnconfirmed:
      return refuse(std::move(call), Problem{"timeout", record.outcome.reason});
    default:
      return refuse(std::move(call), Problem{"offline", record.outcome.reason});
  }
}

}  // namespace

void ThingRoom::add_to(Handlers& handlers) {
  handlers["wot_directory"] = [this](Call call) { directory(std::move(call)); };
  handlers["things"] = [this](Call call) { list(std::move(call)); };
  handlers["thing"] = [this](Call call) { show(std::move(call)); };
  handlers["read_all_properties"] = [this](Call call) { read_all(std::move(call)); };
  handlers["read_property"] = [this](Call call) { read_property(std::move(call)); };
  handlers["invoke_action"] = [this](Call call) { invoke(std::move(call)); };
  handlers["subscribe_event"] = [this](Call call) { subscribe(std::move(call)); };
}

void ThingRoom::directory(Call call) const {
  const Json json = directory_description(house_.facts().gateway, base_of(call));
  answer(std::move(call), json);
}

void ThingRoom::list(Call call) const {
  Json all = Json::array();
  for (const core::Device* device : reach_.devices(call.actor, devices_))
    all.push_back(thing_description(*device, base_of(call)));
  answer(std::move(call), all);
}

void ThingRoom::show(Call call) const {
  const core::Device* const device = reach_.device(call.actor, devices_, call.path_value("id"));
  if (device == nullptr) return refuse(std::move(call), nothing_there(call));
  const Json json = thing_description(*device, base_of(call));
  answer(std::move(call), json);
}

void ThingRoom::read_all(Call call) const {
  const core::Device* const device = reach_.device(call.actor, devices_, call.path_value("id"));
  if (device == nullptr) return refuse(std::move(call), nothing_there(call));
  Json values = Json::object();
  for (std::size_t i = 0; i < device->slots.size(); ++i) {
    if (device->slots[i].value)
      values[device->profile->properties[i].name] = value_json(*device->slots[i].value);
  }
  answer(std::move(call), values);
}

void ThingRoom::read_property(Call call) const {
  const core::Device* const device = reach_.device(call.actor, devices_, call.path_value("id"));
  if (device == nullptr) return refuse(std::move(call), nothing_there(call));
  const auto index = domain::property_index(*device->profile, call.path_value("name"));
  if (!index) return refuse(std::move(call), no_part(call, "property"));
  const core::Slot& slot = device->slots[*index];
  if (!slot.value) {
    return refuse(std::move(call), Problem{"not_found", "the device has not told this value yet"});
  }
  answer(std::move(call), value_json(*slot.value));
}

void ThingRoom::invoke(Call call) {
  const core::Device* const device = reach_.device(call.actor, devices_, call.path_value("id"));
  if (device == nullptr) return refuse(std::move(call), nothing_there(call));
  const std::string name = call.path_value("name");
  if (!domain::action_index(*device->profile, name))
    return refuse(std::move(call), no_part(call, "action"));
  if (!call.body.is_null() && !call.body.is_object())
    return refuse(std::move(call), Problem{"invalid", "the input must be an object"});
  const core::Actor actor = call.actor;
  const std::string& id = device->registration.id.str();
  auto command = commands_.new_command(actor, "device/" + id, name);
  if (!command) return refuse(std::move(call), command.error());
  if (!call.body.is_null()) command->input = base::dump_json(call.body);
  command->ttl_ms = kWaitMs;
  commands_.send(actor, *std::move(command), {"device:" + id}, true,
                 [call = std::move(call)](base::Result<core::CommandRecord> record) mutable {
                   if (!record) return refuse(std::move(call), record.error());
                   answer_invoked(std::move(call), *record);
                 });
}

void ThingRoom::subscribe(Call call) {
  const core::Device* const device = reach_.device(call.actor, devices_, call.path_value("id"));
  if (device == nullptr) return refuse(std::move(call), nothing_there(call));
  if (!domain::event_index(*device->profile, call.path_value("name")))
    return refuse(std::move(call), no_part(call, "event"));
  // Is it there? Who asks that waits for no event.
  if (call.request.is_head) return answer_nothing(std::move(call));
  const std::string_view accept = call.request.header("accept");
  const bool wants_stream = accept.find("text/event-stream") != std::string_view::npos;
  if (wants_stream) return feed_.stream_event(std::move(call));
  feed_.await_event(std::move(call));
}

}  // namespace linli::console::api
