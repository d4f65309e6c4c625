#include "firmware/console/api/door_room.hpp"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "firmware/base/json_reader.hpp"
#include "firmware/console/api/device_room.hpp"
#include "firmware/console/api/etag.hpp"

namespace linli::console::api {
namespace {

using base::Json;

constexpr std::size_t kMaxReason = 256;
constexpr std::int64_t kLongestUnlockS = 120;

Problem no_door(const Call& call) {
  return {"not_found", fmt::format("there is no door '{}'", call.path_value("id"))};
}

}  // namespace

void DoorRoom::add_to(Handlers& handlers) {
  handlers["doors"] = [this](Call call) { list(std::move(call)); };
  handlers["door"] = [this](Call call) { show(std::move(call)); };
  handlers["open_door"] = [this](Call call) { open(std::move(call)); };
  handlers["block_door"] = [this](Call call) { act(std::move(call), "block"); };
  handlers["unblock_door"] = [this](Call call) { act(std::move(call), "unblock"); };
  handlers["unlock_keypad"] = [this](Call call) { act(std::move(call), "unlock_keypad"); };
}

std::optional<DoorPicture> DoorRoom::door_of(const Call& call) const {
  auto door = doors_.find(call.path_value("id"));
  if (!door || !reach_.sees(call.actor, door->place)) return std::nullopt;
  return door;
}

void DoorRoom::list(Call call) const {
  const auto page = page_of(call);
  if (!page) return refuse(std::move(call), page.error());
  const auto place = call.query("place");
  std::vector<DoorPicture> all = doors_.all();
  std::erase_if(all, [this, &call, place](const DoorPicture& door) {
    return !reach_.sees(call.actor, door.place) ||
           (!place.empty() && !reach_.is_at(place, door.place));
  });
  const Json json = page_json(
      all, *page, [](const DoorPicture& door) { return door.id; },
      [this](const DoorPicture& door) { return view_.summary(door); });
  answer(std::move(call), json);
}

void DoorRoom::show(Call call) const {
  const auto door = door_of(call);
  if (!door) return refuse(std::move(call), no_door(call));
  const Json json = view_.whole(*door);
  answer_versioned(std::move(call), json, etag_of(DoorView::version(*door), json));
}

// The scenario wants to know for which compound an opening is meant, and when it was asked for, so
// that a copy of it opens nothing; from this page it is meant for here and now.
void DoorRoom::open(Call call) {
  base::JsonReader in(call.body);
  const std::string reason = in.optional_text("reason", kMaxReason).value_or("");
  const auto unlock_s = in.optional_integer("unlock_s", {1, kLongestUnlockS});
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  const std::string& id = call.path_value("id");
  Json input{{"door", id}, {"site", house_.facts().site}, {"issued_ms", clock_.now().unix_ms}};
  if (unlock_s) input["unlock_s"] = *unlock_s;
  carry_out(std::move(call), {"open", std::move(input), "door:" + id, reason});
}

void DoorRoom::act(Call call, const std::string& action) {
  base::JsonReader in(call.body);
  const std::string reason = in.optional_text("reason", kMaxReason).value_or("");
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  const std::string& id = call.path_value("id");
  carry_out(std::move(call), {action, {{"door", id}}, "door:" + id, reason});
}

void DoorRoom::carry_out(Call call, ScenarioCommands::Wish wish) {
  if (!door_of(call)) return refuse(std::move(call), no_door(call));
  commands_.ask(std::move(call), std::move(wish), [this](Call done, ScenarioCommands::Done what) {
    const auto door = door_of(done);
    if (!door) return refuse(std::move(done), no_door(done));
    answer(std::move(done), Json{{"command", what.command}, {"door", view_.summary(*door)}});
  });
}

}  // namespace linli::console::api
