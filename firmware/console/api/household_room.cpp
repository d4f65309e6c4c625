#include "firmware/console/api/household_room.hpp"

#include <algorithm>
#include <utility>

#include "firmware/console/api/device_room.hpp"
#include "firmware/console/api/gate.hpp"
#include "firmware/console/api/people_room.hpp"
#include "firmware/domain/event_time.hpp"

namespace linli::console::api {
namespace {

using base::Json;

constexpr std::size_t kMaxId = 64;
constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMostPeople = 32;
constexpr std::size_t kMostGroups = 256;
constexpr std::size_t kMostPieces = 32;
constexpr base::JsonReader::IntegerRange kCardBits{4, 256};
constexpr base::JsonReader::IntegerRange kTimes{0, 7'258'118'400'000};  // 1970 to 2200

void copy_text(base::JsonReader& in, std::string_view key, std::size_t most, Json& out) {
  if (auto text = in.optional_text(key, most)) out[std::string(key)] = *std::move(text);
}
void copy_time(base::JsonReader& in, std::string_view key, Json& out) {
  if (const auto time = in.optional_integer(key, kTimes)) out[std::string(key)] = *time;
}

bool contains(const HomePicture& home, std::string_view person) {
  return std::any_of(home.people.begin(), home.people.end(),
                     [person](const ResidentPicture& each) { return each.id == person; });
}

}  // namespace

void HouseholdRoom::add_to(Handlers& handlers) {
  handlers["households"] = [this](Call call) { list(std::move(call)); };
  handlers["household"] = [this](Call call) { show(std::move(call)); };
  handlers["move_in"] = [this](Call call) { move_in(std::move(call)); };
  handlers["move_out"] = [this](Call call) { move_out(std::move(call)); };
  handlers["erase_person"] = [this](Call call) { erase_person(std::move(call)); };
  handlers["invite_resident"] = [this](Call call) { invite(std::move(call)); };
  handlers["give_credential"] = [this](Call call) { give_credential(std::move(call)); };
  handlers["set_credential"] = [this](Call call) { set_credential(std::move(call)); };
  handlers["record_consent"] = [this](Call call) { record_consent(std::move(call)); };
  handlers["withdraw_consent"] = [this](Call call) { withdraw_consent(std::move(call)); };
  handlers["import_households"] = [this](Call call) { import(std::move(call)); };
  handlers["visits"] = [this](Call call) { list_visits(std::move(call)); };
  handlers["give_visit"] = [this](Call call) { give_visit(std::move(call)); };
  handlers["end_visit"] = [this](Call call) { end_visit(std::move(call)); };
}

std::optional<HomePicture> HouseholdRoom::home_of(Call& call) const {
  auto home = homes_.find(call.path_value("id"));
  if (home && reach_.sees(call.actor, home->place)) return home;
  refuse(std::move(call),
         Problem{"not_found", fmt::format("there is no household '{}'", call.path_value("id"))});
  return std::nullopt;
}

std::optional<HomePicture> HouseholdRoom::home_of_person(Call& call) const {
  auto home = home_of(call);
  if (!home || contains(*home, call.path_value("person"))) return home;
  refuse(std::move(call), Problem{"not_found", fmt::format("'{}' does not live in household '{}'",
                                                           call.path_value("person"), home->id)});
  return std::nullopt;
}

void HouseholdRoom::list(Call call) const {
  const auto page = page_of(call);
  if (!page) return refuse(std::move(call), page.error());
  const auto wanted = call.query("place");
  std::vector<HomePicture> all = homes_.all();
  std::erase_if(all, [this, &call, wanted](const HomePicture& home) {
    return !reach_.sees(call.actor, home.place) ||
           (!wanted.empty() && !reach_.is_at(wanted, home.place));
  });
  const Json json = page_json(
      all, *page, [](const HomePicture& home) { return home.id; },
      [this](const HomePicture& home) { return view_.summary(home); });
  answer(std::move(call), json);
}

// Who looked at names and numbers stands in the audit, for those whom it concerns.
void HouseholdRoom::show(Call call) {
  const auto home = home_of(call);
  if (!home) return;
  const core::Actor actor = call.actor;
  audit_.write(actor, "household.look", "household:" + home->id, Json::object(),
               [this, call = std::move(call)](base::Result<void> noted) mutable {
                 if (!noted) return refuse(std::move(call), noted.error());
                 const auto still = home_of(call);
                 if (still) answer(std::move(call), view_.whole(*still));
               });
}

base::Result<Json> HouseholdRoom::person_input(const Json& person) {
  base::JsonReader in(person, "people");
  Json out{{"name", in.text("name", kMaxName)}};
  std::string id = in.optional_text("id", kMaxId).value_or("");
  copy_text(in, "phone", kMaxId, out);
  copy_text(in, "role", kMaxId, out);
  copy_time(in, "from_ms", out);
  copy_time(in, "until_ms", out);
  const auto printed = in.optional_text("card", kMaxName);
  const auto bits = in.optional_integer("bits", kCardBits);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  if (printed && !printed->empty()) {
    auto card = homes_.card_of(*printed, static_cast<int>(bits.value_or(0)));
    if (!card) return base::failure_of(std::move(card), "people.card");
    out["cards"] = Json::array({*std::move(card)});
  }
  if (id.empty()) {
    auto word = house_.random_word();
    if (!word) return base::failure_of(std::move(word));
    id = "p-" + *word;
  }
  out["id"] = std::move(id);
  return out;
}

// The household is the one that lives at the place, or a new one.
base::Result<Json> HouseholdRoom::move_in_input(const Call& call) {
  base::JsonReader in(call.body);
  const std::string place = in.text("place", kMaxId);
  const Json& people = in.array("people", kMostPeople);
  const Json* const groups = in.optional_array("groups", kMostGroups);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  Json input{{"household", "h-" + place}, {"place", place}, {"people", Json::array()}};
  for (const HomePicture& home : homes_.all())
    if (home.place == place) input["household"] = home.id;
  if (groups != nullptr) input["groups"] = *groups;
  for (const Json& each : people) {
    auto person = person_input(each);
    if (!person) return base::failure_of(std::move(person));
    input["people"].push_back(*std::move(person));
  }
  return input;
}

void HouseholdRoom::move_in(Call call) {
  auto input = move_in_input(call);
  if (!input) return refuse(std::move(call), input.error());
  const std::string place = (*input)["place"].get<std::string>();
  if (!reach_.sees(call.actor, place))
    return refuse(std::move(call),
                  Problem{"not_found", fmt::format("there is no place '{}'", place)});
  const std::string household = (*input)["household"].get<std::string>();
  Json people = Json::array();
  for (const Json& each : (*input)["people"]) people.push_back(each["id"]);
  commands_.ask(
      std::move(call), {"move_in", *std::move(input), "household:" + household},
      [household, people = std::move(people)](Call done,
                                              const ScenarioCommands::Done& /*what*/) mutable {
        answer(std::move(done), Json{{"household", household}, {"people", std::move(people)}});
      });
}

void HouseholdRoom::move_out(Call call) {
  const auto home = home_of(call);
  if (!home) return;
  base::JsonReader in(call.body);
  const Json* const chosen = in.optional_array("people", kMostPeople);
  const std::string reason = in.optional_text("reason", 256).value_or("");
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  Json input{{"household", home->id}};
  std::vector<std::string> people;
  if (chosen != nullptr) {
    input["people"] = *chosen;
    for (const Json& each : *chosen)
      if (each.is_string()) people.push_back(each.get<std::string>());
  } else {
    for (const ResidentPicture& each : home->people) people.push_back(each.id);
  }
  commands_.ask(std::move(call), {"move_out", std::move(input), "household:" + home->id, reason},
                [this, people = std::move(people)](Call done, ScenarioCommands::Done what) mutable {
                  end_accounts(std::move(done), std::move(people), std::move(what.answer));
                });
}

// The doors were first: whatever becomes of the accounts, nothing opens any more.
void HouseholdRoom::end_accounts(Call call, std::vector<std::string> people, Json ended) {
  if (people.empty()) return answer(std::move(call), Json{{"ended", std::move(ended)}});
  const std::string person = std::move(people.back());
  people.pop_back();
  const core::By by = core::by(call.actor);
  accounts_.end_resident(by, person,
                         [this, call = std::move(call), people = std::move(people),
                          ended = std::move(ended)](core::AccountResult<void> done) mutable {
                           if (!done) return refuse(std::move(call), done.error());
                           end_accounts(std::move(call), std::move(people), std::move(ended));
                         });
}

void HouseholdRoom::erase_person(Call call) {
  base::JsonReader in(call.body);
  const std::string person = in.text("person", kMaxId);
  const std::string reason = in.optional_text("reason", 256).value_or("");
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  commands_.ask(std::move(call), {"erase_person", {{"person", person}}, "person:" + person, reason},
                [](Call done, const ScenarioCommands::Done& what) {
                  answer(std::move(done), with_proof(what.answer, what.command));
                });
}

// The account that comes of it has the resident's own id: they are the same person.
void HouseholdRoom::invite(Call call) {
  const auto home = home_of_person(call);
  if (!home) return;
  const std::string person = call.path_value("person");
  core::InviteForm form{
      domain::Role::kResident, homes_.contact(person).name, {home->place}, person};
  const core::By by = core::by(call.actor);
  accounts_.invite(by, std::move(form), show_code(std::move(call), false));
}

base::Result<Json> HouseholdRoom::credential_input(const Call& call) {
  base::JsonReader in(call.body);
  const std::string kind = in.text("kind", kMaxId);
  Json input{{"holder", call.path_value("person")}, {"kind", kind}};
  copy_text(in, "pin", kMaxId, input);
  copy_text(in, "number", kMaxId, input);
  copy_text(in, "face_id", 256, input);
  copy_time(in, "from_ms", input);
  copy_time(in, "until_ms", input);
  const auto printed = in.optional_text("card", kMaxName);
  const auto bits = in.optional_integer("bits", kCardBits);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  if (printed) {
    auto card = homes_.card_of(*printed, static_cast<int>(bits.value_or(0)));
    if (!card) return base::failure_of(std::move(card), "card");
    input["card"] = *std::move(card);
  }
  auto word = house_.random_word();
  if (!word) return base::failure_of(std::move(word));
  input["id"] = "c-" + *word;
  return input;
}

void HouseholdRoom::give_credential(Call call) {
  const auto home = home_of_person(call);
  if (!home) return;
  auto input = credential_input(call);
  if (!input) return refuse(std::move(call), input.error());
  const std::string id = (*input)["id"].get<std::string>();
  commands_.ask(std::move(call), {"issue_credential", *std::move(input), "credential:" + id},
                [id](Call done, const ScenarioCommands::Done& what) {
                  Json given = what.answer;  // of a dynamic code: its number, and what an app reads
                  given["id"] = id;
                  answer(std::move(done), given);
                });
}

void HouseholdRoom::set_credential(Call call) {
  const auto home = home_of_person(call);
  if (!home) return;
  base::JsonReader in(call.body);
  const std::string state = in.text("state", kMaxId);
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  const std::string id = call.path_value("credential");
  const auto own = homes_.credentials_of(call.path_value("person"));
  const bool is_own = std::any_of(own.begin(), own.end(),
                                  [&id](const CredentialPicture& each) { return each.id == id; });
  if (!is_own)
    return refuse(std::move(call),
                  Problem{"not_found", fmt::format("there is no credential '{}'", id)});
  commands_.ask(
      std::move(call), {"revoke_credential", {{"id", id}, {"state", state}}, "credential:" + id},
      [](Call done, const ScenarioCommands::Done& /*what*/) { answer_nothing(std::move(done)); });
}

// A form on paper that the person has signed, written down by the office.
void HouseholdRoom::record_consent(Call call) {
  const auto home = home_of_person(call);
  if (!home) return;
  base::JsonReader in(call.body);
  const std::string text = in.text("text", kMaxId);
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  const std::string person = call.path_value("person");
  commands_.ask(
      std::move(call),
      {"give_consent",
       {{"person", person}, {"purpose", "face"}, {"text", text}},
       "consent:" + person + "/face"},
      [](Call done, const ScenarioCommands::Done& /*what*/) { answer_nothing(std::move(done)); });
}

// Who has no app takes it back at the desk: it must be as easy as giving it.
void HouseholdRoom::withdraw_consent(Call call) {
  const auto home = home_of_person(call);
  if (!home) return;
  const std::string person = call.path_value("person");
  commands_.ask(std::move(call),
                {"withdraw_consent",
                 {{"person", person}, {"purpose", "face"}},
                 "consent:" + person + "/face"},
                [](Call done, const ScenarioCommands::Done& what) {
                  answer(std::move(done), Json{{"faces", what.answer.value("faces", 0)}});
                });
}

void HouseholdRoom::import(Call call) {
  base::JsonReader in(call.body);
  Json input{{"list", in.array("list", kMostPieces)}, {"dry_run", in.boolean("dry_run")}};
  if (const Json* const groups = in.optional_array("groups", kMostGroups))
    input["groups"] = *groups;
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  commands_.ask(
      std::move(call), {"import_households", std::move(input), "households"},
      [](Call done, const ScenarioCommands::Done& what) { answer(std::move(done), what.answer); });
}

}  // namespace linli::console::api
