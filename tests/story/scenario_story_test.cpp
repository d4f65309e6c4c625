#include <gtest/gtest.h>

#include <utility>

#include "tests/story/house.hpp"

namespace linli::story {
namespace {

using domain::CommandState;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// A scenario that remembers what it was asked and answers when the test says so.
class TestScenario final : public core::Scenario {
 public:
  std::string_view name() const override { return "access"; }

  core::Settle on_report(ports::Turn& turn, const core::Device& device,
                         const domain::Report& report, const domain::EventTime& now) override {
    ++reports;
    presented.insert(presented.end(), report.presentations.begin(), report.presentations.end());
    if (report.events.empty()) return {};
    turn.envelopes.push_back({.stream = domain::Stream::kAccess,
                              .type = "test.decision",
                              .subject = "device/" + device.registration.id.str(),
                              .time = now,
                              .data = "{}"});
    turn.puts.push_back({ports::Space::kMeta, "decision", device.registration.id.str()});
    return [this](bool stored) { settled.push_back(stored); };
  }

  base::Result<domain::SafetyClass> judge(const domain::Command& command) const override {
    if (command.action == "open") return domain::SafetyClass::kDoor;
    if (command.action == "put_door" && command.role == "operator")
      return domain::SafetyClass::kNone;
    return base::fail(base::Code::kDenied, "not for '{}'", command.role);
  }

  void perform(const domain::Command& command, base::Done<core::ScenarioAnswer> done) override {
    performed.push_back(command.id.str() + " " + command.input);
    waiting.push_back(std::move(done));
  }

  void answer(const base::Result<core::ScenarioAnswer>& output) {
    for (auto& done : std::exchange(waiting, {})) std::move(done)(output);
  }

  int reports = 0;
  std::vector<domain::Presentation> presented;
  std::vector<bool> settled;
  std::vector<std::string> performed;
  std::vector<base::Done<core::ScenarioAnswer>> waiting;
};

class Scenarios : public testing::Test {
 protected:
  Scenarios() {
    house.scenario = &scenario;
    house.add_device("door1", test_profile());
  }

  static domain::Command command(const std::string& id, const std::string& action = "open") {
    domain::Command made = House::unlock(id);
    made.target = "scenario/access";
    made.action = action;
    made.input = R"({"door":"d1"})";
    return made;
  }
  void ask(domain::Command made) {
    house.submit(std::move(made));
    house.loop.run_for(milliseconds(100));
  }

  TestScenario scenario;
  House house;
};

TEST_F(Scenarios, WriteIntoTheTurnOfTheReportAndAreToldItsFate) {
  house.store.hold();
  house.report(House::event_of("door1", 0));
  house.loop.run_for(seconds(1));
  EXPECT_TRUE(scenario.settled.empty());
  house.store.release();
  house.loop.run_for(seconds(1));
  EXPECT_EQ(scenario.settled, std::vector<bool>{true});
  EXPECT_EQ(house.stored(domain::Stream::kAccess).size(), 1U);
  EXPECT_EQ(house.stored(domain::Stream::kAlarm).size(), 1U);
}

TEST_F(Scenarios, AreToldWhenTheTurnWasNotStoredAndSeeTheReportAgain) {
  house.store.fail_next(1, base::Code::kFull);
  house.report(House::event_of("door1", 0, "m1"));
  house.loop.run_for(seconds(1));
  EXPECT_TRUE(house.stored(domain::Stream::kAccess).empty());
  house.report(House::event_of("door1", 0, "m1"));
  house.loop.run_for(seconds(1));
  EXPECT_EQ(scenario.settled, (std::vector<bool>{false, true}));
}

TEST_F(Scenarios, SeeNoRepeatsAndNothingThatWasRejected) {
  house.report(House::event_of("door1", 0, "m1"));
  house.report(House::event_of("door1", 0, "m1"));
  domain::Report broken = House::event_of("door1", 0);
  broken.events.clear();
  broken.rejection = "not JSON";
  house.report(broken);
  house.loop.run_for(seconds(1));
  EXPECT_EQ(scenario.reports, 1);
}

// What people show to a reader is theirs: it goes to whoever decides, and nowhere else.
TEST_F(Scenarios, SeeWhatPeoplePresentAndNobodyElseDoes) {
  domain::Report report = House::event_of("door1", 0);
  domain::Presentation card;
  card.reader = report.device;
  card.card_bits = base::SecretText("32271040");
  card.bit_count = 26;
  report.presentations = {card};
  house.report(report);
  house.loop.run_for(minutes(1));
  EXPECT_EQ(scenario.presented, std::vector{card});
  EXPECT_EQ(house.intake->counts().presentations, 1U);
  for (const domain::Stream stream : domain::kStreams) {
    for (const auto& envelope : house.stored(stream))
      EXPECT_EQ(envelope.data.find("32271040"), std::string::npos);
  }
  for (int space = 0; space <= static_cast<int>(ports::Space::kTerminalPerson); ++space) {
    for (const auto& [key, row] : house.store.rows(static_cast<ports::Space>(space)))
      EXPECT_EQ(row.find("32271040"), std::string::npos) << key;
  }
}

TEST_F(Scenarios, PerformWhatIsOnDiskAndAnswerWithTheirOwnWords) {
  house.store.hold();
  ask(command("s1"));
  EXPECT_TRUE(scenario.performed.empty());
  house.store.release();
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(scenario.performed, std::vector<std::string>{R"(s1 {"door":"d1"})"});
  EXPECT_EQ(house.outcome("s1").state, CommandState::kSent);
  scenario.answer(R"({"opened":true})");
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.outcome("s1").state, CommandState::kConfirmed);
  EXPECT_EQ(house.outcome("s1").output, R"({"opened":true})");
}

TEST_F(Scenarios, DoNotWaitForEachOther) {
  ask(command("s1"));
  ask(command("s2", "put_door"));
  EXPECT_EQ(scenario.performed.size(), 2U);
}

TEST_F(Scenarios, AreAskedOnceForARepeatedId) {
  ask(command("s1"));
  scenario.answer(base::Failure(base::Error{base::Code::kConflict, "the door is blocked"}));
  house.loop.run_for(milliseconds(100));
  ask(command("s1"));
  EXPECT_EQ(scenario.performed.size(), 1U);
  EXPECT_EQ(house.answers.back().state, CommandState::kFailed);
  EXPECT_EQ(house.answers.back().reason, "conflict: the door is blocked");
}

TEST_F(Scenarios, RefuseWithTheirReasonWhatTheyDoNotKnowOrAllow) {
  domain::Command stranger = command("s1", "put_door");
  stranger.role = "guest";
  ask(stranger);
  EXPECT_EQ(house.outcome("s1").state, CommandState::kRefused);
  EXPECT_EQ(house.outcome("s1").reason, "denied: not for 'guest'");
  domain::Command lost = command("s2");
  lost.target = "scenario/parking";
  ask(lost);
  EXPECT_EQ(house.outcome("s2").reason, "not_found: no scenario 'parking' runs here");
  EXPECT_TRUE(scenario.performed.empty());
}

TEST_F(Scenarios, DoNothingThatWasStoredTooLate) {
  house.store.hold();
  ask(command("s1"));
  house.loop.run_for(seconds(11));
  house.store.release();
  house.loop.run_for(seconds(1));
  EXPECT_TRUE(scenario.performed.empty());
  EXPECT_EQ(house.outcome("s1").state, CommandState::kExpired);
}

TEST_F(Scenarios, ThatStaySilentLeaveTheCommandUnconfirmedAndALateAnswerChangesNothing) {
  ask(command("s1"));
  house.loop.run_for(seconds(31));
  EXPECT_EQ(house.outcome("s1").state, CommandState::kUnconfirmed);
  scenario.answer("{}");
  house.loop.run_for(seconds(1));
  EXPECT_EQ(house.outcome("s1").state, CommandState::kUnconfirmed);
  EXPECT_EQ(house.ledger->counts().open, 0U);
}

TEST_F(Scenarios, LeaveNoInputOnTheDisk) {
  ask(command("s1", "put_door"));
  scenario.answer("{}");
  house.loop.run_for(seconds(1));
  for (const auto& [id, row] : house.store.rows(ports::Space::kCommand))
    EXPECT_EQ(row.find("d1"), std::string::npos) << row;
  EXPECT_EQ(house.ledger->find(domain::CommandId::parse("s1").value())->command.input, "{}");
}

TEST_F(Scenarios, WithAnAnswerThatIsTooLongToBeKeptSaySo) {
  ask(command("s1", "put_door"));
  scenario.answer("{\"x\":\"" + std::string(core::Scenario::kMaxAnswer, 'x') + "\"}");
  house.loop.run_for(seconds(1));
  EXPECT_EQ(house.outcome("s1").state, CommandState::kConfirmed);
  EXPECT_EQ(house.outcome("s1").output, "{}");
  EXPECT_NE(house.outcome("s1").reason.find("was not kept"), std::string::npos);
}

TEST_F(Scenarios, TellASecretToTheFirstWhoWaitsAndToNobodyElse) {
  std::vector<std::string> told;
  const auto hear = [&told](const base::Result<core::CommandRecord>& record) {
    told.push_back(record.value().outcome.output);
  };
  house.ledger->submit_and_wait(command("s1", "put_door"), hear);
  house.ledger->submit_and_wait(command("s1", "put_door"), hear);
  house.loop.run_for(milliseconds(100));
  scenario.answer(core::ScenarioAnswer::secret(R"({"code":"246810"})"));
  house.loop.run_for(milliseconds(100));
  house.ledger->submit_and_wait(command("s1", "put_door"), hear);
  house.loop.run_for(milliseconds(100));
  const std::string noted = R"({"secret":"given_once"})";
  EXPECT_EQ(told, (std::vector<std::string>{R"({"code":"246810"})", noted, noted}));
  for (const auto& [id, row] : house.store.rows(ports::Space::kCommand))
    EXPECT_EQ(row.find("246810"), std::string::npos) << row;
  for (const auto& envelope : house.stored(domain::Stream::kCommand))
    EXPECT_EQ(envelope.data.find("246810"), std::string::npos) << envelope.data;
  EXPECT_EQ(house.outcome("s1").output, noted);
}

TEST_F(Scenarios, SayThatASecretWasToldToNobody) {
  ask(command("s1", "put_door"));
  scenario.answer(core::ScenarioAnswer::secret(R"({"code":"246810"})"));
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.outcome("s1").state, CommandState::kConfirmed);
  EXPECT_EQ(house.outcome("s1").output, R"({"secret":"nobody_waited"})");
}

TEST_F(Scenarios, TellASecretOnlyWhenItIsOnDiskThatItWasTold) {
  std::vector<std::string> told;
  house.ledger->submit_and_wait(command("s1", "put_door"),
                                [&told](const base::Result<core::CommandRecord>& record) {
                                  told.push_back(record ? record->outcome.output : "");
                                });
  house.loop.run_for(milliseconds(100));
  house.store.hold();
  scenario.answer(core::ScenarioAnswer::secret(R"({"code":"246810"})"));
  house.loop.run_for(milliseconds(100));
  EXPECT_TRUE(told.empty());
  house.crash_and_restart();
  house.loop.run_for(minutes(1));
  EXPECT_TRUE(told.empty()) << "who asked makes a new one";
  EXPECT_EQ(house.outcome("s1").state, CommandState::kUnconfirmed);
}

// Cuts at every moment of a command's life: it is done at most once, and it ends.
class CrashDuringAScenario : public testing::TestWithParam<int> {};

TEST_P(CrashDuringAScenario, DoesTheCommandAtMostOnceAndLeavesNothingOpen) {
  TestScenario scenario;
  House house;
  house.scenario = &scenario;
  domain::Command command = House::unlock("s1");
  command.target = "scenario/access";
  command.action = "open";
  house.submit(command);
  for (int turn = 0; turn < GetParam(); ++turn) house.loop.run_one();
  house.crash_and_restart();
  house.loop.run_for(minutes(2));
  EXPECT_LE(scenario.performed.size(), 1U);
  EXPECT_EQ(house.ledger->counts().open, 0U);
  if (!scenario.performed.empty()) {
    EXPECT_EQ(house.outcome("s1").state, CommandState::kUnconfirmed);
  }
}

INSTANTIATE_TEST_SUITE_P(AfterSteps, CrashDuringAScenario, testing::Range(0, 6));

}  // namespace
}  // namespace linli::story
