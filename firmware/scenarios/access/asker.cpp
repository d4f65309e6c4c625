#include "firmware/scenarios/access/asker.hpp"

#include <algorithm>

#include "firmware/domain/command_rules.hpp"
#include "firmware/domain/privilege.hpp"

namespace linli::scenarios::access {
namespace {

using base::Code;
using domain::access::MayVerdict;
using domain::access::PlaceRelation;
using domain::access::SiteRole;

constexpr std::string_view kPerson = "person:";

std::optional<SiteRole> role_in_compound(std::string_view role) {
  if (role == domain::kRolePlatform || role == domain::kRoleOperator)
    return SiteRole::kPropertyManager;
  const auto console = domain::role_of(role);
  if (console == domain::Role::kManager) return SiteRole::kPropertyManager;
  if (console == domain::Role::kOnCall) return SiteRole::kGuard;
  if (console == domain::Role::kInstaller) return SiteRole::kInstaller;
  const auto site = domain::access::site_role_of(role);
  const bool lives_here = site == SiteRole::kResident || site == SiteRole::kFamily;
  return lives_here ? std::nullopt : site;
}

std::string_view why(MayVerdict verdict) {
  switch (verdict) {
    case MayVerdict::kYes:
    case MayVerdict::kNo:
      return "not this role, or not there";
    case MayVerdict::kNeedsTerm:
      return "this role may only for a time that somebody has set";
    case MayVerdict::kTermOver:
      return "the time for it is over, or has not begun";
    case MayVerdict::kClockUnknown:
      return "the gateway's clock is not synchronised, so nobody can say whether the time has come";
    case MayVerdict::kNeedsSecond:
      return "a second person must confirm";
  }
  return "";
}

// The place of that kind on the way from the root; empty: there is none.
std::string above(const core::Places& places, std::string_view place, core::PlaceKind kind) {
  for (const core::Place* each : places.path(place))
    if (each->kind == kind) return each->id.str();
  return {};
}

}  // namespace

std::string_view person_in(std::string_view issuer) {
  if (issuer.starts_with(kPerson)) issuer.remove_prefix(kPerson.size());
  return issuer;
}

Asker asker_at(const ResidentAt& home) {
  Asker asker;
  asker.role = home.resident->role;
  asker.person = home.resident->id;
  asker.home = home.household->place;
  asker.household = home.household->id;
  const auto& term = home.resident->term;
  if (term.from_ms || term.until_ms) asker.term = term;
  return asker;
}

base::Result<Asker> asker_of(const domain::Command& command, const HouseholdBook& households) {
  if (const auto home = households.find_resident(person_in(command.issuer))) return asker_at(*home);
  Asker asker;
  const auto role = role_in_compound(command.role);
  if (!role) {
    return base::fail(Code::kDenied,
                      "role '{}' has no part in the doors, and '{}' lives nowhere here",
                      command.role, command.issuer);
  }
  asker.role = *role;
  return asker;
}

PlaceRelation relation_of(const core::Places& places, std::string_view home,
                          std::string_view place) {
  if (home.empty() || place.empty()) return PlaceRelation::kElsewhere;
  if (places.covers(home, place)) return PlaceRelation::kHousehold;
  const std::string unit = above(places, home, core::PlaceKind::kUnit);
  const std::string its_unit = above(places, place, core::PlaceKind::kUnit);
  if (!its_unit.empty()) return its_unit == unit ? PlaceRelation::kUnit : PlaceRelation::kElsewhere;
  const std::string building = above(places, place, core::PlaceKind::kBuilding);
  const bool is_theirs =
      building.empty() || building == above(places, home, core::PlaceKind::kBuilding);
  return is_theirs ? PlaceRelation::kCommon : PlaceRelation::kElsewhere;
}

base::Result<void> check_may(const Asker& asker, domain::access::SiteAction action,
                             PlaceRelation relation, const domain::EventTime& now) {
  const MayVerdict verdict = domain::access::may(asker.role, action, relation, {asker.term, now});
  if (verdict == MayVerdict::kYes) return {};
  return base::fail(Code::kDenied, "role '{}' may not '{}' here: {}",
                    domain::access::name(asker.role), domain::access::name(action), why(verdict));
}

}  // namespace linli::scenarios::access
