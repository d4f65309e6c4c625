#include <gtest/gtest.h>

#include "firmware/base/log.hpp"
#include "tests/unit/osdp/driver_kit.hpp"

namespace linli::drivers::osdp {
namespace {

using base::Code;
using std::chrono::milliseconds;
using std::chrono::seconds;

class OsdpDriverTest : public testing::Test {
 protected:
  OsdpDriverTest() {
    base::log::set_sink([this](base::log::Level, std::string_view, std::string_view line) {
      log += std::string(line) + "\n";
    });
    site.wires.readers.emplace_back(std::uint8_t{5});
  }
  ~OsdpDriverTest() override { base::log::set_sink({}); }

  void online() {
    ASSERT_TRUE(site.attach().has_value());
    site.loop.run_for(seconds(2));
    ASSERT_EQ(site.presences(), (std::vector{domain::Presence::kOnline}));
  }

  std::string log;
  Site site;
};

TEST_F(OsdpDriverTest, AReaderTellsItsStatesAndWhatItIs) {
  online();
  EXPECT_EQ(site.readings("serial").at(0), "\"4c8fbcf4\"");
  EXPECT_EQ(site.readings("secure_channel").at(0), "\"clear\"");
  EXPECT_EQ(site.readings("tampered").at(0), "false");
  EXPECT_EQ(site.readings("input_1").at(0), "true");
  EXPECT_EQ(site.readings("output_0").at(0), "false");
}

TEST_F(OsdpDriverTest, ACardIsAPresentationAndNothingElse) {
  online();
  const std::size_t before = site.intake.reports.size();
  site.reader().will_say(ReplyCode::kRawCard, hex("00 01 1A 00 32 27 10 40"));
  site.loop.run_for(seconds(1));
  const auto presentations = site.intake.presentations();
  ASSERT_EQ(presentations.size(), 1U);
  EXPECT_EQ(presentations[0].reader.str(), "door1");
  EXPECT_EQ(presentations[0].kind, domain::Presentation::Kind::kCard);
  EXPECT_EQ(presentations[0].card_bits.reveal(), "32271040");
  EXPECT_EQ(presentations[0].bit_count, 26);
  EXPECT_EQ(presentations[0].wiegand->card, 20000U);
  EXPECT_NE(presentations[0].at, base::TimePoint{});
  ASSERT_EQ(site.intake.reports.size(), before + 1);
  EXPECT_TRUE(site.intake.reports.back().readings.empty());
  EXPECT_TRUE(site.intake.reports.back().events.empty());
}

TEST_F(OsdpDriverTest, AParityFaultIsCountedAndStaysVisibleInThePresentation) {
  online();
  site.reader().will_say(ReplyCode::kRawCard, hex("00 01 1A 00 B2 27 10 40"));
  site.loop.run_for(seconds(1));
  EXPECT_FALSE(site.intake.presentations().at(0).wiegand->parity_ok);
  EXPECT_EQ(site.readings("parity_faults"), (std::vector<std::string>{"1"}));
}

TEST_F(OsdpDriverTest, KeysOnWiegandWiresAreDigits) {
  online();
  site.reader().will_say(ReplyCode::kRawCard, hex("00 01 04 00 50"));
  site.loop.run_for(seconds(1));
  EXPECT_EQ(site.intake.presentations().at(0).kind, domain::Presentation::Kind::kKeypad);
  EXPECT_EQ(site.intake.presentations().at(0).digits.reveal(), "5");
}

TEST_F(OsdpDriverTest, CardsAndDigitsStandInNoLogAndNoFrameLog) {
  base::log::set_level(base::log::Level::kDebug);
  online();
  site.reader().will_say(ReplyCode::kKeypad, hex("00 04 37 33 39 31"));
  site.reader().will_say(ReplyCode::kRawCard, hex("00 01 1A 00 32 27 10 40"));
  site.reader().will_say(ReplyCode::kKeypad, hex("00 05 37 33 39 31"));  // cannot be read
  site.loop.run_for(seconds(1));
  ASSERT_EQ(site.intake.presentations().size(), 2U);
  long shown = 0;
  for (const ports::Frame& frame : site.tap.frames) {
    EXPECT_EQ(frame.payload.find("7391"), std::string::npos);
    EXPECT_EQ(frame.payload.find(hex("32 27 10 40")), std::string::npos);
    EXPECT_FALSE(frame.report.has_value()) << "the log would keep its secrets";
    shown += frame.head == "KEYPAD" || frame.head == "RAW" ? 1 : 0;
  }
  EXPECT_EQ(shown, 3) << "that there was one is no secret";
  for (const auto& report : site.intake.reports)
    EXPECT_EQ(report.rejection.value_or("").find("7391"), std::string::npos);
  EXPECT_EQ(log.find("7391"), std::string::npos);
  EXPECT_EQ(log.find("20000"), std::string::npos);
  base::log::set_level(base::log::Level::kInfo);
}

TEST_F(OsdpDriverTest, PollsAreNotShown) {
  online();
  for (const ports::Frame& frame : site.tap.frames) {
    EXPECT_NE(frame.head, "POLL");
    EXPECT_EQ(frame.device, "door1");
    EXPECT_EQ(frame.peer, "gate/5");
    EXPECT_EQ(frame.kind, ports::FrameKind::kOsdp);
  }
  EXPECT_GE(site.tap.frames.size(), 8U);
}

TEST_F(OsdpDriverTest, OutputsAreSwitchedForATimeOrForGood) {
  online();
  site.invoke("output", R"({"seconds":5})");
  site.invoke("output", R"({"number":1,"state":"on"})");
  site.invoke("output", R"({"number":1,"state":"off"})");
  site.loop.run_for(seconds(1));
  EXPECT_EQ(site.reader().outputs,
            (std::vector<std::string>{"00 05 32 00", "01 02 00 00", "01 01 00 00"}));
  ASSERT_EQ(site.answers.size(), 3U);
  EXPECT_EQ(site.answers[0]->output, R"({"outputs":[true]})");
  EXPECT_FALSE(site.answers[0]->answer_follows);
}

TEST_F(OsdpDriverTest, AnInputThatMakesNoSenseMovesNothing) {
  online();
  site.invoke("output", R"({"seconds":5,"state":"on"})");
  site.invoke("output", "{}");
  site.invoke("text", R"({"text":"欢迎"})");
  site.loop.run_for(seconds(1));
  ASSERT_EQ(site.answers.size(), 3U);
  for (const auto& answer : site.answers) EXPECT_EQ(answer.error().code, Code::kInvalid);
  EXPECT_TRUE(site.reader().outputs.empty());
}

TEST_F(OsdpDriverTest, LightBuzzerAndTextReachTheReader) {
  online();
  site.invoke("led", R"({"colour":"green","seconds":3})");
  site.invoke("buzzer", R"({"count":2})");
  site.invoke("text", R"({"text":"WELCOME","seconds":3})");
  site.loop.run_for(seconds(1));
  ASSERT_EQ(site.answers.size(), 3U);
  for (const auto& answer : site.answers) EXPECT_TRUE(answer.has_value());
}

TEST_F(OsdpDriverTest, AnOrderEndsInItsActionsTimeWhateverTheReaderDoes) {
  online();
  site.reader().is_silent = true;
  site.invoke("output", R"({"seconds":5})");
  site.loop.run_for(seconds(6));
  ASSERT_EQ(site.answers.size(), 1U);
  EXPECT_EQ(site.answers[0].error().code, Code::kTimeout);
  site.loop.run_for(seconds(60));
  EXPECT_EQ(site.answers.size(), 1U);
}

TEST_F(OsdpDriverTest, AReaderThatIsAwayIsOfflineAndNothingIsSent) {
  online();
  site.reader().is_silent = true;
  site.loop.run_for(seconds(12));
  EXPECT_EQ(site.presences().back(), domain::Presence::kOffline);
  EXPECT_NE(site.readings("trouble").back().find("power"), std::string::npos);
  site.invoke("output", R"({"seconds":5})");
  site.loop.run_for(milliseconds(1));
  EXPECT_EQ(site.answers.at(0).error().code, Code::kOffline);
  site.reader().is_silent = false;
  site.loop.run_for(seconds(10));
  EXPECT_EQ(site.presences().back(), domain::Presence::kOnline);
  EXPECT_EQ(site.readings("trouble").back(), "\"\"");
}

TEST_F(OsdpDriverTest, ALineThatIsGoneTakesItsReadersWithItAndBringsThemBack) {
  online();
  site.wires.state(base::fail(Code::kOffline, "/dev/ttyS9 is gone"));
  site.loop.run_for(milliseconds(10));
  EXPECT_EQ(site.presences().back(), domain::Presence::kOffline);
  EXPECT_NE(site.readings("trouble").back().find("ttyS9"), std::string::npos);
  EXPECT_FALSE(site.driver->status().at(0).is_up);
  const std::size_t sent = site.wires.sent.size();
  site.loop.run_for(seconds(60));
  EXPECT_EQ(site.wires.sent.size(), sent);
  site.wires.state({});
  site.loop.run_for(seconds(3));
  EXPECT_EQ(site.presences().back(), domain::Presence::kOnline);
}

TEST_F(OsdpDriverTest, ATamperIsOneEventHoweverOftenItIsTold) {
  online();
  for (int i = 0; i < 3; ++i) site.reader().will_say(ReplyCode::kLocalStatus, hex("01 00"));
  site.loop.run_for(seconds(2));
  EXPECT_EQ(site.events("tamper"), 1);
  EXPECT_EQ(site.readings("tampered").back(), "true");
}

TEST_F(OsdpDriverTest, WhatCouldNotBeStoredIsToldAnew) {
  online();
  site.intake.failing = true;
  site.reader().will_say(ReplyCode::kLocalStatus, hex("01 00"));
  site.loop.run_for(seconds(1));
  site.intake.failing = false;
  site.reader().will_say(ReplyCode::kLocalStatus, hex("01 00"));
  site.loop.run_for(seconds(1));
  EXPECT_EQ(site.events("tamper"), 2);
}

TEST_F(OsdpDriverTest, AddressesSayBusAndNumberAndBelongToOneReader) {
  EXPECT_EQ(site.driver->accepts(*site.profile, "gate/127").error().code, Code::kInvalid);
  EXPECT_EQ(site.driver->accepts(*site.profile, "5").error().code, Code::kInvalid);
  const auto unknown = site.driver->accepts(*site.profile, "north/5");
  EXPECT_NE(unknown.error().what.find("gate"), std::string::npos) << "which there are";
  domain::Profile other;
  other.name = "generic/lock";
  EXPECT_EQ(site.driver->accepts(other, "gate/5").error().code, Code::kUnsupported);
  online();
  const auto taken = site.driver->accepts(*site.profile, "gate/5");
  EXPECT_NE(taken.error().what.find("door1"), std::string::npos);
  EXPECT_TRUE(site.attach().has_value()) << "the same device again replaces itself";
}

TEST_F(OsdpDriverTest, ARemovedReaderIsNoLongerAskedAndItsOrdersFail) {
  online();
  site.reader().is_silent = true;
  site.invoke("output", R"({"seconds":5})");
  site.driver->detach(Site::id("door1"));
  site.loop.run_for(milliseconds(1));
  EXPECT_EQ(site.answers.at(0).error().code, Code::kNotFound);
  site.wires.sent.clear();
  site.loop.run_for(seconds(10));
  EXPECT_TRUE(site.wires.sent.empty());
}

TEST_F(OsdpDriverTest, ASearchFindsReadersThatAreNoDevicesYet) {
  site.wires.readers.emplace_back(std::uint8_t{9});
  online();
  std::vector<Found> found;
  site.driver->search(
      "gate", [&found](base::Result<std::vector<Found>> done) { found = std::move(done).value(); });
  site.loop.run_for(seconds(90));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].address, 9);
}

TEST_F(OsdpDriverTest, ASearchOnALineThatIsGoneEnds) {
  online();
  base::Result<std::vector<Found>> result;
  site.driver->search(
      "gate", [&result](base::Result<std::vector<Found>> done) { result = std::move(done); });
  site.wires.state(base::fail(Code::kOffline, "/dev/ttyS9 is gone"));
  site.loop.run_for(seconds(1));
  EXPECT_EQ(result.error().code, Code::kOffline);
  site.driver->search(
      "north", [&result](base::Result<std::vector<Found>> done) { result = std::move(done); });
  site.loop.run_for(seconds(1));
  EXPECT_EQ(result.error().code, Code::kNotFound);
}

TEST_F(OsdpDriverTest, AReaderIsGivenAnAddressBeforeItIsADevice) {
  base::Result<void> result = base::fail(Code::kInternal, "no answer");
  site.driver->give_address("gate", kBroadcast, 12,
                            [&result](base::Result<void> done) { result = std::move(done); });
  site.loop.run_for(seconds(1));
  EXPECT_TRUE(result.has_value());
  EXPECT_TRUE(site.attach("door1", "gate/12").has_value());
  site.loop.run_for(seconds(2));
  EXPECT_EQ(site.presences().at(0), domain::Presence::kOnline);
}

}  // namespace
}  // namespace linli::drivers::osdp
