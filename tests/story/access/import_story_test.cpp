#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"
#include "firmware/tls/random.hpp"
#include "tests/story/access/gatehouse.hpp"

namespace linli::story {
namespace {

using domain::CommandState;
using std::chrono::seconds;

constexpr const char* kList =
    "房号,姓名,人员编号,身份,卡号,位数\n"
    "b3-u2-501,安女士,ann,住户,0xd41b8100,26\n"
    "b3-u2-501,本先生,,家属,,\n"
    "b4-u1,伊女士,eve,住户,0xaaaaaa00,26\n";

class Import : public Gatehouse {
 protected:
  static std::string input(const std::string& list, bool is_dry_run) {
    base::Json pieces = base::Json::array();
    for (std::size_t at = 0; at < list.size(); at += 9'000)
      pieces.push_back(tls::base64(list.substr(at, 9'000)));
    return base::dump_json({{"list", pieces}, {"dry_run", is_dry_run}, {"groups", {3}}});
  }
  base::Json report(const std::string& list, bool is_dry_run) {
    const auto outcome = ask("import_households", input(list, is_dry_run));
    EXPECT_EQ(outcome.state, CommandState::kConfirmed) << outcome.reason;
    return base::parse_json(outcome.output).value();
  }
};

TEST_F(Import, SaysFirstWhatItWouldDoAndChangesNothing) {
  const auto dry = report(kList, true);
  EXPECT_EQ(dry["people"], 3);
  EXPECT_EQ(dry["cards"], 2);
  EXPECT_EQ(dry["flats"], 2);
  EXPECT_EQ(dry["problem_count"], 0);
  EXPECT_EQ(dry["applied"], false);
  EXPECT_TRUE(store.rows(ports::Space::kHousehold).empty());
}

TEST_F(Import, TakesAListOverAndItsCardsOpen) {
  EXPECT_EQ(report(kList, false)["applied"], true);
  crash_and_restart();
  show_card();
  run(seconds(10));
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(books->rights.of_holder("ann").size(), 1U);
  EXPECT_TRUE(books->rights.of_holder("eve").empty()) << "no door of the group is on her way";
  EXPECT_EQ(books->households.all().size(), 2U);
  EXPECT_EQ(books->households.find_resident("ann")->household->residents.size(), 2U);
  for (const auto& [key, row] : store.rows(ports::Space::kHousehold))
    EXPECT_EQ(row.find("安女士"), std::string::npos) << "names are sealed";
}

TEST_F(Import, NamesEveryProblemByItsLineAndTakesNothingOver) {
  const std::string bad = std::string(kList) + "b9,王先生,,,,\n" + "b4-u1,李女士,ann,,,\n";
  const auto dry = report(bad, true);
  ASSERT_EQ(dry["problem_count"], 2);
  EXPECT_EQ(dry["problems"][0]["line"], 5);
  EXPECT_EQ(dry["problems"][1]["line"], 6);
  const auto outcome = ask("import_households", input(bad, false));
  EXPECT_EQ(outcome.state, CommandState::kFailed);
  EXPECT_NE(outcome.reason.find("line 5"), std::string::npos) << outcome.reason;
  EXPECT_TRUE(store.rows(ports::Space::kHousehold).empty());
}

TEST_F(Import, IsAllOrNothingWhenTheStoreFailsAndCanBeSentAgain) {
  store.hold();
  ledger->submit(command("import_households", input(kList, false)),
                 [](const base::Result<core::CommandRecord>&) {});
  run(seconds(1));
  crash_and_restart();
  EXPECT_TRUE(books->households.all().empty());
  EXPECT_EQ(report(kList, false)["applied"], true);
  const auto again = report(kList, true);
  EXPECT_GT(again["problem_count"], 0) << "who is there already is said so";
}

TEST_F(Import, TakesAThousandPeopleAndNotMore) {
  std::string list = "房号,姓名,人员编号\n";
  for (int i = 0; i < 1'001; ++i)
    list += "b4-u1,住户" + std::to_string(i) + ",p" + std::to_string(i) + "\n";
  const auto dry = report(list, true);
  ASSERT_EQ(dry["problem_count"], 2);
  EXPECT_EQ(dry["problems"][0]["line"], 1'002);
  EXPECT_EQ(dry["problems"][1]["line"], 34) << "a flat has 32 people at most";
}

TEST_F(Import, IsForTheOfficeOnly) {
  ask("move_in", R"({"household":"h1","place":"b4-u1","people":[{"id":"zoe","name":"佐女士"}]})");
  EXPECT_EQ(ask("import_households", input(kList, true), "resident", "person:zoe").state,
            CommandState::kRefused);
}

}  // namespace
}  // namespace linli::story
