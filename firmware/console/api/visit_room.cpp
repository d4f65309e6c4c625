#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/console/api/device_room.hpp"
#include "firmware/console/api/household_room.hpp"
#include "firmware/domain/event_time.hpp"

// Visitors' passes and codes, as the office sees and gives them.
namespace linli::console::api {
namespace {

using base::Json;

constexpr std::size_t kMaxId = 64;
constexpr std::int64_t kMostGroups = 65'535;
constexpr std::int64_t kMostUses = 20;
constexpr std::int64_t kLongestLifeS = 7 * 24 * 3600;
constexpr std::int64_t kMsPerS = 1'000;

}  // namespace

base::Result<VisitWish> visit_wish(const Call& call, const std::string& person) {
  base::JsonReader in(call.body);
  const std::string kind = in.text("kind", kMaxId);
  if (kind != "pass" && kind != "code") in.reject("kind", "expected 'pass' or 'code'");
  Json input{{"person", person},
             {"group", in.integer("group", {1, kMostGroups})},
             {"life_s", in.integer("life_s", {1, kLongestLifeS})},
             {"uses", in.optional_integer("uses", {1, kMostUses}).value_or(1)}};
  if (call.route->operation == "give_visit") in.allow("person");
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  if (kind == "pass") input["kind"] = "visitor";
  return VisitWish{kind == "pass" ? "issue_pass" : "issue_code", std::move(input)};
}

Json given_visit(const Json& answer) {
  Json given{{"id", answer.value("id", "")}};
  const char* const member = answer.contains("pass") ? "pass" : "code";
  given[member] = answer.value(member, "");
  const std::int64_t until_s = answer.value("expires_s", answer.value("until_s", std::int64_t{0}));
  given["until"] = domain::rfc3339(until_s * kMsPerS);
  return given;
}

void HouseholdRoom::list_visits(Call call) const {
  const auto page = page_of(call);
  if (!page) return refuse(std::move(call), page.error());
  std::vector<VisitPicture> all = homes_.visits();
  std::erase_if(all, [this, &call](const VisitPicture& visit) {
    const auto home = homes_.of_person(visit.person);
    return !reach_.sees(call.actor, home ? home->place : "");
  });
  const Json json = page_json(
      all, *page, [](const VisitPicture& visit) { return visit.id; },
      [this](const VisitPicture& visit) {
        Json one = view_.visit(visit);
        one["name"] = masked(homes_.contact(visit.person).name);
        return one;
      });
  answer(std::move(call), json);
}

void HouseholdRoom::give_visit(Call call) {
  const auto person = call.body.find("person");
  const std::string id =
      person != call.body.end() && person->is_string() ? person->get<std::string>() : "";
  const auto home = homes_.of_person(id);
  if (!home || !reach_.sees(call.actor, home->place))
    return refuse(std::move(call),
                  Problem{"not_found", fmt::format("'{}' lives nowhere here", id)});
  auto wish = visit_wish(call, id);
  if (!wish) return refuse(std::move(call), wish.error());
  commands_.ask(std::move(call), {std::move(wish->action), std::move(wish->input), "person:" + id},
                [](Call done, const ScenarioCommands::Done& what) {
                  answer(std::move(done), given_visit(what.answer));
                });
}

void HouseholdRoom::end_visit(Call call) {
  const std::string id = call.path_value("id");
  for (const VisitPicture& visit : homes_.visits()) {
    if (visit.id != id) continue;
    const auto home = homes_.of_person(visit.person);
    if (!reach_.sees(call.actor, home ? home->place : "")) break;
    const bool is_pass = visit.kind == "pass";
    return commands_.ask(
        std::move(call),
        {is_pass ? "revoke_pass" : "revoke_code",
         {{is_pass ? "pass" : "code", id}},
         "person:" + visit.person},
        [](Call done, const ScenarioCommands::Done& /*what*/) { answer_nothing(std::move(done)); });
  }
  refuse(std::move(call), Problem{"not_found", fmt::format("there is no visitor's pass '{}'", id)});
}

}  // namespace linli::console::api
