#include "drivers/terminal/terminal_driver.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "firmware/base/log.hpp"
#include "tests/unit/terminal/terminal_kit.hpp"

namespace linli::drivers::terminal {
namespace {

using std::chrono::seconds;

class TerminalDriverTest : public testing::Test {
 protected:
  TerminalDriverTest() {
    base::log::set_sink([this](base::log::Level, std::string_view, std::string_view line) {
      log += std::string(line) + "\n";
    });
    EXPECT_TRUE(gate.attach("t1").has_value());
    EXPECT_TRUE(gate.attach("t2").has_value());
    gate.driver->use_roster(gate.roster);
    gate.loop.run_ready();
  }
  ~TerminalDriverTest() override { base::log::set_sink({}); }

  std::string record(const std::string& person, const std::string& more = "") const {
    return R"({"operator":"RecPush","info":{"facesluiceId":"t1","RecordID":"8812","VerifyStatus":"1",
      "customId":")" +
           person + R"(","personName":"secret","pic":"secret","time":")" +
           time_text(gate.clock.now().unix_ms) + "\"" + more + "}}";
  }

  std::string log;
  Gate gate;
};

TEST_F(TerminalDriverTest, EachHasItsOwnTopicsAndWritesToTheSharedOnes) {
  const auto topics = topics_of(Gate::id("t1"), *gate.profile->terminal);
  EXPECT_EQ(topics.subscribe, (std::vector<std::string>{"mqtt/face/t1"}));
  EXPECT_EQ(topics.publish, (std::vector<std::string>{"mqtt/face/t1/Ack", "mqtt/face/t1/Rec",
                                                      "mqtt/face/t1/Snap", "mqtt/face/t1/QRCode",
                                                      "mqtt/face/heartbeat", "mqtt/face/basic"}));
}

TEST_F(TerminalDriverTest, AnIdThatWouldReachIntoOtherTopicsIsRefused) {
  EXPECT_FALSE(gate.attach("heartbeat").has_value());
  EXPECT_FALSE(gate.attach("basic").has_value());
  EXPECT_TRUE(gate.attach("t1").has_value()) << "the same again is a change of profile";
}

TEST_F(TerminalDriverTest, ARecordIsToldAndAcknowledgedWhenItIsDurable) {
  const auto reports = gate.hear("mqtt/face/t1/Rec", record("p1"));
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].device.str(), "t1");
  EXPECT_EQ(reports[0].presentations.size(), 1U);
  EXPECT_TRUE(gate.said_to("t1", "PushAck").empty());
  gate.driver->acknowledge(Gate::id("t1"), reports[0].message_id);
  const auto acks = gate.said_to("t1", "PushAck");
  ASSERT_EQ(acks.size(), 1U);
  EXPECT_EQ(acks[0].json["info"]["SnapOrRecordID"], 8812);
  EXPECT_EQ(acks[0].json["info"]["PushAckType"], 2);
  EXPECT_TRUE(acks[0].json["messageId"].is_string());
}

TEST_F(TerminalDriverTest, WhatSomebodyShowedStandsInNoLogAndNoFrame) {
  gate.hear("mqtt/face/t1/Rec", record("p1", R"(,"RFIDCard":"secret","szQrCodeData":"secret")"));
  gate.hear("mqtt/face/t1/Rec", "secret");
  for (const auto& frame : gate.tap.frames)
    EXPECT_EQ(frame.payload.find("secret"), std::string::npos) << frame.payload;
  EXPECT_EQ(gate.tap.frames.size(), 2U);
  EXPECT_EQ(log.find("secret"), std::string::npos) << log;
}

TEST_F(TerminalDriverTest, WhatCannotBeReadIsARejection) {
  const auto reports = gate.hear("mqtt/face/t1/Rec", "[1]");
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_TRUE(reports[0].rejection.has_value());
}

TEST_F(TerminalDriverTest, AnUnknownOperatorIsNamedOnceInAWarning) {
  for (int i = 0; i < 3; ++i)
    gate.hear("mqtt/face/t1/Snap", R"({"operator":"FireSmokeSnapPush","info":{"pic":"secret"}})");
  EXPECT_NE(log.find("FireSmokeSnapPush"), std::string::npos);
  EXPECT_EQ(log.find("FireSmokeSnapPush"), log.rfind("FireSmokeSnapPush"));
  EXPECT_EQ(gate.driver->counts().unknown, 3U);
}

TEST_F(TerminalDriverTest, TopicsOfNobodyAreNotItsBusiness) {
  ports::Delivery delivery;
  EXPECT_FALSE(gate.driver->take("mqtt/face/t9/Rec", "{}", delivery));
  EXPECT_FALSE(gate.driver->take("mqtt/face/t1", "{}", delivery)) << "that is said to it";
}

TEST_F(TerminalDriverTest, OnlineIsAnsweredAndItsClockIsSet) {
  const auto reports = gate.sign("t1", "Online");
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].presence, domain::Presence::kOnline);
  ASSERT_EQ(gate.said_to("t1", "Online-Ack").size(), 1U);
  EXPECT_EQ(gate.said_to("t1", "Online-Ack")[0].json["info"]["result"], "ok");
  ASSERT_EQ(gate.said_to("t1", "SetSysTime").size(), 1U);
  EXPECT_EQ(gate.said_to("t1", "SetSysTime")[0].json["info"]["SysTime"],
            time_text(gate.clock.now().unix_ms));
}

TEST_F(TerminalDriverTest, AnUnsynchronisedGatewaySetsNobodysClock) {
  gate.clock.quality = domain::TimeQuality::kFloor;
  gate.sign("t1", "Online");
  EXPECT_TRUE(gate.said_to("t1", "SetSysTime").empty());
}

TEST_F(TerminalDriverTest, ATerminalThatIsSilentIsOffline) {
  gate.sign("t1", "HeartBeat");
  gate.sign("t2", "HeartBeat");
  gate.loop.run_for(seconds(60));
  gate.sign("t2", "HeartBeat");
  gate.loop.run_for(seconds(41));
  ASSERT_EQ(gate.intake.reports.size(), 1U);
  EXPECT_EQ(gate.intake.reports[0].device.str(), "t1");
  EXPECT_EQ(gate.intake.reports[0].presence, domain::Presence::kOffline);
  EXPECT_FALSE(gate.status("t1").is_online);
  EXPECT_TRUE(gate.status("t2").is_online);
}

TEST_F(TerminalDriverTest, OneThatIsSaidToBeGoneIsAskedAndBelieved) {
  gate.sign("t1", "Online");
  gate.sign("t1", "Offline");
  ASSERT_EQ(gate.said_to("t1", "GetDeviceInformation").size(), 1U);
  EXPECT_TRUE(gate.intake.reports.empty());
  gate.loop.run_for(TerminalDriver::kProbeLimit);
  ASSERT_EQ(gate.intake.reports.size(), 1U);
  EXPECT_EQ(gate.intake.reports[0].presence, domain::Presence::kOffline);
}

TEST_F(TerminalDriverTest, OneThatAnswersIsNotGoneWhateverAnotherSaid) {
  gate.sign("t1", "Online");
  gate.sign("t1", "Offline");
  gate.answer(gate.said_to("t1", "GetDeviceInformation").at(0));
  gate.loop.run_for(TerminalDriver::kProbeLimit * 2);
  EXPECT_TRUE(gate.intake.reports.empty());
  EXPECT_TRUE(gate.status("t1").is_online);
}

TEST_F(TerminalDriverTest, OneThatDidNotAnswerIsNotBackBecauseAnotherSaysSo) {
  gate.sign("t1", "Online");
  gate.sign("t1", "Offline");
  gate.loop.run_for(TerminalDriver::kProbeLimit);
  EXPECT_TRUE(gate.sign("t1", "HeartBeat").empty()) << "a claim, and it is asked instead";
  EXPECT_FALSE(gate.status("t1").is_online);
  ASSERT_EQ(gate.said_to("t1", "GetDeviceInformation").size(), 2U);
  gate.answer(gate.said_to("t1", "GetDeviceInformation").at(1));
  EXPECT_TRUE(gate.status("t1").is_online);
}

TEST_F(TerminalDriverTest, WhoHasNotBeenHeardSinceTheStartIsAsked) {
  gate.sign("t1", "HeartBeat");
  gate.driver->look_around();
  gate.loop.run_ready();
  EXPECT_TRUE(gate.said_to("t1", "GetDeviceInformation").empty());
  const auto asked = gate.said_to("t2", "GetDeviceInformation");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_FALSE(gate.status("t2").is_online);
  gate.answer(asked[0]);
  EXPECT_TRUE(gate.status("t2").is_online);
}

TEST_F(TerminalDriverTest, ASignOfNobodyIsAStray) {
  EXPECT_TRUE(gate.sign("t9", "Online").empty());
  EXPECT_TRUE(gate.said_to("t9", "Online-Ack").empty());
  EXPECT_EQ(gate.driver->counts().strays, 1U);
}

TEST_F(TerminalDriverTest, ARecordOnASharedTopicIsNobodys) {
  EXPECT_TRUE(gate.hear("mqtt/face/heartbeat", record("p1")).empty());
  EXPECT_NE(log.find("RecPush"), std::string::npos);
}

// ------------------------------------------------------------------ persons

TEST_F(TerminalDriverTest, WhoeverMayPassIsToldToTheTerminal) {
  gate.obey("t1");
  ports::RosterPerson card = face_person("c1");
  card.card_bits = base::SecretText("805e30a700");
  card.card_bit_count = 34;
  card.until_ms = 1'763'856'062'000;
  gate.roster.persons["t1"] = {face_person("p1"), card};
  gate.driver->on_roster_change();
  gate.sign("t1", "Online");
  gate.loop.run_for(seconds(1));
  const auto put = gate.said_to("t1", "EditPerson");
  ASSERT_EQ(put.size(), 2U);
  EXPECT_EQ(put[0].json["info"]["customId"], "c1");
  EXPECT_EQ(put[0].json["info"]["RFIDCard"], "12345678");
  EXPECT_EQ(put[0].json["info"]["tempValid"], 1);
  EXPECT_EQ(put[0].json["info"]["validEnd"], "2025-11-23 08:01:02");
  EXPECT_EQ(put[1].json["info"]["customId"], "p1");
  EXPECT_EQ(put[1].json["info"]["tempValid"], 0);
  EXPECT_FALSE(put[1].json["info"].contains("RFIDCard"));
  EXPECT_FALSE(put[1].json["info"].contains("validEnd"));
  EXPECT_FALSE(put[1].json["info"].contains("pic"));
  EXPECT_TRUE(gate.status("t1").persons.is_settled());
  EXPECT_TRUE(gate.said_to("t2", "EditPerson").empty());
}

TEST_F(TerminalDriverTest, WhoMovesOutIsForgottenWithinASecond) {
  gate.obey("t1");
  gate.roster.persons["t1"] = {face_person("p1"), face_person("p2")};
  gate.driver->on_roster_change();
  gate.sign("t1", "HeartBeat");
  gate.loop.run_for(seconds(5));
  gate.roster.persons["t1"] = {face_person("p2")};
  gate.driver->on_roster_change();
  gate.loop.run_for(seconds(1));
  EXPECT_EQ(gate.answering["t1"], (std::vector<std::string>{"p2"}));
  EXPECT_EQ(gate.rows().size(), 1U);
}

TEST_F(TerminalDriverTest, WhoCannotBeToldIsCounted) {
  ports::RosterPerson short_card = face_person("c1");
  short_card.card_bits = base::SecretText("32271040");
  short_card.card_bit_count = 26;
  gate.roster.persons["t1"] = {short_card, face_person(std::string(49, 'x')), face_person("a/b")};
  gate.driver->on_roster_change();
  gate.loop.run_ready();
  EXPECT_EQ(gate.status("t1").unfit, 3U);
  EXPECT_EQ(gate.status("t1").persons.wanted, 0U);
}

TEST_F(TerminalDriverTest, ATerminalThatDecidesItselfIsNotToldOfWhoHasHours) {
  ports::RosterPerson cleaner = face_person("p1");
  cleaner.at_all_hours = false;
  gate.roster.persons["t1"] = {cleaner};
  gate.driver->on_roster_change();
  gate.loop.run_ready();
  EXPECT_EQ(gate.status("t1").persons.wanted, 1U);
  gate.profile->terminal->decides_itself = true;
  gate.driver->on_roster_change();
  gate.loop.run_ready();
  EXPECT_EQ(gate.status("t1").persons.wanted, 0U);
  EXPECT_EQ(gate.status("t1").unfit, 1U);
}

TEST_F(TerminalDriverTest, AfterACrashItGoesOnWhereItWas) {
  gate.obey("t1");
  gate.roster.persons["t1"] = {face_person("p1"), face_person("p2"), face_person("p3")};
  gate.driver->on_roster_change();
  gate.sign("t1", "HeartBeat");
  gate.loop.run_one();
  gate.loop.run_one();
  gate.answering.erase("t1");
  gate.loop.run_for(seconds(1));
  gate.crash_and_restart({"t1", "t2"});
  gate.roster.persons["t1"] = {face_person("p3")};
  gate.driver->on_roster_change();
  gate.obey("t1");
  gate.answering["t1"] = {"p1", "p2"};
  gate.sign("t1", "HeartBeat");
  gate.loop.run_for(std::chrono::minutes(2));
  EXPECT_EQ(gate.rows().size(), 1U);
  EXPECT_TRUE(gate.rows().contains("t1/p3"));
  EXPECT_TRUE(gate.status("t1").persons.is_settled());
}

TEST_F(TerminalDriverTest, TheReachOfAPersonIsCountedOverTerminals) {
  gate.obey("t1");
  gate.roster.persons["t1"] = {face_person("p1", "ann")};
  gate.roster.persons["t2"] = {face_person("p1", "ann"), face_person("p2", "bob")};
  gate.driver->on_roster_change();
  gate.sign("t1", "HeartBeat");
  gate.loop.run_for(seconds(5));
  const auto ann = gate.driver->reach_of("ann");
  EXPECT_EQ(ann.wanted, 2U);
  EXPECT_EQ(ann.in_effect, 1U);
  EXPECT_EQ(ann.offline, 1U);
  EXPECT_EQ(gate.driver->reach_of("bob").in_effect, 0U);
}

TEST_F(TerminalDriverTest, ATerminalThatIsNoDeviceAnyMoreLeavesNoRows) {
  gate.obey("t1");
  gate.roster.persons["t1"] = {face_person("p1")};
  gate.driver->on_roster_change();
  gate.sign("t1", "HeartBeat");
  gate.loop.run_for(seconds(1));
  ASSERT_EQ(gate.rows().size(), 1U);
  gate.driver->detach(Gate::id("t1"));
  gate.loop.run_ready();
  EXPECT_TRUE(gate.rows().empty());
  ports::Delivery delivery;
  EXPECT_FALSE(gate.driver->take("mqtt/face/t1/Rec", "{}", delivery));
  EXPECT_TRUE(gate.driver->take("mqtt/face/heartbeat", "{}", delivery)) << "of t2 still";
}

// ------------------------------------------------------------------ actions

class OpeningTest : public TerminalDriverTest {
 protected:
  OpeningTest() {
    domain::ActionModel unlock;
    unlock.name = "unlock";
    gate.profile->actions.push_back(std::move(unlock));
    domain::DownForm form;
    form.topic = "mqtt/face/{id}";
    form.payload =
        R"({"messageId":"{message}","operator":"OpenDoor","info":{"facesluiceId":"{id}","s":"{seconds}"}})";
    gate.profile->down.push_back(form);
  }
  void invoke(const std::string& input = R"({"seconds":5})") {
    gate.driver->invoke(
        {domain::CommandId::parse("c1").value(), Gate::id("t1"), 0, input, seconds(7)},
        [this](const base::Result<ports::ActionReply>& reply) { replies.push_back(reply); });
    gate.loop.run_ready();
  }
  std::vector<base::Result<ports::ActionReply>> replies;
};

TEST_F(OpeningTest, IsSaidInTheWordsOfTheProfileAndAnswered) {
  gate.sign("t1", "Online");
  invoke();
  const auto opened = gate.said_to("t1", "OpenDoor");
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_EQ(opened[0].json["info"], base::parse_json(R"({"facesluiceId":"t1","s":5})").value());
  EXPECT_EQ(opened[0].expires_in, base::Duration(seconds(7)));
  ASSERT_TRUE(replies.at(0).has_value());
  EXPECT_TRUE(replies[0]->answer_follows);
  const auto reports = gate.answer(opened[0]);
  ASSERT_EQ(reports.at(0).results.size(), 1U);
  EXPECT_TRUE(reports[0].results[0].ok);
  EXPECT_EQ(reports[0].results[0].command.str(), "c1");
  EXPECT_TRUE(gate.answer(opened[0]).at(0).results.empty()) << "only once";
}

TEST_F(OpeningTest, ARefusalIsTold) {
  invoke();
  const auto reports =
      gate.answer(gate.said_to("t1", "OpenDoor").at(0), R"("result":"fail")", "400");
  EXPECT_FALSE(reports.at(0).results.at(0).ok);
  EXPECT_EQ(reports[0].results[0].problem, "code 400");
}

TEST_F(OpeningTest, NothingIsSentToATerminalThatIsGone) {
  gate.sign("t1", "Online");
  gate.loop.run_for(seconds(101));
  invoke();
  EXPECT_TRUE(gate.said_to("t1", "OpenDoor").empty());
  EXPECT_EQ(replies.at(0).error().code, base::Code::kOffline);
}

TEST_F(OpeningTest, WithoutAMessageNobodyCanConfirmIt) {
  gate.profile->down[0].payload = R"({"operator":"OpenDoor"})";
  invoke();
  EXPECT_EQ(replies.at(0).error().code, base::Code::kTimeout);
}

}  // namespace
}  // namespace linli::drivers::terminal
