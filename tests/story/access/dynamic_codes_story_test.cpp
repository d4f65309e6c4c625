#include <nlohmann/json.hpp>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"
#include "tests/story/access/gatehouse.hpp"
#include "tests/story/base32.hpp"

namespace linli::story {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Words = std::vector<std::string>;

// 动态码, with an authenticator app that does what RFC 6238 says.
class DynamicCodes : public Gatehouse {
 protected:
  DynamicCodes() { give_right("ann", R"({"groups":[3])"); }

  // The app's side: what it was given, once.
  struct App {
    std::string number;
    base::SecretText seed;
  };
  App give(const std::string& id = "code-ann", const std::string& more = "",
           const std::string& holder = "ann") {
    const auto outcome = ask("issue_credential", R"({"id":")" + id + R"(","holder":")" + holder +
                                                     R"(","kind":"totp")" + more + "}");
    EXPECT_EQ(outcome.state, domain::CommandState::kConfirmed) << outcome.reason;
    const base::Json answer = base::parse_json(outcome.output).value();
    const auto uri = answer["uri"].get<std::string>();
    const std::size_t begin = uri.find("secret=") + 7;
    return {answer["number"].get<std::string>(),
            base::SecretText(from_base32(uri.substr(begin, uri.find('&', begin) - begin)))};
  }
  std::string shown(const App& app, std::int64_t ahead_ms = 0) {
    return crypto.one_time_code(app.seed, static_cast<std::uint64_t>(now_ms() + ahead_ms) / 30'000);
  }
  void enter(const App& app) {
    type(app.number + shown(app) + "#");
    run(seconds(10));
  }
};

TEST_F(DynamicCodes, OpenAfterTheirNumber) {
  const App app = give();
  EXPECT_EQ(app.number.size(), 4U);
  EXPECT_EQ(app.seed.reveal().size(), 20U);
  enter(app);
  EXPECT_EQ(opened(), 1U);
  run(minutes(1));
  enter(app);
  EXPECT_EQ(opened(), 2U);
  EXPECT_EQ(reasons(), (Words{"granted", "granted"}));
}

TEST_F(DynamicCodes, LetInOnceAlsoAfterARestart) {
  const App app = give();
  const std::string typed = app.number + shown(app) + "#";
  type(typed);
  run(seconds(1));
  type(typed);
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
  crash_and_restart();
  type(typed);
  run(seconds(1));
  EXPECT_EQ(opened(), 1U) << "its use was in the transaction of the opening";
  run(seconds(30));
  enter(app);
  EXPECT_EQ(opened(), 2U) << "the next one is good";
}

TEST_F(DynamicCodes, AreGoodOnceMoreIfTheOpeningCouldNotBeStored) {
  const App app = give();
  const std::string typed = app.number + shown(app);
  type(typed);
  run(seconds(1));
  store.fail_next(1, base::Code::kFull);
  type("#");
  run(seconds(1));
  EXPECT_EQ(opened(), 0U);
  type(typed + "#");
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
}

TEST_F(DynamicCodes, AreGoodForTheStepBeforeAndTheStepAfter) {
  struct Case {
    std::int64_t ahead_ms;
    std::size_t opens;
  };
  std::size_t expected = 0;
  for (const Case& each : {Case{-60'000, 0}, Case{-30'000, 1}, Case{0, 1}, Case{30'000, 1},
                           Case{60'000, 0}, Case{3'600'000, 0}}) {
    const App app = give("code-" + std::to_string(each.ahead_ms + 60'000));
    type(app.number + shown(app, each.ahead_ms) + "#");
    run(seconds(10));
    expected += each.opens;
    EXPECT_EQ(opened(), expected) << each.ahead_ms;
  }
}

TEST_F(DynamicCodes, OpenNothingWithAnothersNumberAndAreSlowedLikeAPin) {
  const App ann = give();
  const App ben = give("code-ben", "", "ben");
  ASSERT_NE(ann.number, ben.number);
  for (int i = 0; i < 10; ++i) {
    type(ben.number + shown(ann) + "#");
    run(seconds(1));
  }
  EXPECT_EQ(opened(), 0U);
  EXPECT_EQ(alarms(), Words{"guessing"});
  enter(ann);
  EXPECT_EQ(opened(), 0U) << "the keypad is locked for a while, for right ones too";
  EXPECT_EQ(reasons().back(), "guessing");
}

TEST_F(DynamicCodes, AreRefusedWhileNobodyKnowsTheTime) {
  const App app = give();
  clock.quality = domain::TimeQuality::kFloor;
  enter(app);
  EXPECT_EQ(opened(), 0U);
  EXPECT_EQ(reasons(), Words{"clock_unknown"});
}

TEST_F(DynamicCodes, AreNoWayInAtADoorThatDoesNotTakeThem) {
  put_door("gate", R"(,"takes":["card","pin"])");
  enter(give());
  EXPECT_EQ(opened(), 0U);
  EXPECT_EQ(reasons(), Words{"unknown_credential"});
}

TEST_F(DynamicCodes, NeedNoPinToBeTaken) {
  put_door("gate", R"(,"takes":["card","totp"])");
  enter(give());
  EXPECT_EQ(opened(), 1U);
  type("4711#");
  run(seconds(1));
  EXPECT_EQ(reasons(), (Words{"granted", "kind_not_taken"}));
}

TEST_F(DynamicCodes, AreASecondFactorWithoutTheirNumber) {
  put_door("gate", R"(,"needs_second_factor":true)");
  give_card("ann", kCardBits, "");
  const App app = give();
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 0U);
  const std::string code = shown(app);
  type(code + "#");
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
  run(seconds(9));
  show_card();
  type(code + "#");
  run(seconds(1));
  EXPECT_EQ(opened(), 1U) << "it was used";
  EXPECT_EQ(reasons(), (Words{"granted", "second_factor_wrong"}));
}

TEST_F(DynamicCodes, GivenAnewEndTheOldAppAndKeepTheirNumber) {
  const App old = give();
  const App fresh = give();
  EXPECT_EQ(fresh.number, old.number);
  enter(old);
  EXPECT_EQ(opened(), 0U);
  enter(fresh);
  EXPECT_EQ(opened(), 1U);
}

TEST_F(DynamicCodes, HaveANumberThatIsOnePersonsUntilItIsRevoked) {
  EXPECT_EQ(give("code-ann", R"(,"number":"0007")").number, "0007");
  const std::string bens = R"({"id":"code-ben","holder":"ben","kind":"totp","number":"0007"})";
  EXPECT_EQ(ask("issue_credential", bens).state, domain::CommandState::kFailed);
  EXPECT_EQ(ask("revoke_credential", R"({"id":"code-ann"})").state,
            domain::CommandState::kConfirmed);
  EXPECT_EQ(ask("issue_credential", bens).state, domain::CommandState::kConfirmed);
}

TEST_F(DynamicCodes, HaveASeedThatStandsNowhere) {
  const App app = give();
  enter(app);
  for (const std::string& form :
       {app.seed.reveal(), base::to_hex(app.seed.reveal()), std::string("otpauth")})
    expect_nowhere(form);
}

}  // namespace
}  // namespace linli::story
