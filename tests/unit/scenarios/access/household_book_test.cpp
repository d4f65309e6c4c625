#include "firmware/scenarios/access/household_book.hpp"

#include <gtest/gtest.h>

namespace linli::scenarios::access {
namespace {

using domain::access::SiteRole;

Household household(const std::string& id, const std::vector<std::string>& people) {
  Household home{id, "b3-u2-501", {}};
  for (const std::string& person : people)
    home.residents.push_back({person, SiteRole::kResident, {}, "sealed", 0x1234});
  return home;
}

TEST(Household, ReadsBackAsItWasWritten) {
  Household home = household("h1", {"p1", "p2"});
  home.residents[1].role = SiteRole::kFamily;
  home.residents[1].term = {1'000, 2'000};
  EXPECT_EQ(household_from_row("h1", to_row(home)).value(), home);
}

TEST(Household, WithARowThatWasDamagedIsRefused) {
  EXPECT_FALSE(household_from_row("h1", "{}").has_value());
  EXPECT_FALSE(household_from_row("h1", R"({"place":"p","residents":[{"id":"p1"}]})").has_value());
  EXPECT_FALSE(
      household_from_row(
          "h1",
          R"({"place":"p","residents":[{"id":"p1","role":"king","sealed":"","subject":"00000000000004d2"}]})")
          .has_value());
}

TEST(HouseholdBook, KnowsWhereAPersonLives) {
  HouseholdBook book;
  book.put(household("h1", {"p1", "p2"}));
  ASSERT_TRUE(book.find_resident("p2").has_value());
  EXPECT_EQ(book.find_resident("p2")->household->id, "h1");
  EXPECT_EQ(book.find_resident("p2")->resident->id, "p2");
  book.put(household("h1", {"p1"}));
  EXPECT_FALSE(book.find_resident("p2").has_value());
  book.remove("h1");
  EXPECT_FALSE(book.find_resident("p1").has_value());
}

TEST(HouseholdBook, LetsNobodyLiveInTwoPlaces) {
  HouseholdBook book;
  book.put(household("h1", {"p1"}));
  EXPECT_EQ(book.check(household("h2", {"p1"})).error().code, base::Code::kConflict);
  EXPECT_TRUE(book.check(household("h1", {"p1", "p2"})).has_value());
  std::vector<std::string> many;
  for (std::size_t i = 0; i <= kMostResidents; ++i) many.push_back("m" + std::to_string(i));
  EXPECT_EQ(book.check(household("h3", many)).error().code, base::Code::kFull);
}

}  // namespace
}  // namespace linli::scenarios::access
