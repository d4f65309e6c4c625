#include "firmware/domain/access/rights.hpp"

#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <vector>

#include "tests/unit/access/files.hpp"

namespace linli::domain::access {
namespace {

constexpr std::int64_t kNowMs = 1'795'680'000'000;
const EventTime kNow{kNowMs, TimeQuality::kSynchronised, 1, 0};
constexpr Validity kRunning{kNowMs - 1, kNowMs + 1};
constexpr Validity kOver{kNowMs - 2, kNowMs};

// (action, relation, role) → "yes", "no", "term" or "pair", as a person wrote it down.
std::map<std::vector<std::string>, std::string> written_table() {
  std::map<std::vector<std::string>, std::string> table;
  std::istringstream in(file_text("tests/data/access/rights.csv"));
  std::vector<std::string> header;
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
    if (header.empty()) {
      header = cells;
      continue;
    }
    for (std::size_t i = 2; i < cells.size(); ++i)
      table[{cells[0], cells[1], header.at(i)}] = cells[i];
  }
  return table;
}

template <class Check>
void for_each_cell(const Check& check) {
  for (std::size_t action = 0; action < kSiteActions; ++action) {
    for (std::size_t relation = 0; relation < kPlaceRelations; ++relation) {
      for (std::size_t role = 0; role < kSiteRoles; ++role) {
        check(static_cast<SiteRole>(role), static_cast<SiteAction>(action),
              static_cast<PlaceRelation>(relation));
      }
    }
  }
}

// What the written word means for the five ways in which somebody can stand there.
std::vector<MayVerdict> meant(const std::string& word) {
  using V = MayVerdict;
  // no term, running, over, running and confirmed, clock unknown with a term
  if (word == "yes") return {V::kYes, V::kYes, V::kTermOver, V::kYes, V::kClockUnknown};
  if (word == "term") return {V::kNeedsTerm, V::kYes, V::kTermOver, V::kYes, V::kClockUnknown};
  if (word == "pair")
    return {V::kNeedsTerm, V::kNeedsSecond, V::kTermOver, V::kYes, V::kClockUnknown};
  return {V::kNo, V::kNo, V::kNo, V::kNo, V::kNo};
}

TEST(RightsMatrix, IsTheTableThatWasWrittenByHand) {
  const auto table = written_table();
  ASSERT_EQ(table.size(), kSiteActions * kPlaceRelations * kSiteRoles);
  const EventTime floor{kNowMs, TimeQuality::kFloor, 1, 0};
  for_each_cell([&table, &floor](SiteRole role, SiteAction action, PlaceRelation relation) {
    const std::string& word =
        table.at({std::string(name(action)), std::string(name(relation)), std::string(name(role))});
    ASSERT_TRUE(word == "yes" || word == "no" || word == "term" || word == "pair") << word;
    const std::vector<MayVerdict> found{
        may(role, action, relation, {{}, kNow, false}),
        may(role, action, relation, {kRunning, kNow, false}),
        may(role, action, relation, {kOver, kNow, false}),
        may(role, action, relation, {kRunning, kNow, true}),
        may(role, action, relation, {kRunning, floor, true}),
    };
    EXPECT_EQ(found, meant(word)) << name(role) << " " << name(action) << " " << name(relation);
  });
}

TEST(RightsMatrix, AWiderPlaceNeverGivesMore) {
  for_each_cell([](SiteRole role, SiteAction action, PlaceRelation relation) {
    if (relation == PlaceRelation::kHousehold) return;
    const auto nearer = static_cast<PlaceRelation>(static_cast<int>(relation) - 1);
    const Standing standing{kRunning, kNow, true};
    if (may(role, action, relation, standing) == MayVerdict::kYes) {
      EXPECT_EQ(may(role, action, nearer, standing), MayVerdict::kYes);
    }
  });
}

TEST(Rights, WhoReleasesAFireAloneIsOnSiteAndWhoCannotResetItDoesNot) {
  EXPECT_EQ(
      may(SiteRole::kGuard, SiteAction::kReleaseFire, PlaceRelation::kElsewhere, {{}, kNow, false}),
      MayVerdict::kYes);
  EXPECT_EQ(may(SiteRole::kGridWorker, SiteAction::kReleaseFire, PlaceRelation::kElsewhere,
                {kRunning, kNow, false}),
            MayVerdict::kNeedsSecond);
  EXPECT_EQ(cell_of(SiteRole::kGridWorker, SiteAction::kResetFire).reach, Reach::kNone);
}

TEST(Rights, EveryWordReadsBackAsItself) {
  for (std::size_t i = 0; i < kSiteRoles; ++i)
    EXPECT_EQ(site_role_of(name(static_cast<SiteRole>(i))), static_cast<SiteRole>(i));
  for (std::size_t i = 0; i < kSiteActions; ++i)
    EXPECT_EQ(site_action_of(name(static_cast<SiteAction>(i))), static_cast<SiteAction>(i));
  EXPECT_EQ(site_role_of("root"), std::nullopt);
  EXPECT_EQ(site_action_of(""), std::nullopt);
}

Delegation from_mother_to_son() {
  Delegation delegation;
  delegation.id = "d-1";
  delegation.from = "mother";
  delegation.to = "son";
  delegation.actions.at(static_cast<std::size_t>(SiteAction::kRemoteOpen)) = true;
  delegation.actions.at(static_cast<std::size_t>(SiteAction::kManageCredentials)) = true;
  delegation.term = {kNowMs - 1000, kNowMs + 1000};
  return delegation;
}

MayVerdict son_may(const Delegation& delegation, SiteAction action,
                   PlaceRelation relation = PlaceRelation::kHousehold,
                   const EventTime& now = kNow) {
  return may_for(delegation, "son", SiteRole::kResident, action, relation, {{}, now, false});
}

TEST(Delegation, GivesWhatItNamesAndNothingElse) {
  const Delegation delegation = from_mother_to_son();
  EXPECT_EQ(son_may(delegation, SiteAction::kRemoteOpen), MayVerdict::kYes);
  EXPECT_EQ(son_may(delegation, SiteAction::kManageCredentials), MayVerdict::kYes);
  EXPECT_EQ(son_may(delegation, SiteAction::kIssuePass), MayVerdict::kNo);
  EXPECT_EQ(may_for(delegation, "daughter", SiteRole::kResident, SiteAction::kRemoteOpen,
                    PlaceRelation::kHousehold, {{}, kNow, false}),
            MayVerdict::kNo);
}

TEST(Delegation, NeverGivesMoreThanWhoGaveItMay) {
  for_each_cell([](SiteRole role, SiteAction action, PlaceRelation relation) {
    Delegation all = from_mother_to_son();
    all.actions.fill(true);
    const Standing standing{{}, kNow, false};
    const MayVerdict own = may(role, action, relation, standing);
    const MayVerdict sons = may_for(all, "son", role, action, relation, standing);
    EXPECT_TRUE(sons == own || sons == MayVerdict::kNo) << name(role) << " " << name(action);
    EXPECT_TRUE(is_delegable(action) || sons == MayVerdict::kNo) << name(action);
  });
}

TEST(Delegation, EndsWithItsTermExactly) {
  const Delegation delegation = from_mother_to_son();
  const auto at = [&delegation](std::int64_t ms) {
    return son_may(delegation, SiteAction::kRemoteOpen, PlaceRelation::kUnit,
                   {ms, TimeQuality::kSynchronised, 1, 0});
  };
  EXPECT_EQ(at(kNowMs - 1001), MayVerdict::kTermOver);
  EXPECT_EQ(at(kNowMs - 1000), MayVerdict::kYes);
  EXPECT_EQ(at(kNowMs + 999), MayVerdict::kYes);
  EXPECT_EQ(at(kNowMs + 1000), MayVerdict::kTermOver);
}

TEST(Delegation, ItsRowReadsBackAndItsMistakesAreNamed) {
  const Delegation delegation = from_mother_to_son();
  EXPECT_EQ(delegation_from_row("d-1", to_row(delegation)).value(), delegation);
  const std::pair<const char*, const char*> table[] = {
      {R"({"from":"a","to":"a","actions":["view"],"from_ms":1,"until_ms":2})", "to"},
      {R"({"from":"","to":"b","actions":["view"],"from_ms":1,"until_ms":2})", "from"},
      {R"({"from":"a","to":"b","actions":[],"from_ms":1,"until_ms":2})", "actions"},
      {R"({"from":"a","to":"b","actions":["open"],"from_ms":1,"until_ms":2})", "actions"},
      {R"({"from":"a","to":"b","actions":[3],"from_ms":1,"until_ms":2})", "actions"},
      {R"({"from":"a","to":"b","actions":["view"],"from_ms":2,"until_ms":2})", "until_ms"},
      {R"({"from":"a","to":"b","actions":["view"],"from_ms":2})", "until_ms"},
      {R"({"from":"a","to":"b","actions":["view"],"from_ms":0,"until_ms":31622400001})",
       "until_ms"},
  };
  for (const auto& [row, member] : table) {
    const auto read = delegation_from_row("d", row);
    ASSERT_FALSE(read.has_value()) << row;
    EXPECT_EQ(read.error().what.rfind(member, 0), 0U) << read.error().what;
  }
}

}  // namespace
}  // namespace linli::domain::access
