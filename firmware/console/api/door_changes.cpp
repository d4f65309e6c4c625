#include "firmware/console/api/door_changes.hpp"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "firmware/console/api/etag.hpp"

namespace linli::console::api {
namespace {

using base::Json;

Problem no_door(const Call& call) {
  return {"not_found", fmt::format("there is no door '{}'", call.path_value("id"))};
}

std::string text_in(const Json& object, std::string_view key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// The devices that a definition names; what is no text is left to the scenario, which names the
// member.
std::vector<std::string> devices_in(const Json& body) {
  std::vector<Json> parts;
  for (const char* part : {"lock", "contact", "exit"})
    if (body.contains(part)) parts.push_back(body[part]);
  if (body.contains("readers") && body["readers"].is_array())
    parts.insert(parts.end(), body["readers"].begin(), body["readers"].end());
  std::vector<std::string> devices;
  for (const Json& part : parts) {
    std::string device = text_in(part, "device");
    if (!device.empty()) devices.push_back(std::move(device));
  }
  return devices;
}

}  // namespace

void DoorChanges::add_to(Handlers& handlers) {
  handlers["put_door"] = [this](Call call) { put(std::move(call)); };
  handlers["remove_door"] = [this](Call call) { remove(std::move(call)); };
  handlers["schedules"] = [this](Call call) {
    const Json json{{"items", doors_.schedules()}};
    answer(std::move(call), json);
  };
  handlers["put_schedule"] = [this](Call call) { put_schedule(std::move(call)); };
  handlers["remove_schedule"] = [this](Call call) { remove_schedule(std::move(call)); };
  handlers["calendars"] = [this](Call call) {
    const Json json{{"items", doors_.calendars()}};
    answer(std::move(call), json);
  };
  handlers["put_calendar"] = [this](Call call) { put_calendar(std::move(call)); };
}

std::optional<Problem> DoorChanges::check(const Call& call) const {
  const auto door = doors_.find(call.path_value("id"));
  if (door && !reach_.sees(call.actor, door->place)) return no_door(call);
  const auto if_match = call.request.header("if-match");
  if (if_match.empty()) return std::nullopt;
  if (door && matches_version(if_match, DoorView::version(*door))) return std::nullopt;
  return Problem{"precondition_failed", "the door was changed since"};
}

std::optional<Problem> DoorChanges::check_parts(const core::Actor& actor, const Json& body) const {
  if (!reach_.sees(actor, text_in(body, "place")))
    return Problem{"denied", "place: lies outside of your own places", "/place"};
  if (actor.places.empty()) return std::nullopt;
  for (const std::string& device : devices_in(body)) {
    if (reach_.device(actor, devices_, device) == nullptr)
      return Problem{"not_found", fmt::format("no device '{}'", device)};
  }
  return std::nullopt;
}

void DoorChanges::put(Call call) {
  const std::string id = call.path_value("id");
  if (auto problem = check(call)) return refuse(std::move(call), *problem);
  if (auto problem = check_parts(call.actor, call.body)) return refuse(std::move(call), *problem);
  Json input = call.body;
  if (input.contains("id") && input["id"] != id)
    return refuse(std::move(call),
                  Problem{"invalid", "id: is another one than in the path", "/id"});
  input["id"] = id;
  commands_.ask(
      std::move(call), {"put_door", std::move(input), "door:" + id},
      [this](Call done, const ScenarioCommands::Done& /*what*/) { after_put(std::move(done)); });
}

void DoorChanges::after_put(Call call) const {
  const auto door = doors_.find(call.path_value("id"));
  if (!door) return refuse(std::move(call), no_door(call));
  const Json json = view_.whole(*door);
  Response response = json_response(call.route->status, json);
  response.headers.emplace_back("ETag", etag_of(DoorView::version(*door), json));
  answer(std::move(call), std::move(response));
}

void DoorChanges::remove(Call call) {
  const std::string id = call.path_value("id");
  if (!doors_.find(id)) return refuse(std::move(call), no_door(call));
  if (auto problem = check(call)) return refuse(std::move(call), *problem);
  commands_.ask(
      std::move(call), {"remove_door", {{"door", id}}, "door:" + id},
      [](Call done, const ScenarioCommands::Done& /*what*/) { answer_nothing(std::move(done)); });
}

void DoorChanges::put_schedule(Call call) {
  const std::string id = call.path_value("id");
  Json input{{"id", id}, {"schedule", call.body}};
  commands_.ask(std::move(call),
                {"put_schedule", std::move(input), "schedule:" + id, "", "schedule"},
                [this](Call done, const ScenarioCommands::Done& /*what*/) {
                  const Json json{{"items", doors_.schedules()}};
                  answer(std::move(done), json);
                });
}

void DoorChanges::remove_schedule(Call call) {
  const std::string id = call.path_value("id");
  commands_.ask(
      std::move(call), {"remove_schedule", {{"id", id}}, "schedule:" + id},
      [](Call done, const ScenarioCommands::Done& /*what*/) { answer_nothing(std::move(done)); });
}

void DoorChanges::put_calendar(Call call) {
  const std::string year = call.path_value("year");
  const Json& body = call.body;
  if (!body.contains("year") || body["year"].dump() != year) {
    return refuse(std::move(call),
                  Problem{"invalid", "year: is another one than in the path", "/year"});
  }
  Json input{{"calendar", body}};
  commands_.ask(std::move(call),
                {"put_calendar", std::move(input), "calendar:" + year, "", "calendar"},
                [this](Call done, const ScenarioCommands::Done& /*what*/) {
                  const Json json{{"items", doors_.calendars()}};
                  answer(std::move(done), json);
                });
}

}  // namespace linli::console::api
