#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/domain/access/household_import.hpp"
#include "firmware/scenarios/access/access_commands.hpp"
#include "firmware/scenarios/access/people_forms.hpp"

// A list of who lives where (住户导入), looked through or taken over. It is taken over as a whole,
// in one transaction: a power cut leaves all of it or nothing, and the same list can be sent again.
namespace linli::scenarios::access {
namespace {

using base::Code;
using base::Json;
using core::ScenarioAnswer;
using domain::Command;
using domain::access::ImportedPerson;
using domain::access::ImportPlan;
using domain::access::ImportProblem;
using ports::Space;

constexpr std::size_t kMostPeople = 1'000;  // one transaction that is short enough
constexpr std::size_t kMostTold = 40;       // problems, so that the answer is short enough

std::string household_at(const std::string& place) {
  return "h-" + place;
}

Json problem_json(const ImportProblem& problem) {
  return {{"line", problem.line},
          {"column", problem.column},
          {"header", problem.header},
          {"what", problem.what}};
}

std::string report_of(const ImportPlan& plan, bool is_applied) {
  Json problems = Json::array();
  for (const ImportProblem& each : plan.problems) {
    if (problems.size() == kMostTold) break;
    problems.push_back(problem_json(each));
  }
  std::map<std::string, std::size_t> flats;
  for (const ImportedPerson& each : plan.people) ++flats[each.place.str()];
  const bool is_gb = plan.encoding == base::TextEncoding::kGb18030;
  return base::dump_json({{"people", plan.people.size()},
                          {"cards", plan.card_count()},
                          {"flats", flats.size()},
                          {"encoding", is_gb ? "gb18030" : "utf-8"},
                          {"problem_count", plan.problems.size()},
                          {"problems", std::move(problems)},
                          {"applied", is_applied}});
}

}  // namespace

ImportPlan AccessCommands::read_list(const std::string& list) const {
  const domain::access::ImportSite site{
      [this](std::string_view place) { return needs_.places.find(place) != nullptr; },
      [this](std::string_view person) {
        return books_.households.find_resident(person).has_value();
      },
      [this](std::string_view card) { return books_.credentials.by_card_key(card) != nullptr; }};
  ImportPlan plan = domain::access::plan_import(list, site);
  if (plan.people.size() > kMostPeople) {
    plan.problems.push_back(
        {plan.people[kMostPeople].line, 0, "",
         fmt::format("more than {} people in one list: divide it here", kMostPeople)});
  }
  std::map<std::string, std::size_t> flats;
  for (const ImportedPerson& each : plan.people) {
    const std::size_t people =
        ++flats[each.place.str()] + home_at(each.place.str()).residents.size();
    if (people != kMostResidents + 1) continue;
    plan.problems.push_back(
        {each.line, 0, "",
         fmt::format("a household has at most {} people: move some out first", kMostResidents)});
  }
  return plan;
}

void AccessCommands::import_households(const Command& command, Done done) {
  auto form = import_form(command.input);
  if (!form) return refuse(std::move(form).error(), std::move(done));
  if (!form->is_dry_run)
    return changes_.add([this, command] { return plan_import(command); }, std::move(done));
  needs_.loop.post(
      [report = report_of(read_list(form->list), false), done = std::move(done)]() mutable {
        std::move(done)(ScenarioAnswer::secret(std::move(report)));
      });
}

base::Result<NewResident> AccessCommands::new_resident(const ImportedPerson& person) const {
  NewResident resident;
  resident.id = person.id;
  resident.role = person.role;
  resident.term = person.validity;
  resident.contact = base::SecretText(base::dump_json({{"name", person.name}, {"phone", ""}}));
  resident.cards = person.cards;
  if (!resident.id.empty()) return resident;
  auto number = random_number();
  if (!number) return base::failure_of(std::move(number));
  resident.id = "p-" + domain::access::hex64(*number);
  return resident;
}

// The household that lives there already, or a new one.
Household AccessCommands::home_at(const std::string& place) const {
  for (const auto& [id, household] : books_.households.all())
    if (household.place == place) return household;
  return {household_at(place), place, {}};
}

base::Result<Change> AccessCommands::plan_import(const Command& command) const {
  auto form = import_form(command.input);
  if (!form) return base::failure_of(std::move(form));
  const ImportPlan list = read_list(form->list);
  if (!list.problems.empty()) {
    return base::fail(Code::kInvalid, "the list has {} problems, the first: {}",
                      list.problems.size(), to_text(list.problems.front()));
  }
  std::map<std::string, std::vector<const ImportedPerson*>> flats;
  for (const ImportedPerson& each : list.people) flats[each.place.str()].push_back(&each);
  std::vector<Arrival> arrivals;
  Change change = begin_change(command, "households");
  for (const auto& [place, people] : flats) {
    auto arrival = arrive(place, people, form->groups);
    if (!arrival) return base::failure_of(std::move(arrival), place);
    for (auto& put : arrival->change.turn.puts) change.turn.puts.push_back(std::move(put));
    arrivals.push_back(*std::move(arrival));
  }
  if (books_.households.all().size() + flats.size() > HouseholdBook::kMost)
    return base::fail(Code::kFull, "there are {} households already: remove some first",
                      books_.households.all().size());
  change.answer = ScenarioAnswer::secret(report_of(list, true));
  change.apply = [&books = books_, arrivals = std::move(arrivals)]() mutable {
    for (Arrival& each : arrivals) apply(books, std::move(each));
  };
  return change;
}

// Of the groups that were named for the whole list, those of a flat: doors on its way, and no
// others'.
std::vector<std::uint16_t> AccessCommands::groups_at(
    const std::string& place, const std::vector<std::uint16_t>& groups) const {
  std::vector<std::uint16_t> own;
  for (const std::uint16_t group : groups) {
    const auto& doors = books_.doors.all();
    const bool is_own =
        std::any_of(doors.begin(), doors.end(), [this, group, &place](const auto& each) {
          return each.second.group == group &&
                 relation_of(needs_.places, place, each.second.place) !=
                     domain::access::PlaceRelation::kElsewhere;
        });
    if (is_own) own.push_back(group);
  }
  return own;
}

base::Result<AccessCommands::Arrival> AccessCommands::arrive(
    const std::string& place, const std::vector<const ImportedPerson*>& people,
    const std::vector<std::uint16_t>& groups) const {
  Arrival arrival;
  arrival.home = home_at(place);
  MoveInForm form;
  form.groups = groups_at(place, groups);
  for (const ImportedPerson* each : people) {
    auto resident = new_resident(*each);
    if (!resident) return base::failure_of(std::move(resident));
    if (auto added = add_resident(form, *resident, arrival); !added)
      return base::failure_of(std::move(added));
  }
  if (auto checked = books_.households.check(arrival.home); !checked)
    return base::failure_of(std::move(checked));
  arrival.change.turn.puts.push_back({Space::kHousehold, arrival.home.id, to_row(arrival.home)});
  return arrival;
}

}  // namespace linli::scenarios::access
