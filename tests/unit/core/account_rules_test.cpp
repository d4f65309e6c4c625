#include "firmware/core/account_rules.hpp"

#include <gtest/gtest.h>

#include "firmware/core/common_passwords.hpp"
#include "firmware/core/place_rule.hpp"

namespace linli::core {
namespace {

using domain::Role;

bool password(std::string text) {
  return check_password(base::SecretText(std::move(text)), "mei.wang-01", "jasmine-court", "new")
      .has_value();
}

TEST(AccountRules, APasswordHasTenCharactersAndAtMost256Bytes) {
  EXPECT_FALSE(password("ninechars"));
  EXPECT_TRUE(password("ten chars."));
  EXPECT_TRUE(password("门前有两棵槐树一棵高"));
  EXPECT_FALSE(password("门前有两棵槐树一棵"));
  EXPECT_TRUE(password(std::string(250, 'x') + "yz"));
  EXPECT_FALSE(password(std::string(257, 'x')));
}

TEST(AccountRules, ThePasswordIsNotTheLoginNorTheCompoundNorAmongTheCommonest) {
  EXPECT_FALSE(password("Mei.Wang-01"));
  EXPECT_FALSE(password("Jasmine-Court"));
  EXPECT_FALSE(password("1234567890"));
  EXPECT_FALSE(password("Password123"));
  EXPECT_FALSE(password("woaini1314520"));
  EXPECT_TRUE(password("woaini1314521"));
}

TEST(AccountRules, APasswordIsText) {
  EXPECT_FALSE(password("ten bytes \xff\xfe"));
  EXPECT_FALSE(password(std::string("ten bytes\0 and more", 19)));
}

TEST(AccountRules, TheRefusalNamesTheMemberThatWasWrong) {
  EXPECT_EQ(check_password(base::SecretText("short"), "mei", "demo", "new").error().field, "new");
  EXPECT_EQ(check_login("X").error().field, "login");
}

TEST(AccountRules, TheListIsThere) {
  EXPECT_GT(common_passwords().size(), 10'000U);
}

TEST(AccountRules, ALoginHas3To32SmallLettersDigitsAndThreeSigns) {
  for (const char* good : {"mei", "a.b", "x_y-z.0", "12345678901234567890123456789012"})
    EXPECT_TRUE(check_login(good)) << good;
  for (const char* bad :
       {"", "ab", "Mei", "mei wang", "mei@x", "梅梅梅", "123456789012345678901234567890123"})
    EXPECT_FALSE(check_login(bad)) << bad;
}

TEST(AccountRules, ANameIsOneLineThatSteersNothing) {
  for (const char* good : {"Mei", "王 小梅", "O'Brien-Smith"})
    EXPECT_TRUE(check_name(good)) << good;
  for (const std::string& bad :
       {std::string(), std::string("a\nb"), std::string("\x1b[31mred"),
        std::string("a\xE2\x80\xA8z"), std::string("a\xE2\x80\xAEz"), std::string("a\xC2\x85z"),
        std::string("\xff"), std::string(65, 'x')})
    EXPECT_FALSE(check_name(bad));
}

TEST(AccountRules, PlacesAreIdsAndAResidentHasOne) {
  EXPECT_TRUE(check_places({}, Role::kViewer));
  EXPECT_FALSE(check_places({}, Role::kResident));
  EXPECT_TRUE(check_places({"3-2-501"}, Role::kResident));
  EXPECT_FALSE(check_places({"b3", "b3"}, Role::kViewer));
  EXPECT_FALSE(check_places({"a/b"}, Role::kViewer));
  EXPECT_FALSE(check_places(std::vector<std::string>(33, "b3"), Role::kViewer));
}

std::optional<std::string> parent_of(const std::string& place) {
  if (place == "loop") return "loop";
  if (place == "b3") return "site";
  if (place == "3-2") return "b3";
  return std::nullopt;
}

TEST(PlaceRule, APlaceCoversItselfAndAllBelowIt) {
  EXPECT_TRUE(covers({"b3"}, "3-2", &parent_of));
  EXPECT_TRUE(covers({"site"}, "3-2", &parent_of));
  EXPECT_TRUE(covers({"x", "3-2"}, "3-2", &parent_of));
  EXPECT_FALSE(covers({"3-2"}, "b3", &parent_of));
  EXPECT_FALSE(covers({"b3"}, "unknown", &parent_of));
}

TEST(PlaceRule, WhoIsBoundToNoneSeesAllAndWhatHasNoPlaceIsSeenByThoseOnly) {
  EXPECT_TRUE(covers({}, "3-2", &parent_of));
  EXPECT_TRUE(covers({}, "", &parent_of));
  EXPECT_FALSE(covers({"site"}, "", &parent_of));
  EXPECT_TRUE(covers_all({}, {}, &parent_of));
  EXPECT_FALSE(covers_all({"site"}, {}, &parent_of));
  EXPECT_TRUE(covers_all({"b3"}, {"3-2", "b3"}, &parent_of));
  EXPECT_FALSE(covers_all({"b3"}, {"3-2", "site"}, &parent_of));
}

TEST(PlaceRule, ACircleOfPlacesEnds) {
  EXPECT_FALSE(covers({"b3"}, "loop", &parent_of));
  EXPECT_TRUE(covers({"b3"}, "b3", nullptr));
}

}  // namespace
}  // namespace linli::core
