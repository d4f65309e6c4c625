#include "firmware/domain/access/rights.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/id.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/domain/access/words.hpp"

namespace linli::domain::access {
namespace {

using base::Json;

constexpr std::array<std::string_view, kSiteRoles> kRoleWords{
    "resident",   "family",    "visitor",          "guard",
    "maintainer", "installer", "property_manager", "grid_worker"};
constexpr std::array<std::string_view, kSiteActions> kActionWords{
    "open",        "remote_open",  "issue_pass",         "revoke_pass",  "manage_household",
    "move_in_out", "set_schedule", "manage_credentials", "release_fire", "reset_fire",
    "block_door",  "reset_limits", "read_log",           "read_own_log", "operate",
    "view",        "authorise"};
constexpr std::array<std::string_view, kPlaceRelations> kRelationWords{"household", "unit",
                                                                       "common", "elsewhere"};
constexpr std::array<std::string_view, 6> kVerdictWords{
    "yes", "no", "needs_term", "term_over", "clock_unknown", "needs_second"};

constexpr RightsCell kNo{};
constexpr RightsCell kHouse{Reach::kHousehold, Condition::kAlways};
constexpr RightsCell kShare{Reach::kCommon, Condition::kAlways};
constexpr RightsCell kWhole{Reach::kCompound, Condition::kAlways};
constexpr RightsCell kShareT{Reach::kCommon, Condition::kTerm};
constexpr RightsCell kWholeT{Reach::kCompound, Condition::kTerm};
constexpr RightsCell kWholeP{Reach::kCompound, Condition::kPair};

// Who may what, in one place. House: their own household; Share: their unit and what all share too;
// Whole: anywhere in the compound; T: for a term only; P: for a term, and two persons.
using Row = std::array<RightsCell, kSiteRoles>;
constexpr std::array<Row, kSiteActions> kTable{{
    // clang-format off
    // resident family  visitor  guard   maintain. install. property grid
    {kShare,    kShare, kShareT, kWhole, kWholeT,  kWholeT, kWhole,  kWholeT},  // open
    {kShare,    kShare, kNo,     kWhole, kNo,      kNo,     kWhole,  kNo},      // remote_open
    {kShare,    kShare, kNo,     kWhole, kNo,      kNo,     kWhole,  kNo},      // issue_pass
    {kHouse,    kHouse, kNo,     kWhole, kNo,      kNo,     kWhole,  kNo},      // revoke_pass
    {kHouse,    kNo,    kNo,     kNo,    kNo,      kNo,     kWhole,  kNo},      // manage_household
    {kNo,       kNo,    kNo,     kNo,    kNo,      kNo,     kWhole,  kNo},      // move_in_out
    {kHouse,    kNo,    kNo,     kNo,    kNo,      kNo,     kWhole,  kNo},      // set_schedule
    {kHouse,    kNo,    kNo,     kNo,    kNo,      kNo,     kWhole,  kNo},      // manage_credentials
    {kNo,       kNo,    kNo,     kWhole, kNo,      kNo,     kWhole,  kWholeP},  // release_fire
    {kNo,       kNo,    kNo,     kWhole, kNo,      kNo,     kWhole,  kNo},      // reset_fire
    {kNo,       kNo,    kNo,     kWhole, kNo,      kNo,     kWhole,  kNo},      // block_door
    {kNo,       kNo,    kNo,     kWhole, kNo,      kNo,     kWhole,  kNo},      // reset_limits
    {kNo,       kNo,    kNo,     kWhole, kNo,      kNo,     kWhole,  kNo},      // read_log
    {kHouse,    kHouse, kHouse,  kHouse, kHouse,   kHouse,  kHouse,  kHouse},   // read_own_log
    {kNo,       kNo,    kNo,     kWhole, kWholeT,  kWholeT, kWhole,  kNo},      // operate
    {kShare,    kShare, kNo,     kWhole, kWholeT,  kWholeT, kWhole,  kWholeT},  // view
    {kHouse,    kHouse, kNo,     kNo,    kNo,      kNo,     kWhole,  kNo},      // authorise
    // clang-format on
}};

constexpr std::array kDelegable{SiteAction::kRemoteOpen,
                                SiteAction::kIssuePass,
                                SiteAction::kRevokePass,
                                SiteAction::kManageCredentials,
                                SiteAction::kManageHousehold,
                                SiteAction::kReadOwnLog,
                                SiteAction::kView};

bool reaches(Reach reach, PlaceRelation relation) {
  return static_cast<int>(relation) < static_cast<int>(reach);
}

MayVerdict judge_term(const Validity& term, const EventTime& now) {
  switch (judge(term, now)) {
    case ValidityVerdict::kValid:
      return MayVerdict::kYes;
    case ValidityVerdict::kUnknown:
      return MayVerdict::kClockUnknown;
    case ValidityVerdict::kNotYet:
    case ValidityVerdict::kExpired:
      return MayVerdict::kTermOver;
  }
  return MayVerdict::kTermOver;
}

void read_actions(base::JsonReader& in, Delegation& delegation) {
  for (const Json& item : in.array("actions", kSiteActions)) {
    const auto action =
        item.is_string() ? site_action_of(item.get_ref<const std::string&>()) : std::nullopt;
    if (!action || !is_delegable(*action)) {
      in.reject("actions",
                fmt::format("{} cannot be delegated", base::dump_json(item).substr(0, 40)));
      return;
    }
    delegation.actions.at(static_cast<std::size_t>(*action)) = true;
  }
  const auto& actions = delegation.actions;
  if (std::none_of(actions.begin(), actions.end(), [](bool each) { return each; }))
    in.reject("actions", "names nothing");
}

}  // namespace

std::string_view name(SiteRole role) {
  return word_of(kRoleWords, role);
}
std::optional<SiteRole> site_role_of(std::string_view name) {
  return value_of<SiteRole>(kRoleWords, name);
}
std::string_view name(SiteAction action) {
  return word_of(kActionWords, action);
}
std::optional<SiteAction> site_action_of(std::string_view name) {
  return value_of<SiteAction>(kActionWords, name);
}
std::string_view name(PlaceRelation relation) {
  return word_of(kRelationWords, relation);
}
std::string_view name(MayVerdict verdict) {
  return word_of(kVerdictWords, verdict);
}

RightsCell cell_of(SiteRole role, SiteAction action) {
  return kTable.at(static_cast<std::size_t>(action)).at(static_cast<std::size_t>(role));
}

MayVerdict may(SiteRole role, SiteAction action, PlaceRelation relation, const Standing& standing) {
  const RightsCell cell = cell_of(role, action);
  if (!reaches(cell.reach, relation)) return MayVerdict::kNo;
  if (cell.condition != Condition::kAlways && !standing.term) return MayVerdict::kNeedsTerm;
  if (standing.term) {
    const MayVerdict term = judge_term(*standing.term, standing.now);
    if (term != MayVerdict::kYes) return term;
  }
  const bool needs_second = cell.condition == Condition::kPair;
  return needs_second && !standing.is_confirmed_by_second ? MayVerdict::kNeedsSecond
                                                          : MayVerdict::kYes;
}

bool is_delegable(SiteAction action) {
  return std::find(kDelegable.begin(), kDelegable.end(), action) != kDelegable.end();
}

MayVerdict may_for(const Delegation& delegation, std::string_view actor, SiteRole role,
                   SiteAction action, PlaceRelation relation, const Standing& standing) {
  const bool is_named = delegation.actions.at(static_cast<std::size_t>(action));
  if (delegation.to != actor || !is_named || !is_delegable(action)) return MayVerdict::kNo;
  const MayVerdict own = may(role, action, relation, standing);
  return own == MayVerdict::kYes ? judge_term(delegation.term, standing.now) : own;
}

std::string to_row(const Delegation& delegation) {
  Json actions = Json::array();
  for (std::size_t i = 0; i < kSiteActions; ++i)
    if (delegation.actions.at(i)) actions.push_back(kActionWords.at(i));
  return base::dump_json({{"from", delegation.from},
                          {"to", delegation.to},
                          {"actions", std::move(actions)},
                          {"from_ms", delegation.term.from_ms.value_or(0)},
                          {"until_ms", delegation.term.until_ms.value_or(0)}});
}

base::Result<Delegation> delegation_from_row(std::string_view id, std::string_view row) {
  constexpr std::size_t kMaxId = 64;
  constexpr std::int64_t kLastMs = 7'258'118'400'000;
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  base::JsonReader in(*json);
  Delegation delegation;
  delegation.id = id;
  delegation.from = in.text("from", kMaxId);
  delegation.to = in.text("to", kMaxId);
  read_actions(in, delegation);
  const std::int64_t from = in.integer("from_ms", {0, kLastMs});
  const std::int64_t until = in.integer("until_ms", {0, kLastMs});
  if (!base::is_id(delegation.from)) in.reject("from", "is not a person's id");
  if (!base::is_id(delegation.to)) in.reject("to", "is not a person's id");
  if (delegation.to == delegation.from) in.reject("to", "is the same person");
  if (until <= from) in.reject("until_ms", "is not after 'from_ms'");
  if (until - from > kLongestDelegationMs)
    in.reject("until_ms", "is more than a year after 'from_ms'");
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  delegation.term = {from, until};
  return delegation;
}

}  // namespace linli::domain::access
