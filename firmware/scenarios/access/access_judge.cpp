#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/domain/command_rules.hpp"
#include "firmware/scenarios/access/access_commands.hpp"

// Who may ask for what: in their own right, or for somebody who lets them.
namespace linli::scenarios::access {
namespace {

using base::Code;
using domain::Command;
using domain::SafetyClass;
using domain::access::PlaceRelation;
using domain::access::SiteAction;

constexpr std::int64_t kMsPerS = 1'000;

}  // namespace

base::Result<SafetyClass> AccessCommands::judge(const Command& command) const {
  const Row* const row = find_row(command.action);
  if (row == nullptr)
    return base::fail(Code::kNotFound, "the doors have no action '{}'", command.action);
  auto about = row->about(command.input);
  if (!about) return base::failure_of(std::move(about), "input");
  if (!about->door.empty() && books_.doors.find(about->door) == nullptr)
    return base::fail(Code::kNotFound, "there is no door '{}'", about->door);
  if (auto may = check_asker(command, *row, *about); !may) return base::failure_of(std::move(may));
  if (row->safety == SafetyClass::kDoor) {
    auto form = open_form(command.input);
    if (form && form->site != macs_.site)
      return base::fail(Code::kDenied, "the opening was meant for '{}', not for here", form->site);
    if (auto fresh = check_fresh(command, form->issued_ms); !fresh)
      return base::failure_of(std::move(fresh));
  }
  return row->safety;
}

// What is asked for on this gateway was stamped by its own clock a moment ago: right or wrong, it
// is the same clock, and a door must open while nobody knows the time.
base::Result<void> AccessCommands::check_fresh(const Command& command,
                                               std::int64_t issued_ms) const {
  domain::EventTime now = needs_.clock.now();
  if (command.role != domain::kRolePlatform) now.quality = domain::TimeQuality::kSynchronised;
  if (!domain::access::is_stale(issued_ms, now)) return {};
  return base::fail(Code::kRefused,
                    "an opening counts for {} s from when it was asked for, by a clock that is "
                    "synchronised: ask again",
                    base::to_ms(domain::access::kOpenLife) / kMsPerS);
}

base::Result<void> AccessCommands::check_asker(const Command& command, const Row& row,
                                               const CommandAbout& about) const {
  auto asker = asker_of(command, books_.households);
  if (!asker && !acts_for(command, row.needs, about).empty()) return {};
  if (!asker) return base::failure_of(std::move(asker));
  if (auto reach = check_reach(command, about); !reach) return reach;
  auto may = check_may(*asker, row.needs, relation(*asker, about), needs_.clock.now());
  if (may || acts_for(command, row.needs, about).empty()) return may;
  return {};
}

// Asked only after the person's own right was not enough.
std::string AccessCommands::acts_for(const Command& command, SiteAction action,
                                     const CommandAbout& about) const {
  const std::string_view actor = person_in(command.issuer);
  const domain::EventTime now = needs_.clock.now();
  for (const auto& [id, delegation] : books_.delegations) {
    if (delegation.to != actor) continue;
    const auto home = books_.households.find_resident(delegation.from);
    if (!home) continue;
    const Asker from = asker_at(*home);
    const auto verdict = domain::access::may_for(delegation, actor, from.role, action,
                                                 relation(from, about), {from.term, now});
    if (verdict == domain::access::MayVerdict::kYes) return delegation.from;
  }
  return {};
}

// Whom it is about: named, or whoever has or gave what is named.
std::string AccessCommands::person_of(const CommandAbout& about) const {
  if (!about.own.empty()) return about.own;
  if (const auto* credential = books_.credentials.find(about.credential)) return credential->holder;
  if (const auto pass = domain::access::parse_hex64(about.pass)) {
    const IssuedPass* const issued = books_.issued.find(*pass);
    return issued == nullptr ? "" : issued->issuer;
  }
  for (const domain::access::VisitorCode& code : books_.codes)
    if (code.id == about.code) return code.issuer;
  const auto delegation = books_.delegations.find(about.delegation);
  return delegation == books_.delegations.end() ? about.person : delegation->second.from;
}

// A role that holds at one place only reaches the doors there, and nothing that has no place.
base::Result<void> AccessCommands::check_reach(const Command& command,
                                               const CommandAbout& about) const {
  if (command.place.empty()) return {};
  const DoorDefinition* const door = books_.doors.find(about.door);
  if (door != nullptr && needs_.places.covers(command.place, door->place)) return {};
  return base::fail(Code::kDenied, "role '{}' holds at '{}' only", command.role, command.place);
}

// The furthest of all that it is about.
PlaceRelation AccessCommands::relation(const Asker& asker, const CommandAbout& about) const {
  const std::string person = person_of(about);
  if (!about.own.empty() || !about.delegation.empty())
    return person == asker.person ? PlaceRelation::kHousehold : PlaceRelation::kElsewhere;
  PlaceRelation furthest = PlaceRelation::kHousehold;
  const bool is_about_all = about.door.empty() && about.group == 0 && person.empty();
  if (is_about_all) return PlaceRelation::kElsewhere;
  if (const DoorDefinition* const door = books_.doors.find(about.door); door != nullptr)
    furthest = std::max(furthest, relation_of(needs_.places, asker.home, door->place));
  for (const auto& [id, door] : books_.doors.all()) {
    if (about.group != 0 && door.group == about.group)
      furthest = std::max(furthest, relation_of(needs_.places, asker.home, door.place));
  }
  if (person.empty()) return furthest;
  const auto home = books_.households.find_resident(person);
  const bool is_own = home && home->household->id == asker.household;
  return is_own ? furthest : PlaceRelation::kElsewhere;
}

Change AccessCommands::begin_change(const Command& command, std::string target) const {
  Change change;
  const Row* const row = find_row(command.action);
  const auto about = row->about(command.input);
  const auto asker = asker_of(command, books_.households);
  const bool is_own_right =
      asker && about &&
      check_may(*asker, row->needs, relation(*asker, *about), needs_.clock.now()).has_value();
  const std::string for_whom = is_own_right || !about ? "" : acts_for(command, row->needs, *about);
  change.turn.audits.push_back({needs_.clock.now(), command.issuer, "access." + command.action,
                                std::move(target),
                                for_whom.empty() ? "{}" : base::dump_json({{"for", for_whom}})});
  return change;
}

}  // namespace linli::scenarios::access
