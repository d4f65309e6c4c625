#include "firmware/console/api/fire_room.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json_reader.hpp"

namespace linli::console::api {
namespace {

using base::Json;

constexpr std::size_t kMaxRule = 128;
constexpr std::size_t kMaxReason = 256;

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

}  // namespace

void FireRoom::add_to(Handlers& handlers) {
  handlers["fire"] = [this](Call call) { list(std::move(call)); };
  handlers["release_fire"] = [this](Call call) { act(std::move(call), "release_fire"); };
  handlers["reset_fire"] = [this](Call call) { act(std::move(call), "reset_fire"); };
}

// A door of the rules need not be set up: then its actuator says where it is.
bool FireRoom::sees(const core::Actor& actor, const FirePicture::Release& release) const {
  if (const auto door = doors_.find(release.door)) return reach_.sees(actor, door->place);
  return reach_.device(actor, devices_, release.device) != nullptr || actor.places.empty();
}

Json FireRoom::release_json(const FirePicture::Release& release) const {
  const auto door = doors_.find(release.door);
  return {{"door", release.door},
          {"name", door ? Json(door->name) : Json()},
          {"device", release.device},
          {"held", release.is_held},
          {"confirmed", release.is_confirmed},
          {"missing", or_null(release.missing)}};
}

// Null if the actor sees none of its doors.
Json FireRoom::rule_json(const core::Actor& actor, const FirePicture& rule) const {
  Json releases = Json::array();
  for (const auto& release : rule.releases)
    if (sees(actor, release)) releases.push_back(release_json(release));
  if (releases.empty()) return {};
  Json when = Json::array();
  for (const auto& cause : rule.when) {
    if (!actor.places.empty() && reach_.device(actor, devices_, cause.device) == nullptr) continue;
    when.push_back({{"device", cause.device},
                    {"event", or_null(cause.event)},
                    {"property", or_null(cause.property)},
                    {"equals", cause.equals}});
  }
  return {{"name", rule.name},
          {"active", rule.is_active},
          {"in_file", rule.is_in_file},
          {"when", std::move(when)},
          {"releases", std::move(releases)}};
}

Json FireRoom::rules_json(const core::Actor& actor) const {
  Json items = Json::array();
  for (const FirePicture& rule : doors_.fire()) {
    Json json = rule_json(actor, rule);
    if (!json.is_null()) items.push_back(std::move(json));
  }
  return {{"items", std::move(items)}};
}

void FireRoom::list(Call call) const {
  const Json json = rules_json(call.actor);
  answer(std::move(call), json);
}

void FireRoom::act(Call call, const std::string& action) {
  base::JsonReader in(call.body);
  const std::string rule = in.text("rule", kMaxRule);
  const std::string reason = in.optional_text("reason", kMaxReason).value_or("");
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  commands_.ask(std::move(call), {action, {{"rule", rule}}, "fire:" + rule, reason},
                [this](Call done, const ScenarioCommands::Done& /*what*/) {
                  const Json json = rules_json(done.actor);
                  answer(std::move(done), json);
                });
}

}  // namespace linli::console::api
