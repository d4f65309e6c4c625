#include "firmware/domain/access/household_import.hpp"

#include <gtest/gtest.h>

#include "firmware/domain/access/calendar.hpp"
#include "firmware/domain/access/card_number.hpp"
#include "tests/unit/access/files.hpp"

namespace linli::domain::access {
namespace {

ImportSite site() {
  return {
      [](std::string_view place) { return place.starts_with("3-2-"); },
      [](std::string_view person) { return person == "r-known"; },
      [](std::string_view card) { return card == card_key(card_from_number(4'711, 26).value()); }};
}

ImportPlan plan_of(const std::string& csv) {
  return plan_import(csv, site());
}

std::vector<std::string> problems_of(const std::string& csv) {
  std::vector<std::string> texts;
  for (const ImportProblem& each : plan_of(csv).problems) texts.push_back(to_text(each));
  return texts;
}

constexpr const char* kHeader = "房号,姓名,人员编号,身份,卡号,位数,生效日期,失效日期\n";

TEST(HouseholdImport, TheExampleIsPlannedWhole) {
  const ImportPlan plan = plan_of(file_text("config/examples/access/households.csv"));
  EXPECT_TRUE(plan.problems.empty()) << to_text(plan.problems.front());
  ASSERT_EQ(plan.people.size(), 3U);
  EXPECT_EQ(plan.card_count(), 3U);
  const ImportedPerson& first = plan.people[0];
  EXPECT_EQ(first.id, "r-3-2-1201-1");
  EXPECT_EQ(first.name, "张三");
  EXPECT_EQ(first.place.str(), "3-2-1201");
  EXPECT_EQ(first.line, 2U);
  ASSERT_EQ(first.cards.size(), 2U);
  EXPECT_EQ(first.cards[0].printed, "0012345678");
  EXPECT_TRUE(first.cards[0].is_same(card_from_number(12'345'678, 34).value()));
  EXPECT_EQ(card_key(first.cards[1]), "34:89d41b8180");
  const ImportedPerson& second = plan.people[1];
  EXPECT_EQ(second.role, SiteRole::kFamily);
  EXPECT_EQ(to_text(civil_of(second.validity.from_ms.value())), "2026-01-01 00:00:00");
  EXPECT_EQ(to_text(civil_of(second.validity.until_ms.value())), "2027-01-01 00:00:00");
  EXPECT_EQ(plan.people[2].name, "王, 五");
  EXPECT_EQ(plan.people[2].id, "");
}

TEST(HouseholdImport, EnglishHeadersInAnyOrderAndOnlyWhatIsWanted) {
  const ImportPlan plan = plan_of("name,place\nZhang San,3-2-1\n");
  ASSERT_EQ(plan.people.size(), 1U);
  EXPECT_EQ(plan.people[0].place.str(), "3-2-1");
  EXPECT_EQ(plan.people[0].role, SiteRole::kResident);
}

TEST(HouseholdImport, ReadsWhatChineseSpreadsheetsSave) {
  // 房号,姓名 / 3-2-1,张三 in GB18030
  const std::string gb = "\xB7\xBF\xBA\xC5,\xD0\xD5\xC3\xFB\r\n3-2-1,\xD5\xC5\xC8\xFD\r\n";
  const ImportPlan plan = plan_of(gb);
  ASSERT_EQ(plan.people.size(), 1U);
  EXPECT_EQ(plan.people[0].name, "张三");
  EXPECT_EQ(plan.encoding, base::TextEncoding::kGb18030);
  EXPECT_EQ(plan_of("\xEF\xBB\xBFplace,name\n3-2-1,A\n").people.size(), 1U);
}

TEST(HouseholdImport, BlanksAroundACellDoNotCount) {
  const ImportPlan plan = plan_of("place , name\n 3-2-1\t,\u3000张三 \u3000\n");
  ASSERT_EQ(plan.people.size(), 1U);
  EXPECT_EQ(plan.people[0].name, "张三");
}

// One row that is wrong in one way; where it is told, and a word of what is told.
TEST(HouseholdImport, EveryProblemHasItsLineItsColumnAndAWayOut) {
  struct Row {
    const char* cells;
    const char* place;
    const char* word;
  };
  const Row table[] = {
      {",张三,,,,,,", "line 2, column 1 (房号): ", "is empty"},
      {"9-9-9,张三,,,,,,", "line 2, column 1 (房号): ", "not a place"},
      {"3-2-1,,,,,,,", "line 2, column 2 (姓名): ", "is empty"},
      {"3-2-1,张三,r 1,,,,,", "line 2, column 3 (人员编号): ", "not an id"},
      {"3-2-1,张三,r-known,,,,,", "line 2, column 3 (人员编号): ", "registered already"},
      {"3-2-1,张三,,保安,,,,", "line 2, column 4 (身份): ", "住户"},
      {"3-2-1,张三,,,12a,26,,", "line 2, column 5 (卡号): ", "expected digits"},
      {"3-2-1,张三,,,1.23457E+09,34,,", "line 2, column 5 (卡号): ", "rounded"},
      {"3-2-1,张三,,,4711,26,,", "line 2, column 5 (卡号): ", "registered already"},
      {"3-2-1,张三,,,16777216,26,,", "line 2, column 5 (卡号): ", "from 1 to 16777215"},
      {"3-2-1,张三,,,0x89d4,34,,", "line 2, column 5 (卡号): ", "hexadecimal"},
      {"3-2-1,张三,,,12,37,,", "line 2, column 5 (卡号): ", "raw bits"},
      {"3-2-1,张三,,,12,,,", "line 2, column 6 (位数): ", "how many bits"},
      {"3-2-1,张三,,,,26,,", "line 2, column 6 (位数): ", "without a card"},
      {"3-2-1,张三,,,,,2026/1/1,", "line 2, column 7 (生效日期): ", "2026-01-31"},
      {"3-2-1,张三,,,,,2026-02-01,2026-01-31", "line 2, column 8 (失效日期): ", "before"},
      {"3-2-1,=HYPERLINK(1),,,,,,", "line 2, column 2 (姓名): ", "formula"},
      {"3-2-1,@张三,,,,,,", "line 2, column 2 (姓名): ", "formula"},
      {"3-2-1,\"张\n三\",,,,,,", "line 2, column 2 (姓名): ", "line break"},
      {"3-2-1,张三,,,,,,,more", "line 2, column 9: ", "more cells"},
      {"3-2-1,\"张三,,,,,,", "line 2, column 2: ", "never closed"},
  };
  for (const Row& row : table) {
    const auto problems = problems_of(kHeader + std::string(row.cells) + "\n");
    ASSERT_FALSE(problems.empty()) << row.cells;
    EXPECT_EQ(problems[0].rfind(row.place, 0), 0U) << problems[0];
    EXPECT_NE(problems[0].find(row.word), std::string::npos) << problems[0];
  }
}

TEST(HouseholdImport, AllProblemsOfAllLinesAreToldAtOnceInTheirOrder) {
  const auto problems = problems_of(std::string(kHeader) +
                                    "9-9-9,,,,,,,\n"
                                    "3-2-1,ok,,,,,,\n"
                                    "3-2-1,\"bad\"x,,,,,,\n"
                                    "3-2-1,A,,x,1,99,,\n");
  const std::vector<std::string> places{"line 2, column 1", "line 2, column 2", "line 4, column 2",
                                        "line 5, column 4", "line 5, column 5"};
  ASSERT_EQ(problems.size(), places.size());
  for (std::size_t i = 0; i < places.size(); ++i)
    EXPECT_EQ(problems[i].rfind(places[i], 0), 0U) << problems[i];
}

TEST(HouseholdImport, APersonTwiceIsFurtherCardsOrAProblem) {
  const std::string first = std::string(kHeader) + "3-2-1,张三,p1,,1,26,,\n";
  EXPECT_EQ(plan_of(first + "3-2-1,张三,p1,,2,26,,\n").people.at(0).cards.size(), 2U);
  for (const char* const again :
       {"3-2-1,张三,p1,,,,,\n", "3-2-2,张三,p1,,2,26,,\n", "3-2-1,李四,p1,,2,26,,\n",
        "3-2-1,张三,p1,家属,2,26,,\n", "3-2-1,张三,p1,,2,26,2026-01-01,\n"}) {
    const auto problems = problems_of(first + again);
    ASSERT_EQ(problems.size(), 1U) << again;
    EXPECT_EQ(problems[0].rfind("line 3, column 3 (人员编号)", 0), 0U) << problems[0];
    EXPECT_NE(problems[0].find("line 2"), std::string::npos);
  }
}

TEST(HouseholdImport, TwoOfOneNameInAFlatNeedIds) {
  const std::string twice = "place,name\n3-2-1,张三\n3-2-1,张三\n";
  ASSERT_EQ(problems_of(twice).size(), 1U);
  EXPECT_EQ(problems_of(twice)[0].rfind("line 3, column 2 (name)", 0), 0U);
  EXPECT_TRUE(problems_of("place,name\n3-2-1,张三\n3-2-2,张三\n").empty());
}

TEST(HouseholdImport, ACardTwiceIsAProblemInWhateverFormItStands) {
  const auto problems = problems_of(std::string(kHeader) +
                                    "3-2-1,张三,,,2312379265,34,,\n"
                                    "3-2-1,李四,,,0xC4EA0DC0FF,34,,\n");
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].find("stands in line 2"), std::string::npos) << problems[0];
}

TEST(HouseholdImport, AHeaderThatIsWrongSaysWhatIsMissingOrTooMuch) {
  EXPECT_EQ(problems_of("").size(), 1U);
  EXPECT_NE(problems_of("")[0].find("人员编号"), std::string::npos);
  EXPECT_EQ(problems_of("房号,姓名\n").size(), 1U);  // nobody below
  const auto unknown = problems_of("房号,姓名,手机号\n3-2-1,张三,138\n");
  ASSERT_EQ(unknown.size(), 1U);
  EXPECT_EQ(unknown[0].rfind("line 1, column 3 (手机号): ", 0), 0U) << unknown[0];
  const auto twice = problems_of("房号,姓名,name\n");
  ASSERT_EQ(twice.size(), 1U);
  EXPECT_NE(twice[0].find("column 2 is the same"), std::string::npos) << twice[0];
  EXPECT_EQ(problems_of("姓名\n张三\n").size(), 1U);
  EXPECT_EQ(problems_of("房号,姓名,卡号\n3-2-1,张三,1\n").size(), 1U);
}

TEST(HouseholdImport, WhatIsNoTextOrTooLargeIsOneProblem) {
  EXPECT_EQ(problems_of("\xFF\xFEp").size(), 1U);
  EXPECT_EQ(problems_of("place\xFF\xFF").size(), 1U);
  EXPECT_EQ(problems_of(std::string(kMostImportBytes + 1, 'a')).size(), 1U);
}

TEST(HouseholdImport, AHopelessFileIsCutShort) {
  std::string csv = "place,name\n";
  for (int i = 0; i < 5'000; ++i) csv += "x,y\n";
  const ImportPlan plan = plan_of(csv);
  EXPECT_EQ(plan.problems.size(), kMostImportProblems);
  EXPECT_TRUE(plan.is_cut);
}

}  // namespace
}  // namespace linli::domain::access
