#include <algorithm>
#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"
#include "tests/story/access/gatehouse.hpp"

namespace linli::story {
namespace {

using domain::CommandState;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Words = std::vector<std::string>;

constexpr const char* kMoveIn = R"({"household":"h501","place":"b3-u2-501","groups":[3],"people":[
    {"id":"ann","name":"安女士","phone":"13800000000","cards":[{"bits":"d41b8100","count":26}]},
    {"id":"ben","name":"本先生","role":"family","cards":[{"bits":"aaaaaa00","count":26}]}]})";

class AccessCommand : public Gatehouse {};

TEST_F(AccessCommand, OpensADoorFromAfarAndSaysWhoAsked) {
  const auto outcome = ask("open", opening());
  EXPECT_EQ(outcome.state, CommandState::kConfirmed) << outcome.reason;
  EXPECT_EQ(outcome.output, R"({"opened":true})");
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(reasons(), Words{"granted"});
}

TEST_F(AccessCommand, OpensNothingWhileTheStoreFails) {
  const domain::Command wish = command("open", opening());
  store.hold();
  submit(wish);
  run(seconds(11));
  store.release();
  run(seconds(30));
  EXPECT_EQ(opened(), 0U);
}

TEST_F(AccessCommand, SaysThatTheLockCouldNotBeTold) {
  driver->fails_with = base::Error{base::Code::kOffline, "the lock is not connected"};
  const auto outcome = ask("open", opening());
  EXPECT_EQ(outcome.state, CommandState::kFailed);
  EXPECT_NE(outcome.reason.find("not connected"), std::string::npos) << outcome.reason;
}

TEST_F(AccessCommand, IsRefusedWithTheReason) {
  struct Row {
    const char* rule;
    std::string action, input, role, issuer, said;
  };
  const std::string now = std::to_string(now_ms());
  const std::vector<Row> table = {
      {"unknown action", "explode", "{}", "platform", "platform", "no action 'explode'"},
      {"no input", "open", "{}", "platform", "platform", "door"},
      {"unknown member", "block", R"({"door":"gate","why":1})", "platform", "platform", "why"},
      {"unknown door", "block", R"({"door":"moon"})", "platform", "platform", "no door 'moon'"},
      {"a rule of the house", "open", opening(), "automation", "rule", "has no part"},
      {"a viewer", "open", opening(), "viewer", "person:eve", "has no part"},
      {"an installer", "open", opening(), "installer", "person:ivy", "may not 'remote_open'"},
      {"who claims to live here", "open", opening(), "resident", "person:eve", "lives nowhere"},
      {"other compound", "open", R"({"door":"gate","site":"site-2","issued_ms":)" + now + "}",
       "platform", "platform", "meant for 'site-2'"},
      {"too old", "open",
       R"({"door":"gate","site":"site-1","issued_ms":)" + std::to_string(now_ms() - 10'000) + "}",
       "platform", "platform", "ask again"},
      {"from the future", "open",
       R"({"door":"gate","site":"site-1","issued_ms":)" + std::to_string(now_ms() + 3'000) + "}",
       "platform", "platform", "ask again"},
  };
  for (const Row& row : table) {
    const auto outcome = ask(row.action, row.input, row.role, row.issuer);
    EXPECT_EQ(outcome.state, CommandState::kRefused) << row.rule;
    EXPECT_NE(outcome.reason.find(row.said), std::string::npos)
        << row.rule << ": " << outcome.reason;
  }
  EXPECT_EQ(opened(), 0U);
}

TEST_F(AccessCommand, OfARoleThatHoldsAtOnePlaceReachesTheDoorsThere) {
  domain::Command elsewhere = command("block", R"({"door":"gate"})", "guard", "person:gus");
  elsewhere.place = "b4";
  EXPECT_EQ(submit(elsewhere).state, CommandState::kRefused);
  domain::Command here = command("block", R"({"door":"gate"})", "guard", "person:gus");
  here.place = "b3";
  EXPECT_EQ(submit(here).state, CommandState::kConfirmed);
}

TEST_F(AccessCommand, BlocksADoorAcrossACrash) {
  EXPECT_EQ(ask("move_in", kMoveIn).state, CommandState::kConfirmed);
  EXPECT_EQ(ask("block", R"({"door":"gate"})").state, CommandState::kConfirmed);
  crash_and_restart();
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 0U);
  const auto refused = ask("open", opening(), "resident", "person:ann");
  EXPECT_NE(refused.reason.find("blocked"), std::string::npos) << refused.reason;
  EXPECT_EQ(ask("unblock", R"({"door":"gate"})").state, CommandState::kConfirmed);
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
}

TEST_F(AccessCommand, OfAFireGoesThroughTheInterlocks) {
  EXPECT_EQ(ask("release_fire", R"({"rule":"3号楼火警"})").state, CommandState::kConfirmed);
  EXPECT_EQ(ask("reset_fire", R"({"rule":"3号楼火警"})", "guard", "person:gus").state,
            CommandState::kConfirmed);
  EXPECT_EQ(ask("reset_fire", R"({"rule":"3号楼火警"})", "maintainer", "person:max").state,
            CommandState::kRefused);
  EXPECT_EQ(fire_acts, (Words{"release 3号楼火警 by platform", "reset 3号楼火警 by person:gus"}));
}

TEST_F(AccessCommand, MovesALockByItsDoorAndNotPastIt) {
  domain::Command past = command("unlock", "{}");
  past.target = "device/lock-1";
  const auto refused = submit(past);
  EXPECT_EQ(refused.state, CommandState::kRefused);
  EXPECT_NE(refused.reason.find("lock of door 'gate'"), std::string::npos) << refused.reason;
  EXPECT_EQ(opened(), 0U);
  ASSERT_EQ(ask("remove_door", R"({"door":"gate"})").state, CommandState::kConfirmed);
  domain::Command alone = command("unlock", "{}");
  alone.target = "device/lock-1";
  EXPECT_EQ(submit(alone).state, CommandState::kConfirmed) << "a lock of no door is a device";
}

TEST_F(AccessCommand, SetsUpADoorAndTakesItAway) {
  EXPECT_EQ(ask("remove_door", R"({"door":"garage"})").state, CommandState::kConfirmed);
  EXPECT_EQ(ask("open", opening("garage")).state, CommandState::kRefused);
  const auto bad = ask("put_door", R"({"id":"garage","name":"garage","lock":{"device":"lock-9"}})");
  EXPECT_EQ(bad.state, CommandState::kFailed);
  EXPECT_NE(bad.reason.find("lock-9"), std::string::npos) << bad.reason;
  EXPECT_EQ(ask("put_door", R"({"id":"garage","name":"garage","lock":{"device":"lock-2"}})").state,
            CommandState::kConfirmed);
  crash_and_restart();
  EXPECT_EQ(ask("open", opening("garage")).state, CommandState::kConfirmed);
  EXPECT_EQ(opened("lock-2"), 1U);
}

TEST_F(AccessCommand, GivesHoursAndRightsThatCountAtOnceAndAfterACrash) {
  give_card("ann", kCardBits, "");
  EXPECT_EQ(
      ask("put_right", R"({"id":"r1","holder":"ann","doors":["gate"],"schedule":"night"})").state,
      CommandState::kFailed);
  EXPECT_EQ(ask("put_schedule",
                R"({"id":"night","schedule":{"name":"夜间","week":{"mon-sun":["22:00-06:00"]}}})")
                .state,
            CommandState::kConfirmed);
  EXPECT_EQ(
      ask("put_right", R"({"id":"r1","holder":"ann","doors":["gate"],"schedule":"night"})").state,
      CommandState::kConfirmed);
  crash_and_restart();
  show_card();
  run(hours(15));  // eleven at night
  show_card();
  run(seconds(1));
  EXPECT_EQ(reasons(), (Words{"outside_schedule", "granted"}));
  const std::string night = R"({"id":"night"})";
  EXPECT_EQ(ask("remove_schedule", night).state, CommandState::kFailed) << "a right has them";
  EXPECT_EQ(ask("remove_right", R"({"id":"r1"})").state, CommandState::kConfirmed);
  EXPECT_EQ(ask("remove_schedule", night).state, CommandState::kConfirmed);
  EXPECT_EQ(ask("remove_schedule", night).state, CommandState::kFailed) << "they are gone";
  show_card();
  run(seconds(1));
  EXPECT_EQ(reasons().back(), "no_right");
}

TEST_F(AccessCommand, GivesAPinThatOpensAndStandsNowhereInClear) {
  ask("put_right", R"({"id":"r1","holder":"ann","groups":[3]})");
  EXPECT_EQ(
      ask("issue_credential", R"({"id":"k1","holder":"ann","kind":"pin","pin":"471108"})").state,
      CommandState::kConfirmed);
  EXPECT_EQ(
      ask("issue_credential", R"({"id":"k2","holder":"ben","kind":"pin","pin":"471108"})").state,
      CommandState::kFailed)
      << "the same digits are not given twice";
  crash_and_restart();
  type("471108#");
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
  for (const auto space : {ports::Space::kAccessPass, ports::Space::kCommand}) {
    for (const auto& [key, row] : store.rows(space))
      EXPECT_EQ(row.find("471108"), std::string::npos) << key;
  }
}

TEST_F(AccessCommand, RevokesACredentialInTheSameCommit) {
  EXPECT_EQ(ask("move_in", kMoveIn).state, CommandState::kConfirmed);
  store.hold();
  ledger->submit(command("revoke_credential", R"({"id":"ann.card1","state":"lost"})"),
                 [](const base::Result<core::CommandRecord>&) {});
  run(seconds(1));
  store.release();
  run(seconds(1));
  show_card();
  run(seconds(1));
  EXPECT_EQ(reasons(), Words{"lost"});
  EXPECT_EQ(ask("revoke_credential", R"({"id":"ann.card1"})").state, CommandState::kConfirmed);
  EXPECT_EQ(ask("revoke_credential", R"({"id":"ann.card1","state":"active"})").state,
            CommandState::kFailed)
      << "for ever";
  crash_and_restart();
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 0U);
}

TEST_F(AccessCommand, MovesAHouseholdInWithItsCardsRightsAndPhones) {
  const auto outcome = ask("move_in", kMoveIn);
  ASSERT_EQ(outcome.state, CommandState::kConfirmed) << outcome.reason;
  crash_and_restart();
  show_card();
  run(seconds(10));
  show_card("aaaaaa00");
  run(seconds(10));
  EXPECT_EQ(opened(), 2U);
  const auto pass = ask("issue_pass", R"({"kind":"resident","person":"ann","group":3,"life_s":60})",
                        "resident", "person:ann");
  ASSERT_EQ(pass.state, CommandState::kConfirmed) << pass.reason;
  show_pass(base::parse_json(pass.output).value()["pass"].get<std::string>());
  run(seconds(1));
  EXPECT_EQ(opened(), 3U);
  for (const auto& [key, row] : store.rows(ports::Space::kHousehold)) {
    EXPECT_EQ(row.find("安女士"), std::string::npos) << "names are sealed";
    EXPECT_EQ(row.find("13800000000"), std::string::npos);
  }
}

TEST_F(AccessCommand, OfAResidentReachesTheirOwnDoorsAndPeopleOnly) {
  ASSERT_EQ(ask("move_in", kMoveIn).state, CommandState::kConfirmed);
  EXPECT_EQ(ask("open", opening(), "resident", "person:ann").state, CommandState::kConfirmed);
  EXPECT_EQ(ask("issue_credential",
                R"({"id":"b2","holder":"ben","kind":"card","card":{"bits":"bbbbbb00","count":26}})",
                "resident", "person:ann")
                .state,
            CommandState::kConfirmed);
  EXPECT_EQ(ask("issue_credential",
                R"({"id":"x2","holder":"eve","kind":"card","card":{"bits":"cccccc00","count":26}})",
                "resident", "person:ann")
                .state,
            CommandState::kRefused);
  EXPECT_EQ(ask("move_out", R"({"household":"h501"})", "resident", "person:ann").state,
            CommandState::kRefused);
  EXPECT_EQ(ask("revoke_credential", R"({"id":"b2"})", "family", "person:ben").state,
            CommandState::kRefused)
      << "family gives and takes no credentials";
}

TEST_F(AccessCommand, MovesOutWithEverythingThatOpened) {
  ASSERT_EQ(ask("move_in", kMoveIn).state, CommandState::kConfirmed);
  ask("issue_credential", R"({"id":"k1","holder":"ann","kind":"pin","pin":"471108"})");
  const auto visitor =
      ask("issue_pass", R"({"kind":"visitor","person":"ann","group":3,"life_s":86400,"uses":5})");
  const std::string text = base::parse_json(visitor.output).value()["pass"].get<std::string>();
  show_pass(text);
  run(seconds(10));
  ASSERT_EQ(opened(), 1U);
  ASSERT_EQ(ask("move_out", R"({"household":"h501","people":["ann"]})").state,
            CommandState::kConfirmed);
  for (int start = 0; start < 2; ++start) {
    show_card();
    type("471108#");
    show_pass(text);
    run(seconds(10));
    EXPECT_EQ(opened(), 1U) << "start " << start;
    crash_and_restart();
  }
  EXPECT_EQ(ask("open", opening(), "resident", "person:ann").state, CommandState::kRefused);
  show_card("aaaaaa00");
  run(seconds(1));
  EXPECT_EQ(opened(), 2U) << "who stays, stays";
  EXPECT_EQ(ask("move_out", R"({"household":"h501"})").state, CommandState::kConfirmed);
  EXPECT_TRUE(store.rows(ports::Space::kHousehold).empty());
}

TEST_F(AccessCommand, ThatCouldNotBeStoredChangesNothing) {
  ASSERT_EQ(ask("move_in", kMoveIn).state, CommandState::kConfirmed);
  std::optional<base::Result<core::ScenarioAnswer>> answer;
  store.fail_next(1, base::Code::kFull);
  scenario->perform(
      command("move_out", R"({"household":"h501"})"),
      [&answer](base::Result<core::ScenarioAnswer> done) { answer = std::move(done); });
  EXPECT_FALSE(answer.has_value()) << "later than the call";
  run(seconds(1));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->error().code, base::Code::kFull);
  EXPECT_NE(books->households.find("h501"), nullptr);
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
}

TEST_F(AccessCommand, SaysWhoOpenedADoorAroundATime) {
  ASSERT_EQ(ask("move_in", kMoveIn).state, CommandState::kConfirmed);
  run(minutes(10));
  const std::int64_t at = now_ms();
  show_card();
  run(seconds(1));
  show_card("ffffff00");
  run(minutes(20));
  show_card("aaaaaa00");
  run(seconds(1));
  const auto asked = ask("who_opened", R"({"door":"gate","at_ms":)" + std::to_string(at) + "}",
                         "guard", "person:gus");
  ASSERT_EQ(asked.state, CommandState::kConfirmed) << asked.reason;
  const auto opened_by = base::parse_json(asked.output).value()["opened"];
  ASSERT_EQ(opened_by.size(), 1U);
  EXPECT_EQ(opened_by[0]["holder"], "ann");
  EXPECT_EQ(opened_by[0]["at_ms"].get<std::int64_t>(), at);
  EXPECT_EQ(ask("who_opened", R"({"door":"gate","at_ms":1})", "resident", "person:ann").state,
            CommandState::kRefused)
      << "not everybody's record";
}

TEST_F(AccessCommand, TakesAPassBackByItsId) {
  const auto made =
      base::parse_json(
          ask("issue_pass", R"({"kind":"visitor","person":"guard-1","group":3,"life_s":3600})")
              .output)
          .value();
  EXPECT_EQ(ask("revoke_pass", R"({"pass":")" + made["id"].get<std::string>() + "\"}").state,
            CommandState::kConfirmed);
  crash_and_restart();
  show_pass(made["pass"].get<std::string>());
  run(seconds(1));
  EXPECT_EQ(reasons(), Words{"revoked"});
}

TEST_F(AccessCommand, UnlocksAKeypadThatSomebodyGuessedAt) {
  give_pin("ann", "4711");
  for (int i = 0; i < 10; ++i) {
    type("123" + std::to_string(i) + "#");
    run(seconds(1));
  }
  EXPECT_EQ(ask("unlock_keypad", R"({"door":"gate"})", "guard", "person:gus").state,
            CommandState::kConfirmed);
  type("4711#");
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
}

TEST_F(AccessCommand, StandsInTheAuditWithoutWhatItHeld) {
  ask("issue_credential", R"({"id":"k1","holder":"ann","kind":"pin","pin":"471108"})");
  ASSERT_FALSE(store.audit().empty());
  EXPECT_NE(store.audit().back().line.find("access.issue_credential"), std::string::npos);
  EXPECT_EQ(store.audit().back().line.find("471108"), std::string::npos);
}

}  // namespace
}  // namespace linli::story
