#include <nlohmann/json.hpp>
#include <optional>

#include "firmware/base/json.hpp"
#include "tests/story/access/gatehouse.hpp"

namespace linli::story {
namespace {

using domain::CommandState;
using std::chrono::hours;
using std::chrono::seconds;

constexpr const char* kMoveIn = R"({"household":"h501","place":"b3-u2-501","groups":[3],"people":[
    {"id":"granny","name":"奶奶","cards":[{"bits":"d41b8100","count":26}]},
    {"id":"ben","name":"本先生","role":"family","cards":[{"bits":"aaaaaa00","count":26}]}]})";
constexpr const char* kFace = R"({"id":"f1","holder":"granny","kind":"face","face_id":"face-7"})";
constexpr const char* kAgree = R"({"person":"granny","purpose":"face","text":"face-2026-01"})";
constexpr const char* kTakeBack = R"({"person":"granny","purpose":"face"})";

class Own : public Gatehouse {
 protected:
  Own() { EXPECT_EQ(ask("move_in", kMoveIn).state, CommandState::kConfirmed); }

  domain::CommandOutcome by(const std::string& person, const std::string& action,
                            const std::string& input) {
    return ask(action, input, "resident", "person:" + person);
  }
  std::string span(const std::string& person, const std::string& more = "") const {
    return R"({"person":")" + person + R"(","from_ms":)" +
           std::to_string(now_ms() - base::to_ms(hours(24))) + R"(,"to_ms":)" +
           std::to_string(now_ms() + 1'000) + more + "}";
  }
  base::Json log_of(const std::string& person, const std::string& more = "") {
    const auto outcome = by(person, "read_own_log", span(person, more));
    EXPECT_EQ(outcome.state, CommandState::kConfirmed) << outcome.reason;
    return base::parse_json(outcome.output).value();
  }
  // granny lets ben do `actions` for an hour.
  domain::CommandOutcome let_ben(const std::string& actions, const std::string& by = "granny") {
    return ask("delegate",
               R"({"id":"d1","from":"granny","to":"ben","actions":[)" + actions +
                   R"(],"from_ms":)" + std::to_string(now_ms()) + R"(,"until_ms":)" +
                   std::to_string(now_ms() + base::to_ms(hours(1))) + "}",
               "resident", "person:" + by);
  }
};

TEST_F(Own, RecordShowsOnesOwnAndOnesVisitorsAndNobodyElses) {
  show_card();
  run(seconds(10));
  show_card("aaaaaa00");
  run(seconds(10));
  const auto pass =
      by("granny", "issue_pass", R"({"kind":"visitor","person":"granny","group":3,"life_s":3600})");
  show_pass(base::parse_json(pass.output).value()["pass"].get<std::string>());
  run(seconds(10));
  const auto log = log_of("granny")["items"];
  ASSERT_EQ(log.size(), 2U) << log;
  EXPECT_EQ(log[0]["who"], "visitor");
  EXPECT_EQ(log[0]["kind"], "qr");
  EXPECT_EQ(log[1]["who"], "self");
  EXPECT_EQ(log[1]["door"], "gate");
  EXPECT_EQ(log_of("ben")["items"].size(), 1U);
}

TEST_F(Own, RecordIsReadByNobodyElseOfTheHouseholdAndNotByTheOffice) {
  EXPECT_EQ(by("ben", "read_own_log", span("granny")).state, CommandState::kRefused);
  EXPECT_EQ(ask("read_own_log", span("granny")).state, CommandState::kRefused);
}

TEST_F(Own, RecordShowsWhoeverComesToTheDoorOfTheFlat) {
  auto door = *books->doors.find("gate");
  door.place = "b3-u2-501";
  books->doors.put(door);
  doors->refresh("gate");
  give_card("postman", "cccccc00");
  show_card("cccccc00");
  run(seconds(10));
  const auto log = log_of("ben")["items"];
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0]["who"], "other");
}

TEST_F(Own, RecordGoesOnWhereAPageEnded) {
  for (int i = 0; i < 60; ++i) {
    show_card();
    run(seconds(10));
  }
  const auto first = log_of("granny");
  ASSERT_EQ(first["items"].size(), 50U);
  ASSERT_FALSE(first["next"].is_null());
  const auto rest = log_of("granny", R"(,"before":)" + first["next"].dump());
  EXPECT_EQ(rest["items"].size(), 10U);
  EXPECT_TRUE(rest["next"].is_null());
}

TEST_F(Own, RecordIsToldOnceAndKeptInNoRow) {
  show_card();
  run(seconds(10));
  log_of("granny");
  for (const auto& [key, row] : store.rows(ports::Space::kCommand))
    EXPECT_EQ(row.find("granted"), std::string::npos) << row;
}

TEST_F(Own, FaceIsTakenOnlyAfterTheyAgreed) {
  const auto refused = ask("issue_credential", kFace);
  EXPECT_EQ(refused.state, CommandState::kFailed);
  EXPECT_NE(refused.reason.find("has not agreed"), std::string::npos) << refused.reason;
  EXPECT_EQ(by("ben", "give_consent", kAgree).state, CommandState::kRefused)
      << "nobody agrees for another";
  ASSERT_EQ(by("granny", "give_consent", kAgree).state, CommandState::kConfirmed);
  crash_and_restart();
  EXPECT_EQ(ask("issue_credential", kFace).state, CommandState::kConfirmed);
  const auto& consent = books->consents.at("granny/face");
  EXPECT_EQ(consent.text, "face-2026-01");
  EXPECT_EQ(consent.noted_by, "person:granny");
}

TEST_F(Own, FaceEndsInTheTransactionInWhichTheConsentIsTakenBack) {
  ASSERT_EQ(by("granny", "give_consent", kAgree).state, CommandState::kConfirmed);
  ASSERT_EQ(ask("issue_credential", kFace).state, CommandState::kConfirmed);
  store.fail_next(1, base::Code::kFull);
  std::optional<base::Code> failed;
  scenario->perform(command("withdraw_consent", kTakeBack, "resident", "person:granny"),
                    [&failed](const base::Result<core::ScenarioAnswer>& done) {
                      if (!done) failed = done.error().code;
                    });
  run(seconds(1));
  EXPECT_EQ(failed, base::Code::kFull);
  EXPECT_EQ(books->credentials.find("f1")->state, domain::access::CredentialState::kActive);
  const auto done = by("granny", "withdraw_consent", kTakeBack);
  ASSERT_EQ(done.state, CommandState::kConfirmed) << done.reason;
  const auto proof = base::parse_json(done.output).value();
  EXPECT_EQ(proof["faces"], 1);
  EXPECT_EQ(proof["at_ms"], books->consents.at("granny/face").withdrawn_ms);
  crash_and_restart();
  EXPECT_EQ(books->credentials.find("f1")->state, domain::access::CredentialState::kRevoked);
  EXPECT_TRUE(books->consents.at("granny/face").withdrawn_ms.has_value()) << "the proof stays";
  EXPECT_EQ(
      ask("issue_credential", R"({"id":"f2","holder":"granny","kind":"face","face_id":"face-8"})")
          .state,
      CommandState::kFailed);
  EXPECT_EQ(by("granny", "withdraw_consent", kTakeBack).state, CommandState::kFailed);
}

TEST_F(Own, RightsAreLentForATimeAndNoFurther) {
  EXPECT_EQ(by("ben", "read_own_log", span("granny")).state, CommandState::kRefused);
  EXPECT_EQ(let_ben(R"("read_own_log","manage_credentials")", "ben").state, CommandState::kRefused)
      << "nobody lends what is another's";
  ASSERT_EQ(let_ben(R"("read_own_log","manage_credentials")").state, CommandState::kConfirmed);
  crash_and_restart();
  EXPECT_EQ(by("ben", "read_own_log", span("granny")).state, CommandState::kConfirmed);
  EXPECT_EQ(by("ben", "revoke_credential", R"({"id":"granny.card1","state":"lost"})").state,
            CommandState::kConfirmed);
  EXPECT_NE(store.audit().back().line.find(R"("for":"granny")"), std::string::npos)
      << store.audit().back().line;
  EXPECT_EQ(by("ben", "withdraw_consent", kTakeBack).state, CommandState::kRefused);
  run(hours(1));
  EXPECT_EQ(by("ben", "read_own_log", span("granny")).state, CommandState::kRefused);
}

TEST_F(Own, RightsAreLentToSomebodyWhoLivesElsewhere) {
  EXPECT_EQ(by("son", "open", opening()).state, CommandState::kRefused);
  ASSERT_EQ(by("granny", "delegate",
               R"({"id":"d2","from":"granny","to":"son","actions":["remote_open"],"from_ms":)" +
                   std::to_string(now_ms()) + R"(,"until_ms":)" +
                   std::to_string(now_ms() + base::to_ms(hours(1))) + "}")
                .state,
            CommandState::kConfirmed);
  EXPECT_EQ(by("son", "open", opening()).state, CommandState::kConfirmed);
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(by("ben", "end_delegation", R"({"id":"d2"})").state, CommandState::kRefused);
  EXPECT_EQ(by("granny", "end_delegation", R"({"id":"d2"})").state, CommandState::kConfirmed);
  EXPECT_EQ(by("son", "open", opening()).state, CommandState::kRefused);
}

TEST_F(Own, RightsThatWereLentEndWithThemWhoMoveOut) {
  ASSERT_EQ(let_ben(R"("read_own_log")").state, CommandState::kConfirmed);
  const auto left = ask("move_out", R"({"household":"h501","people":["granny"]})");
  EXPECT_EQ(base::parse_json(left.output).value()["delegations"], 1);
  EXPECT_TRUE(books->delegations.empty());
  crash_and_restart();
  EXPECT_TRUE(books->delegations.empty());
}

}  // namespace
}  // namespace linli::story
