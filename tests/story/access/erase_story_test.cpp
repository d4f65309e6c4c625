#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"
#include "tests/story/access/gatehouse.hpp"

// 个人信息删除: what is stored of one person goes, and what proves it stays.
namespace linli::story {
namespace {

using domain::CommandState;
using ports::Space;
using std::chrono::seconds;

constexpr const char* kMoveIn = R"({"household":"h501","place":"b3-u2-501","groups":[3],"people":[
    {"id":"granny","name":"奶奶","phone":"13800000000","cards":[{"bits":"d41b8100","count":26}]},
    {"id":"ben","name":"本先生","role":"family","cards":[{"bits":"aaaaaa00","count":26}]}]})";
constexpr const char* kGranny = R"({"person":"granny"})";

class Erase : public Gatehouse {
 protected:
  Erase() {
    EXPECT_EQ(ask("move_in", kMoveIn).state, CommandState::kConfirmed);
    EXPECT_EQ(ask("give_consent", R"({"person":"granny","purpose":"face","text":"face-1"})").state,
              CommandState::kConfirmed);
    EXPECT_EQ(
        ask("issue_credential", R"({"id":"f1","holder":"granny","kind":"face","face_id":"R-7"})")
            .state,
        CommandState::kConfirmed);
  }

  domain::CommandOutcome by(const std::string& person, const std::string& input = kGranny) {
    return ask("erase_person", input, "resident", "person:" + person);
  }
  std::string name_of(const std::string& person) const {
    const auto home = books->households.find_resident(person);
    const auto opened =
        keys->open(scenarios::access::resident_secret_name(person), home->resident->sealed);
    return opened ? std::string(opened->reveal()) : "";
  }
  bool is_at_terminals(const std::string& id) const {
    const auto persons = scenario->roster().persons_at(domain::DeviceId::parse("reader-1").value());
    return std::any_of(persons.begin(), persons.end(),
                       [&id](const ports::RosterPerson& each) { return each.id == id; });
  }
  // Keys of rows that name a credential of granny's.
  std::vector<std::string> rows_of_granny() const {
    std::vector<std::string> found;
    for (const Space space :
         {Space::kCredential, Space::kAccessRight, Space::kAccessPass, Space::kDelegation}) {
      for (const auto& [key, row] : store.rows(space)) {
        const bool is_hers = (key + row).find("granny") != std::string::npos;
        if (is_hers || key.ends_with("/f1") || key == "f1") found.push_back(key);
      }
    }
    return found;
  }
  domain::AuditEntry last_line() const {
    return domain::parse_audit_line(store.audit().back().line).value();
  }
};

TEST_F(Erase, TakesNameFaceAndConsentOfWhoLivesHereAndLeavesTheWayHome) {
  ASSERT_NE(name_of("granny").find("奶奶"), std::string::npos);
  ASSERT_TRUE(is_at_terminals("R-7"));
  const auto done = by("granny");
  ASSERT_EQ(done.state, CommandState::kConfirmed) << done.reason;
  const auto proof = base::parse_json(done.output).value();
  EXPECT_EQ(proof["erased"]["names"], 1);
  EXPECT_EQ(proof["erased"]["faces"], 1);
  EXPECT_EQ(proof["erased"]["consents"], 1);
  EXPECT_EQ(proof["lives_here"], true);
  EXPECT_EQ(proof["at_ms"], books->consents.at("granny/face").withdrawn_ms);
  crash_and_restart();
  EXPECT_EQ(name_of("granny"), "");
  EXPECT_NE(name_of("ben").find("本先生"), std::string::npos);
  EXPECT_EQ(books->credentials.find("f1"), nullptr);
  EXPECT_FALSE(store.rows(Space::kCredential).contains("f1"));
  EXPECT_FALSE(is_at_terminals("R-7"));
  show_card();
  run(seconds(5));
  EXPECT_EQ(opened(), 1U);
}

TEST_F(Erase, LeavesTheProofWhoAskedWhenAndHowMuch) {
  ASSERT_EQ(by("granny").state, CommandState::kConfirmed);
  const auto line = last_line();
  EXPECT_EQ(line.action, "access.erase_person");
  EXPECT_EQ(line.actor, "person:granny");
  EXPECT_EQ(line.target, "person:granny");
  EXPECT_EQ(base::parse_json(line.detail).value()["erased"]["names"], 1);
  const auto row = store.rows(Space::kConsent).at("granny/face");
  EXPECT_NE(row.find("withdrawn_ms"), std::string::npos) << row;
  expect_nowhere("奶奶");
  expect_nowhere("13800000000");
}

TEST_F(Erase, CanBeAskedTwice) {
  ASSERT_EQ(by("granny").state, CommandState::kConfirmed);
  const auto again = by("granny");
  ASSERT_EQ(again.state, CommandState::kConfirmed) << again.reason;
  EXPECT_EQ(base::parse_json(again.output).value()["erased"]["names"], 0);
}

TEST_F(Erase, OfWhoLivesHereIsNobodyElsesToAskFor) {
  EXPECT_EQ(by("ben").state, CommandState::kRefused);
  const auto office = ask("erase_person", kGranny, "manager", "person:p-office");
  EXPECT_EQ(office.state, CommandState::kFailed);
  EXPECT_NE(office.reason.find("move them out first"), std::string::npos) << office.reason;
  EXPECT_NE(name_of("granny").find("奶奶"), std::string::npos);
  EXPECT_TRUE(is_at_terminals("R-7"));
}

TEST_F(Erase, TakesAllThatIsLeftOfWhoMovedOutAndKeepsTheConsentsProof) {
  give_pin("granny", "4711");
  show_card();
  run(seconds(5));
  ASSERT_EQ(ask("move_out", R"({"household":"h501","people":["granny"]})").state,
            CommandState::kConfirmed);
  ASSERT_FALSE(rows_of_granny().empty()) << "revoked cards, and how often they were used";
  const auto done = ask("erase_person", kGranny, "manager", "person:p-office");
  ASSERT_EQ(done.state, CommandState::kConfirmed) << done.reason;
  const auto proof = base::parse_json(done.output).value();
  EXPECT_EQ(proof["erased"]["credentials"], 4) << "phone, card, PIN, face: " << done.output;
  EXPECT_EQ(proof["lives_here"], false);
  EXPECT_EQ(rows_of_granny(), std::vector<std::string>{});
  EXPECT_NE(store.rows(Space::kConsent).at("granny/face").find("withdrawn_ms"), std::string::npos);
  EXPECT_EQ(last_line().actor, "person:p-office");
  crash_and_restart();
  EXPECT_TRUE(books->credentials.of_holder("granny").empty());
  const auto again = ask("erase_person", kGranny, "manager", "person:p-office");
  EXPECT_EQ(again.state, CommandState::kFailed);
  EXPECT_NE(again.reason.find("nothing is stored"), std::string::npos) << again.reason;
}

TEST_F(Erase, LeavesTheLogOfDoorsWhichNeverHeldMoreThanTheId) {
  show_card();
  run(seconds(5));
  ASSERT_EQ(by("granny").state, CommandState::kConfirmed);
  std::size_t lines = 0;
  for (const ports::KeptEvent& event : store.kept()) {
    EXPECT_EQ(event.data.find("奶奶"), std::string::npos) << event.data;
    EXPECT_EQ(event.data.find("13800000000"), std::string::npos) << event.data;
    lines += event.data.find(R"("holder":"granny")") != std::string::npos ? 1 : 0;
  }
  EXPECT_GE(lines, 1U) << "by the id alone";
}

// The days are core::RetentionKeeper's; what is over, and what goes with it, is known here.
TEST_F(Erase, GivesOfTheShelfWhatIsRevokedOrTakenBackAndNothingElse) {
  using core::DataClass;
  using Keys = std::vector<std::string>;
  show_card();
  run(seconds(5));
  core::RetentionShelf& shelf = scenario->shelf();
  EXPECT_EQ(shelf.over(DataClass::kCredential), Keys{});
  EXPECT_EQ(shelf.over(DataClass::kConsent), Keys{});
  ASSERT_EQ(ask("revoke_credential", R"({"id":"granny.card1"})").state, CommandState::kConfirmed);
  ASSERT_EQ(ask("withdraw_consent", R"({"person":"granny","purpose":"face"})").state,
            CommandState::kConfirmed);
  EXPECT_EQ(shelf.over(DataClass::kCredential), (Keys{"f1", "granny.card1"}));
  EXPECT_EQ(shelf.over(DataClass::kConsent), Keys{"granny/face"});
  std::optional<bool> done;
  const auto note = [&done](const base::Result<void>& erased) { done = erased.has_value(); };
  shelf.erase(DataClass::kCredential, {"granny.card1", "granny.phone"}, {}, note);
  run(seconds(1));
  EXPECT_EQ(done, false) << "the phone is in use";
  EXPECT_NE(books->credentials.find("granny.card1"), nullptr);
  shelf.erase(DataClass::kCredential, {"f1", "granny.card1"}, {}, note);
  shelf.erase(DataClass::kConsent, {"granny/face"}, {}, note);
  run(seconds(1));
  EXPECT_EQ(done, true);
  crash_and_restart();
  EXPECT_EQ(books->credentials.find("granny.card1"), nullptr);
  EXPECT_NE(books->credentials.find("granny.phone"), nullptr);
  EXPECT_TRUE(books->consents.empty());
  for (const auto& [key, row] : store.rows(Space::kAccessPass))
    EXPECT_FALSE(key.ends_with("granny.card1")) << key;
}

TEST_F(Erase, TakesNothingIfItCannotBeWritten) {
  store.fail_next(1, base::Code::kFull);
  std::optional<base::Code> failed;
  scenario->perform(command("erase_person", kGranny, "resident", "person:granny"),
                    [&failed](const base::Result<core::ScenarioAnswer>& done) {
                      if (!done) failed = done.error().code;
                    });
  run(seconds(1));
  EXPECT_EQ(failed, base::Code::kFull);
  EXPECT_NE(name_of("granny").find("奶奶"), std::string::npos);
  EXPECT_NE(books->credentials.find("f1"), nullptr);
  EXPECT_TRUE(books->consents.at("granny/face").stands());
}

}  // namespace
}  // namespace linli::story
