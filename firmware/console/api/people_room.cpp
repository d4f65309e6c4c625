#include "firmware/console/api/people_room.hpp"

#include <utility>

#include "firmware/base/id.hpp"
#include "firmware/console/api/gate.hpp"

namespace linli::console::api {
namespace {

using base::Json;
using core::AccountResult;

Json person_json(const core::PersonView& person) {
  return {{"id", person.id},
          {"name", person.name},
          {"login", person.login},
          {"role", domain::name(person.role)},
          {"places", person.places},
          {"second_factor", person.second_factor},
          {"locked", person.is_locked},
          {"last_seen_at",
           person.last_seen_at ? Json(domain::rfc3339(person.last_seen_at->unix_ms)) : Json()},
          {"invited", person.is_invited}};
}

// The link that a code travels in: behind '#', so that it stands in no log of a server.
std::string link_of(const Call& call, const core::CodeOffer& offer, bool is_recovery) {
  const bool is_resident = offer.role == domain::Role::kResident;
  return fmt::format("https://{}{}#{}={}", call.request.header("host"), is_resident ? "/app/" : "/",
                     is_recovery ? "r" : "i", offer.code.reveal());
}

core::AccountDone<void> nothing(Call call) {
  return [call = std::move(call)](AccountResult<void> done) mutable {
    if (!done) return refuse(std::move(call), done.error());
    answer_nothing(std::move(call));
  };
}

std::optional<domain::Role> read_role(base::JsonReader& in, const std::string& word) {
  const auto role = domain::role_of(word);
  if (!role) in.reject("role", "expected manager, installer, on_call, viewer or resident");
  return role;
}

std::optional<std::vector<std::string>> read_places(base::JsonReader& in) {
  const Json* const list = in.optional_array("places", 64);
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> places;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Json& place = (*list)[i];
    if (!place.is_string() || !base::is_id(place.get_ref<const std::string&>())) {
      in.reject(fmt::format("places[{}]", i), "expected the id of a place");
      return std::nullopt;
    }
    places.push_back(place.get<std::string>());
  }
  return places;
}

}  // namespace

core::AccountDone<core::CodeOffer> show_code(Call call, bool is_recovery) {
  return [is_recovery, call = std::move(call)](AccountResult<core::CodeOffer> offer) mutable {
    if (!offer) return refuse(std::move(call), offer.error());
    const Json json = {{"code", offer->code.reveal()},
                       {"uri", link_of(call, *offer, is_recovery)},
                       {"expires_at", domain::rfc3339(offer->expires_at.unix_ms)}};
    answer(std::move(call), json);
  };
}

void PeopleRoom::add_to(Handlers& handlers) {
  handlers["people"] = [this](Call call) { list(std::move(call)); };
  handlers["invite"] = [this](Call call) { invite(std::move(call)); };
  handlers["change_person"] = [this](Call call) { change(std::move(call)); };
  handlers["offer_recovery"] = [this](Call call) { offer_recovery(std::move(call)); };
  handlers["remove_person"] = [this](Call call) {
    const core::By by = core::by(call.actor);
    const std::string id = call.path_value("id");
    accounts_.remove_person(by, id, nothing(std::move(call)));
  };
  handlers["unlock_person"] = [this](Call call) {
    const core::By by = core::by(call.actor);
    const std::string id = call.path_value("id");
    accounts_.unlock(by, id, nothing(std::move(call)));
  };
  handlers["end_sessions_of"] = [this](Call call) {
    const core::By by = core::by(call.actor);
    const std::string id = call.path_value("id");
    accounts_.end_sessions_of(by, id, nothing(std::move(call)));
  };
}

void PeopleRoom::list(Call call) const {
  Json items = Json::array();
  for (const core::PersonView& person : accounts_.people(core::by(call.actor)))
    items.push_back(person_json(person));
  answer(std::move(call), Json{{"items", std::move(items)}});
}

void PeopleRoom::invite(Call call) {
  base::JsonReader in(call.body);
  core::InviteForm form;
  const auto role = read_role(in, in.text("role", 32));
  form.name = in.text("name", 64);
  form.places = read_places(in).value_or(std::vector<std::string>{});
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  form.role = *role;
  const core::By by = core::by(call.actor);
  accounts_.invite(by, std::move(form), show_code(std::move(call), false));
}

void PeopleRoom::change(Call call) {
  base::JsonReader in(call.body);
  core::PersonChange change;
  if (const auto word = in.optional_text("role", 32)) change.role = read_role(in, *word);
  change.places = read_places(in);
  change.name = in.optional_text("name", 64);
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  const core::By by = core::by(call.actor);
  const std::string id = call.path_value("id");
  accounts_.change_person(by, id, std::move(change),
                          [call = std::move(call)](AccountResult<core::PersonView> person) mutable {
                            if (!person) return refuse(std::move(call), person.error());
                            answer(std::move(call), person_json(*person));
                          });
}

void PeopleRoom::offer_recovery(Call call) {
  const core::By by = core::by(call.actor);
  const std::string id = call.path_value("id");
  accounts_.offer_recovery(by, id, show_code(std::move(call), true));
}

}  // namespace linli::console::api
