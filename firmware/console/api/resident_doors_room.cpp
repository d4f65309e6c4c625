#include "firmware/console/api/resident_doors_room.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/number.hpp"
#include "firmware/console/api/household_room.hpp"
#include "firmware/domain/event_time.hpp"

namespace linli::console::api {
namespace {

using base::Json;

constexpr std::size_t kMaxId = 64;
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
constexpr std::int64_t kLookBackDays = 30;
constexpr std::int64_t kLongestDelegationDays = 366;
constexpr std::size_t kMostActions = 17;

Problem no_door(const Call& call) {
  return {"not_found", fmt::format("there is no door '{}'", call.path_value("id"))};
}

}  // namespace

void ResidentDoorsRoom::add_to(Handlers& handlers) {
  handlers["my_doors"] = [this](Call call) { list_doors(std::move(call)); };
  handlers["open_my_door"] = [this](Call call) { open(std::move(call)); };
  handlers["my_visits"] = [this](Call call) { list_visits(std::move(call)); };
  handlers["give_my_visit"] = [this](Call call) { give_visit(std::move(call)); };
  handlers["end_my_visit"] = [this](Call call) { end_visit(std::move(call)); };
  handlers["my_home"] = [this](Call call) { show_home(std::move(call)); };
  handlers["my_door_log"] = [this](Call call) { log(std::move(call)); };
  handlers["my_face"] = [this](Call call) { show_face(std::move(call)); };
  handlers["agree_to_face"] = [this](Call call) { agree_to_face(std::move(call)); };
  handlers["delete_my_face"] = [this](Call call) { delete_face(std::move(call)); };
  handlers["erase_my_data"] = [this](Call call) { erase_data(std::move(call)); };
  handlers["delegate"] = [this](Call call) { delegate(std::move(call)); };
  handlers["end_delegation"] = [this](Call call) { end_delegation(std::move(call)); };
}

// Whoever lives nowhere has nothing here to change.
bool ResidentDoorsRoom::lives_here(Call& call) const {
  if (homes_.of_person(call.actor.person)) return true;
  refuse(std::move(call),
         Problem{"not_found", fmt::format("'{}' lives nowhere here", call.actor.person)});
  return false;
}

Json ResidentDoorsRoom::door_json(const DoorPicture& door) const {
  const core::Place* const place = places_.find(door.place);
  const bool is_known = door.contact == "open" || door.contact == "closed";
  return {{"id", door.id},
          {"name", door.name},
          {"place", place == nullptr ? "" : place->name},
          {"group", door.group},
          {"phase", door.phase},
          {"open", is_known ? Json(door.contact == "open") : Json()},
          {"blocked", door.is_blocked},
          {"released", !door.released_by.empty()}};
}

void ResidentDoorsRoom::list_doors(Call call) const {
  Json items = Json::array();
  for (const std::string& id : homes_.doors_of(call.actor.person))
    if (const auto door = doors_.find(id)) items.push_back(door_json(*door));
  answer(std::move(call), Json{{"items", std::move(items)}});
}

// The lock has said that it opened; whether the door then moves is the contact's word, and in the
// picture of the door from then on.
void ResidentDoorsRoom::open(Call call) {
  const std::string id = call.path_value("id");
  const auto own = homes_.doors_of(call.actor.person);
  if (std::find(own.begin(), own.end(), id) == own.end())
    return refuse(std::move(call), no_door(call));
  Json input{{"door", id}, {"site", house_.facts().site}, {"issued_ms", clock_.now().unix_ms}};
  commands_.ask(std::move(call), {"open", std::move(input), "door:" + id},
                [this](Call done, const ScenarioCommands::Done& /*what*/) {
                  const auto door = doors_.find(done.path_value("id"));
                  if (!door) return refuse(std::move(done), no_door(done));
                  const Json json = door_json(*door);
                  answer(std::move(done), json);
                });
}

void ResidentDoorsRoom::list_visits(Call call) const {
  Json items = Json::array();
  for (const VisitPicture& visit : homes_.visits_of(call.actor.person))
    items.push_back(view_.visit(visit));
  answer(std::move(call), Json{{"items", std::move(items)}});
}

void ResidentDoorsRoom::give_visit(Call call) {
  if (!lives_here(call)) return;
  const std::string person = call.actor.person;
  auto wish = visit_wish(call, person);
  if (!wish) return refuse(std::move(call), wish.error());
  commands_.ask(std::move(call),
                {std::move(wish->action), std::move(wish->input), "person:" + person},
                [](Call done, const ScenarioCommands::Done& what) {
                  answer(std::move(done), given_visit(what.answer));
                });
}

void ResidentDoorsRoom::end_visit(Call call) {
  if (!lives_here(call)) return;
  const std::string id = call.path_value("id");
  const std::string person = call.actor.person;
  for (const VisitPicture& visit : homes_.visits_of(person)) {
    if (visit.id != id) continue;
    const bool is_pass = visit.kind == "pass";
    return do_quietly(std::move(call), {is_pass ? "revoke_pass" : "revoke_code",
                                        {{is_pass ? "pass" : "code", id}},
                                        "person:" + person});
  }
  refuse(std::move(call), Problem{"not_found", fmt::format("there is no visitor's pass '{}'", id)});
}

void ResidentDoorsRoom::do_quietly(Call call, ScenarioCommands::Wish wish) {
  commands_.ask(
      std::move(call), std::move(wish),
      [](Call done, const ScenarioCommands::Done& /*what*/) { answer_nothing(std::move(done)); });
}

void ResidentDoorsRoom::show_home(Call call) const {
  const std::string& me = call.actor.person;
  const auto home = homes_.of_person(me);
  Json people = Json::array();
  if (home) {
    for (const ResidentPicture& each : home->people) {
      people.push_back({{"id", each.id},
                        {"name", homes_.contact(each.id).name},
                        {"role", each.role},
                        {"me", each.id == me}});
    }
  }
  Json delegations = Json::array();
  for (const DelegationPicture& each : homes_.delegations_of(me))
    delegations.push_back(view_.delegation(each));
  const core::Place* const place = home ? places_.find(home->place) : nullptr;
  answer(std::move(call), Json{{"place", place == nullptr ? "" : place->name},
                               {"people", std::move(people)},
                               {"delegations", std::move(delegations)}});
}

void ResidentDoorsRoom::log(Call call) {
  if (!lives_here(call)) return;
  const std::string_view of = call.query("person");
  const std::string person = of.empty() ? call.actor.person : std::string(of);
  const std::int64_t now = clock_.now().unix_ms;
  Json input{{"person", person},
             {"from_ms", std::max<std::int64_t>(0, now - kLookBackDays * kDayMs)},
             {"to_ms", now + 1}};
  if (const auto before = base::parse_number<std::int64_t>(call.query("before")))
    input["before"] = *before;
  commands_.ask(std::move(call), {"read_own_log", std::move(input), "person:" + person},
                [this](Call done, ScenarioCommands::Done what) {
                  for (Json& item : what.answer["items"]) {
                    const auto door = doors_.find(item.value("door", ""));
                    item["door_name"] = door ? door->name : item.value("door", "");
                    item["at"] = domain::rfc3339(item.value("at_ms", std::int64_t{0}));
                    item.erase("at_ms");
                    item.erase("asked_by");
                  }
                  const Json json{{"items", what.answer["items"]}, {"next", what.answer["next"]}};
                  answer(std::move(done), json);
                });
}

void ResidentDoorsRoom::show_face(Call call) const {
  std::size_t faces = 0;
  for (const CredentialPicture& each : homes_.credentials_of(call.actor.person))
    if (each.kind == "face" && each.state != "revoked") ++faces;
  const Json json{{"faces", faces},
                  {"consent", HouseholdView::consent(homes_.face_consent_of(call.actor.person))}};
  answer(std::move(call), json);
}

void ResidentDoorsRoom::agree_to_face(Call call) {
  if (!lives_here(call)) return;
  base::JsonReader in(call.body);
  const std::string text = in.text("text", kMaxId);
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  const std::string person = call.actor.person;
  do_quietly(std::move(call), {"give_consent",
                               {{"person", person}, {"purpose", "face"}, {"text", text}},
                               "consent:" + person + "/face"});
}

void ResidentDoorsRoom::delete_face(Call call) {
  if (!lives_here(call)) return;
  const std::string person = call.actor.person;
  commands_.ask(std::move(call),
                {"withdraw_consent",
                 {{"person", person}, {"purpose", "face"}},
                 "consent:" + person + "/face"},
                [](Call done, const ScenarioCommands::Done& what) {
                  answer(std::move(done), with_proof(what.answer, what.command));
                });
}

void ResidentDoorsRoom::erase_data(Call call) {
  if (!lives_here(call)) return;
  const std::string person = call.actor.person;
  commands_.ask(std::move(call), {"erase_person", {{"person", person}}, "person:" + person},
                [](Call done, const ScenarioCommands::Done& what) {
                  answer(std::move(done), with_proof(what.answer, what.command));
                });
}

void ResidentDoorsRoom::delegate(Call call) {
  if (!lives_here(call)) return;
  base::JsonReader in(call.body);
  const std::string to = in.text("to", kMaxId);
  const Json& actions = in.array("actions", kMostActions);
  const std::int64_t days = in.integer("days", {1, kLongestDelegationDays});
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  auto word = house_.random_word();
  if (!word) return refuse(std::move(call), word.error());
  const std::string person = call.actor.person;
  const std::int64_t now = clock_.now().unix_ms;
  const std::string id = "d-" + *word;
  Json input{{"id", id},           {"from", person}, {"to", to},
             {"actions", actions}, {"from_ms", now}, {"until_ms", now + days * kDayMs}};
  commands_.ask(std::move(call), {"delegate", std::move(input), "delegation:" + id},
                [id](Call done, const ScenarioCommands::Done& /*what*/) {
                  answer(std::move(done), Json{{"id", id}});
                });
}

void ResidentDoorsRoom::end_delegation(Call call) {
  if (!lives_here(call)) return;
  const std::string id = call.path_value("id");
  const auto all = homes_.delegations_of(call.actor.person);
  const bool is_own =
      std::any_of(all.begin(), all.end(), [&id, &call](const DelegationPicture& each) {
        return each.id == id && each.from == call.actor.person;
      });
  if (!is_own)
    return refuse(std::move(call),
                  Problem{"not_found", fmt::format("there is no delegation '{}'", id)});
  do_quietly(std::move(call), {"end_delegation", {{"id", id}}, "delegation:" + id});
}

Json ResidentDoorsRoom::data_of(const std::string& person) const {
  Json data = Json::object();
  const auto home = homes_.of_person(person);
  if (!home) return data;
  const Homes::Contact contact = homes_.contact(person);
  data["household"] = {
      {"id", home->id}, {"place", home->place}, {"name", contact.name}, {"phone", contact.phone}};
  data["credentials"] = Json::array();
  for (const CredentialPicture& each : homes_.credentials_of(person))
    data["credentials"].push_back(HouseholdView::credential(each));
  data["visits"] = Json::array();
  for (const VisitPicture& each : homes_.visits_of(person))
    data["visits"].push_back(view_.visit(each));
  data["delegations"] = Json::array();
  for (const DelegationPicture& each : homes_.delegations_of(person))
    data["delegations"].push_back(view_.delegation(each));
  if (const auto consent = homes_.face_consent_of(person))
    data["face_consent"] = HouseholdView::consent(consent);
  return data;
}

}  // namespace linli::console::api
