#include "firmware/console/api/site_room.hpp"

#include <algorithm>
#include <utility>

#include "firmware/console/api/public_room.hpp"

namespace linli::console::api {
namespace {

using base::Json;

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

// Doors, sirens and whatever raises alarms.
bool guards_people(const domain::Profile& profile) {
  const bool alarms = std::any_of(
      profile.events.begin(), profile.events.end(),
      [](const domain::EventModel& event) { return event.stream == domain::Stream::kAlarm; });
  return alarms || std::any_of(profile.actions.begin(), profile.actions.end(),
                               [](const domain::ActionModel& action) {
                                 return action.safety == domain::SafetyClass::kDoor ||
                                        action.safety == domain::SafetyClass::kLife;
                               });
}

Json item_json(const core::TodoItem& item) {
  Json params = Json::object();
  for (const auto& [name, value] : item.params) params[name] = value;
  return {{"id", item.id},
          {"harm", item.harm},
          {"kind", core::name(item.kind)},
          {"params", std::move(params)},
          {"place", or_null(item.place)},
          {"device", or_null(item.device)},
          {"since", item.since_ms ? Json(domain::rfc3339(*item.since_ms)) : Json()},
          {"action", {{"kind", core::name(item.action)}, {"target", or_null(item.target)}}}};
}

std::string_view driver_hint(const domain::Profile& profile) {
  if (profile.name.starts_with("osdp/")) return core::kOsdpDriver;
  if (profile.name.starts_with("gpio/")) return core::kGpioDriver;
  switch (domain::dialect_of(profile)) {
    case domain::Dialect::kLwm2m:
      return core::kCoapDriver;
    case domain::Dialect::kTerminal:
      return core::kTerminalDriver;
    case domain::Dialect::kNative:
    case domain::Dialect::kTopics:
      break;
  }
  return core::kMqttDriver;
}

}  // namespace

void SiteRoom::add_to(Handlers& handlers) {
  handlers["site"] = [this](Call call) { site(std::move(call)); };
  handlers["profiles"] = [this](Call call) { profiles(std::move(call)); };
  handlers["todo"] = [this](Call call) {
    const Json json = todo_json(call.actor);
    answer(std::move(call), json);
  };
}

void SiteRoom::site(Call call) const {
  const House::Facts facts = house_.facts();
  const auto mine = reach_.devices(call.actor, devices_);
  const auto online = std::count_if(mine.begin(), mine.end(), [this](const core::Device* device) {
    return view_.standing(*device).state == core::DeviceState::kOnline;
  });
  answer(std::move(call),
         Json{{"id", facts.site},
              {"gateway", facts.gateway},
              {"version", facts.version},
              {"started_at", domain::rfc3339(facts.started_ms)},
              {"uptime_s", facts.uptime_s},
              {"devices", {{"total", mine.size()}, {"online", online}}},
              {"events", {{"waiting", house_.todo_around().platform.waiting}}},
              {"platform", {{"link", facts.platform_link}, {"state", facts.platform_state}}},
              {"time", now_json(clock_.now())}});
}

void SiteRoom::profiles(Call call) const {
  Json items = Json::array();
  for (const core::ProfilePtr& profile : house_.profiles()) {
    items.push_back({{"name", profile->name},
                     {"title", title_json(profile->title)},
                     {"driver_hint", driver_hint(*profile)},
                     {"properties", profile->properties.size()},
                     {"actions", profile->actions.size()},
                     {"events", profile->events.size()}});
  }
  answer(std::move(call), Json{{"items", std::move(items)}});
}

Json SiteRoom::todo_json(const core::Actor& actor) const {
  core::TodoSnapshot snapshot = house_.todo_around();
  for (const core::Device* device : reach_.devices(actor, devices_)) {
    core::TodoSnapshot::DevicePicture picture;
    picture.id = device->registration.id.str();
    picture.place = device->registration.place;
    picture.name = device->registration.name;
    picture.standing = view_.standing(*device);
    picture.guards_people = guards_people(*device->profile);
    picture.rejected = device->rejected;
    snapshot.devices.push_back(std::move(picture));
  }
  // A lock in somebody else's place is not there; one that is registered nowhere is the house's.
  std::erase_if(snapshot.fire_release_missing, [this, &snapshot](const auto& door) {
    const auto id = domain::DeviceId::parse(door.device);
    const bool is_mine = std::any_of(snapshot.devices.begin(), snapshot.devices.end(),
                                     [&door](const auto& each) { return each.id == door.device; });
    return id && devices_.find(*id) != nullptr && !is_mine;
  });
  complete_(actor, snapshot);
  const core::TodoList list = core::todo_of(snapshot);
  Json items = Json::array();
  for (const core::TodoItem& item : list.items) items.push_back(item_json(item));
  return {{"items", std::move(items)}, {"total", list.total}};
}

void PlaceRoom::add_to(Handlers& handlers) {
  handlers["places"] = [this](Call call) { list(std::move(call)); };
  handlers["put_place"] = [this](Call call) { put(std::move(call)); };
  handlers["remove_place"] = [this](Call call) { remove(std::move(call)); };
}

Json PlaceRoom::place_json(const core::Actor& actor, const core::Place& place) const {
  std::size_t devices = 0;
  std::size_t offline = 0;
  for (const core::Device* device : reach_.devices(actor, devices_)) {
    if (!places_.covers(place.id.str(), device->registration.place)) continue;
    ++devices;
    offline += view_.standing(*device).state == core::DeviceState::kOffline ? 1 : 0;
  }
  return {{"id", place.id.str()},
          {"parent", or_null(place.parent.str())},
          {"kind", core::name(place.kind)},
          {"name", place.name},
          {"devices", devices},
          {"offline", offline}};
}

void PlaceRoom::list(Call call) const {
  // What a place holds is counted once a device, up the path: 5,000 places would take long else.
  std::map<std::string, std::pair<std::size_t, std::size_t>, std::less<>> counts;
  for (const core::Device* device : reach_.devices(call.actor, devices_)) {
    const bool offline = view_.standing(*device).state == core::DeviceState::kOffline;
    for (const core::Place* place : places_.path(device->registration.place)) {
      auto& [all, off] = counts[place->id.str()];
      ++all;
      off += offline ? 1 : 0;
    }
  }
  Json items = Json::array();
  for (const core::Place* place : places_.all()) {
    if (!reach_.sees(call.actor, place->id.str())) continue;
    const bool parent_seen = reach_.sees(call.actor, place->parent.str());
    const auto [all, off] = counts[place->id.str()];
    items.push_back({{"id", place->id.str()},
                     {"parent", parent_seen ? or_null(place->parent.str()) : Json()},
                     {"kind", core::name(place->kind)},
                     {"name", place->name},
                     {"devices", all},
                     {"offline", off}});
  }
  answer(std::move(call), Json{{"items", std::move(items)}});
}

bool PlaceRoom::may_change(const Call& call, const core::Place& wanted) const {
  const bool exists = places_.find(wanted.id.str()) != nullptr;
  if (exists && !reach_.sees(call.actor, wanted.id.str())) return false;
  return call.actor.places.empty() || reach_.sees(call.actor, wanted.parent.str());
}

void PlaceRoom::note(Call call, std::string action, const std::string& place,
                     base::Once<void(Call)> then) {
  const core::Actor actor = call.actor;
  audit_.write(actor, std::move(action), "place:" + place, Json::object(),
               [call = std::move(call), then = std::move(then)](base::Result<void> noted) mutable {
                 if (!noted) return refuse(std::move(call), noted.error());
                 std::move(then)(std::move(call));
               });
}

void PlaceRoom::put(Call call) {
  base::JsonReader in(call.body);
  core::Place place;
  auto id = domain::PlaceId::parse(call.path_value("id"));
  if (!id) return refuse(std::move(call), id.error());
  place.id = *std::move(id);
  const bool is_root = !call.body.contains("parent") || call.body["parent"].is_null();
  if (is_root) in.allow("parent");
  const std::string parent = is_root ? "" : in.text("parent", 64);
  const auto kind = core::place_kind_of(in.text("kind", 16));
  if (!kind) in.reject("kind", "expected site, building, unit or point");
  place.name = in.text("name", 128);
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  place.kind = *kind;
  if (!is_root) {
    auto parsed = domain::PlaceId::parse(parent);
    if (!parsed) return refuse(std::move(call), Problem{"invalid", parsed.error().what, "/parent"});
    place.parent = *std::move(parsed);
  }
  if (!may_change(call, place)) {
    return refuse(std::move(call),
                  Problem{"not_found", fmt::format("no place '{}' among yours", place.id.str())});
  }
  const std::string name = place.id.str();
  places_.put(std::move(place),
              [this, name, call = std::move(call)](base::Result<void> done) mutable {
                if (!done) return refuse(std::move(call), done.error());
                note(std::move(call), "place.put", name, [this, name](Call noted) {
                  const core::Place* const now = places_.find(name);
                  if (now == nullptr)
                    return refuse(std::move(noted), Problem{"conflict", "it was removed again"});
                  const Json json = place_json(noted.actor, *now);
                  answer(std::move(noted), json);
                });
              });
}

void PlaceRoom::remove(Call call) {
  const std::string name = call.path_value("id");
  const core::Place* const place = places_.find(name);
  if (place == nullptr || !may_change(call, *place)) {
    return refuse(std::move(call), Problem{"not_found", fmt::format("no place '{}'", name)});
  }
  places_.remove(place->id, [this, name, call = std::move(call)](base::Result<void> done) mutable {
    if (!done) return refuse(std::move(call), done.error());
    note(std::move(call), "place.remove", name,
         [](Call noted) { answer_nothing(std::move(noted)); });
  });
}

}  // namespace linli::console::api
