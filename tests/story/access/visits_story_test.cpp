#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"
#include "tests/story/access/gatehouse.hpp"

namespace linli::story {
namespace {

using domain::CommandState;
using std::chrono::hours;
using std::chrono::seconds;
using Words = std::vector<std::string>;

constexpr const char* kMoveIn = R"({"household":"h501","place":"b3-u2-501","groups":[3],"people":[
    {"id":"ann","name":"安女士"},{"id":"ben","name":"本先生","role":"family"}]})";
constexpr const char* kCode = R"({"person":"ann","group":3,"life_s":7200,"uses":2})";
constexpr const char* kPass =
    R"({"kind":"visitor","person":"ann","group":3,"life_s":86400,"uses":2})";

class Visits : public Gatehouse {
 protected:
  Visits() { EXPECT_EQ(ask("move_in", kMoveIn).state, CommandState::kConfirmed); }

  base::Json give(const std::string& action, const std::string& input) {
    const auto outcome = ask(action, input, "resident", "person:ann");
    EXPECT_EQ(outcome.state, CommandState::kConfirmed) << outcome.reason;
    return base::parse_json(outcome.output).value();
  }
  std::string digits() { return give("issue_code", kCode)["code"].get<std::string>(); }
};

TEST_F(Visits, BeginWithSixDigitsThatOpenAsOftenAsTheyMay) {
  const std::string code = digits();
  ASSERT_EQ(code.size(), 6U);
  for (int i = 0; i < 3; ++i) {
    type(code + "#");
    run(seconds(10));
  }
  EXPECT_EQ(opened(), 2U);
}

TEST_F(Visits, TellACodeOnceAndKeepItNowhere) {
  const domain::Command wish = command("issue_code", kCode, "resident", "person:ann");
  const auto first = submit(wish);
  const auto code = base::parse_json(first.output).value()["code"].get<std::string>();
  EXPECT_EQ(submit(wish).output, R"({"secret":"given_once"})") << "a repeat is told nothing";
  expect_nowhere(code);
  crash_and_restart();
  expect_nowhere(code);
  EXPECT_EQ(submit(wish).output, R"({"secret":"given_once"})");
  type(code + "#");
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
}

TEST_F(Visits, TellAPassOnceAndKeepItNowhere) {
  const auto made = give("issue_pass", kPass);
  const auto text = made["pass"].get<std::string>();
  ASSERT_EQ(text.size(), domain::access::kPassTextChars);
  expect_nowhere(text);
  show_pass(text);
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
  expect_nowhere(text);
}

// The row is not there yet: who asked was told nothing, and makes a new one.
TEST_F(Visits, AreListedForWhoeverMayTakeThemBack) {
  const std::string code = digits();
  const auto pass = give("issue_pass", kPass);
  const auto listed = [this](const std::string& input, const std::string& role,
                             const std::string& issuer) {
    const auto outcome = ask("list_visits", input, role, issuer);
    return outcome.state == CommandState::kConfirmed ? base::parse_json(outcome.output).value()
                                                     : base::Json(outcome.reason);
  };
  const base::Json own = listed(R"({"person":"ann"})", "resident", "person:ann");
  ASSERT_EQ(own["visits"].size(), 2U) << own;
  const auto of_kind = [](const base::Json& list, const std::string& kind) {
    return list["visits"][0]["kind"] == kind ? list["visits"][0] : list["visits"][1];
  };
  EXPECT_EQ(of_kind(own, "pass")["id"], pass["id"]);
  EXPECT_EQ(of_kind(own, "code")["uses"], 2);
  EXPECT_EQ(own.dump().find(code), std::string::npos) << "never the digits";
  EXPECT_EQ(listed("{}", "property_manager", "person:office"), own);
  EXPECT_TRUE(listed("{}", "resident", "person:ann").is_string()) << "everybody's are the office's";
  type(code + "#");
  run(seconds(10));
  const base::Json after = listed(R"({"person":"ann"})", "resident", "person:ann");
  EXPECT_EQ(of_kind(after, "code")["used"], 1);
}

TEST_F(Visits, AreListedAPageAfterTheOther) {
  std::size_t listed = 0;
  for (int i = 0; i < 60; ++i) {
    scenarios::access::IssuedPass pass;
    pass.id = static_cast<std::uint64_t>(i) + 1;
    pass.issuer = "ann";
    pass.until_s = now_ms() / 1'000 + 600;
    books->issued.put(std::move(pass));
  }
  base::Json next;
  do {
    const std::string input = next.is_null() ? "{}" : base::dump_json({{"after", next}});
    const auto page = base::parse_json(ask("list_visits", input).output).value();
    EXPECT_LE(page.dump().size(), core::Scenario::kMaxAnswer);
    listed += page["visits"].size();
    next = page.value("next", base::Json());
  } while (!next.is_null());
  EXPECT_EQ(listed, 60U);
}

TEST_F(Visits, LeaveNoCodeBehindThatNobodyWasTold) {
  const std::size_t before = books->codes.size();
  store.hold();
  bool is_told = false;
  ledger->submit_and_wait(command("issue_code", kCode, "resident", "person:ann"),
                          [&is_told](const base::Result<core::CommandRecord>&) { is_told = true; });
  run(seconds(1));
  crash_and_restart();
  EXPECT_FALSE(is_told);
  EXPECT_EQ(books->codes.size(), before);
  EXPECT_EQ(digits().size(), 6U);
}

TEST_F(Visits, AreTakenBackByWhoeverGaveThem) {
  const auto code = give("issue_code", kCode);
  const auto pass = give("issue_pass", kPass);
  const std::string take_code = R"({"code":")" + code["id"].get<std::string>() + "\"}";
  const std::string take_pass = R"({"pass":")" + pass["id"].get<std::string>() + "\"}";
  ask("move_in", R"({"household":"h1","place":"b4-u1","people":[{"id":"eve","name":"伊女士"}]})");
  EXPECT_EQ(ask("revoke_code", take_code, "resident", "person:eve").state, CommandState::kRefused);
  EXPECT_EQ(ask("revoke_pass", take_pass, "resident", "person:eve").state, CommandState::kRefused);
  EXPECT_EQ(ask("revoke_code", take_code, "resident", "person:ann").state,
            CommandState::kConfirmed);
  EXPECT_EQ(ask("revoke_pass", take_pass, "resident", "person:ann").state,
            CommandState::kConfirmed);
  for (int start = 0; start < 2; ++start) {
    type(code["code"].get<std::string>() + "#");
    show_pass(pass["pass"].get<std::string>());
    run(seconds(10));
    crash_and_restart();
  }
  EXPECT_EQ(opened(), 0U);
  EXPECT_TRUE(books->issued.all().empty());
  EXPECT_EQ(ask("revoke_code", take_code).state, CommandState::kFailed);
}

TEST_F(Visits, EndWithThemWhoMoveOut) {
  const auto code = give("issue_code", kCode);
  const auto pass = give("issue_pass", kPass);
  const auto left = ask("move_out", R"({"household":"h501","people":["ann"]})");
  ASSERT_EQ(left.state, CommandState::kConfirmed) << left.reason;
  const auto ended = base::parse_json(left.output).value();
  EXPECT_EQ(ended["codes"], 1);
  EXPECT_EQ(ended["passes"], 1);
  EXPECT_EQ(ended["phones"], 1);
  EXPECT_EQ(ended["rights"], 1);
  for (int start = 0; start < 2; ++start) {
    type(code["code"].get<std::string>() + "#");
    show_pass(pass["pass"].get<std::string>());
    run(seconds(10));
    crash_and_restart();
  }
  EXPECT_EQ(opened(), 0U);
}

TEST_F(Visits, AreForgottenWhenTheyAreOver) {
  give("issue_pass", kPass);
  give("issue_code", kCode);
  run(hours(73));
  EXPECT_TRUE(books->issued.all().empty());
  EXPECT_TRUE(books->codes.empty());
  for (const auto& [key, row] : store.rows(ports::Space::kAccessPass))
    EXPECT_FALSE(key.starts_with("issued/") || key.starts_with("code/")) << key;
}

TEST_F(Visits, AreNotForgottenByAClockThatJumpsAndComesBack) {
  const auto code = give("issue_code", kCode);
  const auto used = give("issue_pass", kPass);
  for (int i = 0; i < 2; ++i) {
    show_pass(used["pass"].get<std::string>());
    run(seconds(10));
  }
  ASSERT_EQ(opened(), 2U);
  constexpr std::int64_t kTenYears = 3'653LL * 86'400'000;
  clock.wall_at_start += kTenYears;
  run(hours(11));
  crash_and_restart();
  run(hours(11));
  clock.wall_at_start -= kTenYears + base::to_ms(hours(22));
  run(seconds(1));
  show_pass(used["pass"].get<std::string>());
  run(seconds(10));
  EXPECT_EQ(opened(), 2U) << "it was used up";
  EXPECT_EQ(books->issued.all().size(), 1U);
  type(code["code"].get<std::string>() + "#");
  run(seconds(10));
  EXPECT_EQ(opened(), 3U);
}

TEST_F(Visits, AreAsManyAsOneMayHave) {
  for (std::size_t i = 0; i < domain::access::kMostLive; ++i) digits();
  const auto code = ask("issue_code", kCode, "resident", "person:ann");
  EXPECT_EQ(code.state, CommandState::kFailed);
  EXPECT_NE(code.reason.find("give a pass instead"), std::string::npos) << code.reason;
  for (std::size_t i = 0; i < scenarios::access::PassBook::kMostOfOne; ++i)
    give("issue_pass", kPass);
  const auto pass = ask("issue_pass", kPass, "resident", "person:ann");
  EXPECT_EQ(pass.state, CommandState::kFailed);
  EXPECT_NE(pass.reason.find("take some back"), std::string::npos) << pass.reason;
}

TEST_F(Visits, NeedAClock) {
  clock.quality = domain::TimeQuality::kFloor;
  for (const auto& [action, input] : {std::pair{"issue_code", kCode}, {"issue_pass", kPass}}) {
    const auto outcome = ask(action, input, "resident", "person:ann");
    EXPECT_EQ(outcome.state, CommandState::kFailed) << action;
    EXPECT_NE(outcome.reason.find("not synchronised"), std::string::npos) << outcome.reason;
  }
}

}  // namespace
}  // namespace linli::story
