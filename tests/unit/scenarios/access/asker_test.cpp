#include "firmware/scenarios/access/asker.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/virtual_loop.hpp"

namespace linli::scenarios::access {
namespace {

using core::PlaceKind;
using domain::access::PlaceRelation;
using domain::access::SiteAction;
using domain::access::SiteRole;

core::Place place(const std::string& id, const std::string& parent, PlaceKind kind) {
  core::Place made{domain::PlaceId::parse(id).value(), {}, kind, id};
  if (!parent.empty()) made.parent = domain::PlaceId::parse(parent).value();
  return made;
}

class AskerTest : public testing::Test {
 protected:
  AskerTest() {
    EXPECT_TRUE(places
                    .restore({place("site", "", PlaceKind::kSite),
                              place("south", "site", PlaceKind::kPoint),
                              place("b3", "site", PlaceKind::kBuilding),
                              place("b3-garage", "b3", PlaceKind::kPoint),
                              place("b3-u2", "b3", PlaceKind::kUnit),
                              place("b3-u2-gate", "b3-u2", PlaceKind::kPoint),
                              place("b3-u2-501", "b3-u2", PlaceKind::kPoint),
                              place("b3-u1", "b3", PlaceKind::kUnit),
                              place("b4", "site", PlaceKind::kBuilding)})
                    .empty());
    households.put({"h501", "b3-u2-501", {{"ann", SiteRole::kFamily, {}, "", 1}}});
  }
  static domain::Command by(const std::string& role, const std::string& issuer) {
    domain::Command command;
    command.role = role;
    command.issuer = issuer;
    return command;
  }
  fakes::VirtualLoop loop;
  fakes::MemoryStore store{loop};
  core::Places places{store, [](std::string_view) { return false; }};
  HouseholdBook households;
};

TEST_F(AskerTest, IsWhatTheHouseholdBookSaysWhateverTheChannelClaims) {
  const Asker ann = asker_of(by("resident", "person:ann"), households).value();
  EXPECT_EQ(ann.role, SiteRole::kFamily);
  EXPECT_EQ(ann.home, "b3-u2-501");
  EXPECT_EQ(asker_of(by("manager", "person:ann"), households).value().role, SiteRole::kFamily);
  EXPECT_FALSE(asker_of(by("resident", "person:eve"), households).has_value());
}

TEST_F(AskerTest, OfTheChannelsHasARoleOfTheCompoundOrNone) {
  const std::vector<std::pair<std::string, SiteRole>> table = {
      {"platform", SiteRole::kPropertyManager}, {"operator", SiteRole::kPropertyManager},
      {"manager", SiteRole::kPropertyManager},  {"on_call", SiteRole::kGuard},
      {"installer", SiteRole::kInstaller},      {"guard", SiteRole::kGuard},
      {"maintainer", SiteRole::kMaintainer}};
  for (const auto& [word, role] : table)
    EXPECT_EQ(asker_of(by(word, "x"), households).value().role, role) << word;
  for (const char* word : {"automation", "viewer", "resident", "family", "", "king"})
    EXPECT_FALSE(asker_of(by(word, "x"), households).has_value()) << word;
}

TEST_F(AskerTest, StandsInARelationToEachPlace) {
  const std::vector<std::pair<std::string, PlaceRelation>> table = {
      {"b3-u2-501", PlaceRelation::kHousehold}, {"b3-u2", PlaceRelation::kUnit},
      {"b3-u2-gate", PlaceRelation::kUnit},     {"b3", PlaceRelation::kCommon},
      {"b3-garage", PlaceRelation::kCommon},    {"south", PlaceRelation::kCommon},
      {"site", PlaceRelation::kCommon},         {"b3-u1", PlaceRelation::kElsewhere},
      {"b4", PlaceRelation::kElsewhere},        {"", PlaceRelation::kElsewhere}};
  for (const auto& [where, relation] : table)
    EXPECT_EQ(relation_of(places, "b3-u2-501", where), relation) << where;
  EXPECT_EQ(relation_of(places, "", "b3"), PlaceRelation::kElsewhere);
}

TEST_F(AskerTest, IsToldWhyNot) {
  const domain::EventTime now{1'000, domain::TimeQuality::kSynchronised, 1, 0};
  Asker worker;
  worker.role = SiteRole::kMaintainer;
  const auto said = [&worker, &now](SiteAction action) {
    const auto checked = check_may(worker, action, PlaceRelation::kElsewhere, now);
    return checked ? std::string("yes") : checked.error().what;
  };
  EXPECT_NE(said(SiteAction::kRemoteOpen).find("not this role"), std::string::npos);
  EXPECT_NE(said(SiteAction::kOperate).find("somebody has set"), std::string::npos);
  worker.term = domain::access::Validity{0, 500};
  EXPECT_NE(said(SiteAction::kOperate).find("is over"), std::string::npos);
  worker.term = domain::access::Validity{0, 5'000};
  EXPECT_EQ(said(SiteAction::kOperate), "yes");
  worker.role = SiteRole::kGridWorker;
  EXPECT_NE(said(SiteAction::kReleaseFire).find("second person"), std::string::npos);
}

}  // namespace
}  // namespace linli::scenarios::access
