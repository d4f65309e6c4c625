#include "firmware/console/api/door_view.hpp"

#include <nlohmann/json.hpp>

namespace linli::console::api {
namespace {

using base::Json;

// Does it stand open? Only the contact (门磁) can say; null: nobody knows.
Json open_json(const DoorPicture& door) {
  if (door.contact == "open") return true;
  if (door.contact == "closed") return false;
  return {};
}

}  // namespace

Json DoorView::part(const std::string& device) const {
  const auto id = domain::DeviceId::parse(device);
  const core::Device* const found = id ? devices_.find(*id) : nullptr;
  if (found == nullptr) {
    return {{"device", device},
            {"name", ""},
            {"state", core::name(core::DeviceState::kUnknown)},
            {"why", {{"code", core::name(core::StateWhy::kRevoked)}, {"params", Json::object()}}}};
  }
  const Json is = view_.summary(*found);
  return {{"device", device}, {"name", is["name"]}, {"state", is["state"]}, {"why", is["why"]}};
}

Json DoorView::reader(const DoorPicture::Reader& reader) const {
  Json json = part(reader.device);
  json["head"] = reader.head;
  json["direction"] = reader.direction;
  if (reader.persons) {
    json["persons"] = {{"wanted", reader.persons->wanted},
                       {"in_effect", reader.persons->in_effect},
                       {"to_remove", reader.persons->to_remove},
                       {"refused", reader.persons->refused}};
  }
  return json;
}

Json DoorView::summary(const DoorPicture& door) const {
  Json readers = Json::array();
  for (const auto& each : door.readers) readers.push_back(reader(each));
  return {{"id", door.id},
          {"name", door.name},
          {"place", door.place},
          {"group", door.group},
          {"phase", door.phase},
          {"contact", door.contact},
          {"open", open_json(door)},
          {"since", door.since_ms ? Json(domain::rfc3339(*door.since_ms)) : Json()},
          {"blocked", door.is_blocked},
          {"alarms", door.alarms},
          {"released_by", door.released_by},
          {"lock", part(door.lock)},
          {"contact_device", door.contact_device ? part(*door.contact_device) : Json()},
          {"exit_device", door.exit_device ? part(*door.exit_device) : Json()},
          {"readers", std::move(readers)}};
}

Json DoorView::whole(const DoorPicture& door) const {
  Json json = summary(door);
  json["definition"] = door.definition;
  return json;
}

std::string DoorView::version(const DoorPicture& door) {
  return door.id + " " + base::dump_json(door.definition);
}

}  // namespace linli::console::api
