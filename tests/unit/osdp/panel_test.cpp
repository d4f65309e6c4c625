#include "drivers/osdp/panel.hpp"

#include <gtest/gtest.h>

#include "tests/unit/osdp/panel_kit.hpp"

namespace linli::drivers::osdp {
namespace {

TEST(OsdpPanel, AsksWhoItIsAndWhatItCanThenPolls) {
  Wire wire;
  wire.run(seconds(1));
  ASSERT_GE(wire.reader.heard.size(), 4U);
  EXPECT_EQ(wire.reader.heard[0], CommandCode::kIdentify);
  EXPECT_EQ(wire.reader.heard[1], CommandCode::kCapabilities);
  const auto online = wire.all<CameOnline>();
  ASSERT_EQ(online.size(), 1U);
  EXPECT_EQ(online[0].identity.serial, "4c8fbcf4");
  EXPECT_EQ(online[0].security, Security::kClear);
  EXPECT_TRUE(wire.panel.is_online());
}

TEST(OsdpPanel, PollsTwentyTimesASecondAtMost) {
  Wire wire;
  wire.run(seconds(1));
  wire.reader.heard.clear();
  wire.run(seconds(10));
  EXPECT_GE(wire.reader.heard.size(), 130U) << "10 s of 50 ms and the answer's 20";
  EXPECT_LE(wire.reader.heard.size(), 145U);
}

TEST(OsdpPanel, SequenceBeginsAtZeroAndThenGoesFromOneToThree) {
  Wire wire;
  wire.run(milliseconds(500));
  const std::vector<std::uint8_t> first(wire.reader.sequences.begin(),
                                        wire.reader.sequences.begin() + 6);
  EXPECT_EQ(first, (std::vector<std::uint8_t>{0, 1, 2, 3, 1, 2}));
}

TEST(OsdpPanel, AsksForAllStatesThatTheReaderHas) {
  Wire wire;
  wire.run(seconds(1));
  EXPECT_EQ(wire.told<LocalStatus>().size(), 1U);
  EXPECT_EQ(wire.told<InputStatus>().at(0).active, (std::vector<bool>{false, true}));
  EXPECT_EQ(wire.told<OutputStatus>().size(), 1U);
  EXPECT_EQ(wire.heard(CommandCode::kReaderStatus), 0) << "it has no readers of its own";
  wire.run(seconds(31));
  EXPECT_EQ(wire.told<LocalStatus>().size(), 2U);
}

TEST(OsdpPanel, TellsCardsAndDigits) {
  Wire wire;
  wire.run(seconds(1));
  wire.reader.will_say(ReplyCode::kRawCard, hex("00 01 1A 00 32 27 10 40"));
  wire.reader.will_say(ReplyCode::kKeypad, hex("00 01 31"));
  wire.run(seconds(1));
  EXPECT_EQ(wire.told<RawCard>().at(0).bit_count, 26U);
  EXPECT_EQ(wire.told<Keypad>().at(0).digits.reveal(), "1");
}

TEST(OsdpPanel, AnOrderIsSentOnceAndAnswered) {
  Wire wire;
  wire.run(seconds(1));
  ASSERT_TRUE(wire.panel.order(7, wire.unlock(), wire.now + seconds(5)).has_value());
  wire.run(seconds(1));
  EXPECT_EQ(wire.reader.outputs, (std::vector<std::string>{"00 05 32 00"}));
  const auto done = wire.all<OrderDone>();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].ticket, 7U);
  EXPECT_TRUE(std::holds_alternative<OutputStatus>(done[0].reply.value()));
}

TEST(OsdpPanel, AckIsAsGoodAnAnswerToAnOutputAsItsState) {
  Wire wire;
  wire.run(seconds(1));
  ASSERT_TRUE(wire.panel.order(7, encode(BuzzerCommand{}).value(), wire.now + seconds(5)));
  wire.run(seconds(1));
  EXPECT_TRUE(std::holds_alternative<Ack>(wire.all<OrderDone>().at(0).reply.value()));
}

TEST(OsdpPanel, ALostAnswerIsAskedForWithTheSameFrameAndNothingIsDoneTwice) {
  Wire wire;
  wire.run(seconds(1));
  ASSERT_TRUE(wire.panel.order(7, wire.unlock(), wire.now + seconds(5)));
  while (wire.heard(CommandCode::kOutput) == 0) {
    wire.reader.lose = 1;
    wire.run(milliseconds(1));
  }
  const std::string sent = wire.frames.back();
  wire.run(milliseconds(300));
  EXPECT_EQ(wire.heard(CommandCode::kOutput), 2);
  EXPECT_EQ(std::count(wire.frames.begin(), wire.frames.end(), sent), 2);
  EXPECT_EQ(wire.reader.outputs.size(), 1U);
  EXPECT_TRUE(wire.all<OrderDone>().at(0).reply.has_value());
}

TEST(OsdpPanel, RepeatsAreSlowAfterTheFirst) {
  Wire wire;
  wire.run(seconds(1));
  wire.reader.is_silent = true;
  wire.frames.clear();
  wire.run(seconds(4));
  EXPECT_GE(wire.frames.size(), 4U);
  EXPECT_LE(wire.frames.size(), 7U) << "a dead reader must not take the line of the others";
}

TEST(OsdpPanel, IsOfflineAfterEightSecondsOfSilence) {
  Wire wire;
  wire.run(seconds(1));
  wire.reader.is_silent = true;
  wire.run(milliseconds(7800));
  EXPECT_TRUE(wire.panel.is_online());
  wire.run(seconds(2));
  EXPECT_FALSE(wire.panel.is_online());
  const auto offline = wire.all<WentOffline>();
  ASSERT_EQ(offline.size(), 1U);
  EXPECT_EQ(offline[0].reason.code, base::Code::kOffline);
}

TEST(OsdpPanel, ComesBackByItselfWithANewSequence) {
  Wire wire;
  wire.run(seconds(1));
  wire.reader.is_silent = true;
  wire.run(seconds(10));
  wire.reader.is_silent = false;
  wire.reader.sequences.clear();
  wire.run(seconds(10));
  EXPECT_TRUE(wire.panel.is_online());
  EXPECT_EQ(wire.reader.sequences.at(0), 0);
  EXPECT_EQ(wire.all<CameOnline>().size(), 2U);
}

TEST(OsdpPanel, AReaderThatIsNotThereIsAskedEverMoreSeldom) {
  Wire wire;
  wire.reader.is_silent = true;
  wire.run(std::chrono::hours(1));
  EXPECT_LE(wire.frames.size(), 25U);
  wire.frames.clear();
  wire.run(std::chrono::minutes(11));
  EXPECT_GE(wire.frames.size(), 2U) << "every 300 s at the latest";
  EXPECT_EQ(wire.all<WentOffline>().size(), 1U) << "said once";
}

TEST(OsdpPanel, AReaderThatKnowsChecksumsOnlyIsFound) {
  Wire wire;
  wire.reader.knows_crc = false;
  wire.run(seconds(5));
  EXPECT_TRUE(wire.panel.is_online());
}

TEST(OsdpPanel, BusyMeansTheSameFrameLater) {
  Wire wire;
  wire.run(seconds(1));
  ASSERT_TRUE(wire.panel.order(7, wire.unlock(), wire.now + seconds(5)));
  wire.run(milliseconds(1));
  wire.reader.busy = 3;
  wire.frames.clear();
  wire.run(seconds(2));
  EXPECT_EQ(wire.reader.outputs.size(), 1U);
  EXPECT_TRUE(wire.all<OrderDone>().at(0).reply.has_value());
  EXPECT_TRUE(wire.panel.is_online());
}

TEST(OsdpPanel, AReaderThatIsBusyForEverIsOffline) {
  Wire wire;
  wire.run(seconds(1));
  wire.reader.busy = 1'000'000;
  wire.run(seconds(10));
  EXPECT_FALSE(wire.panel.is_online());
}

TEST(OsdpPanel, ARefusedOrderSaysWhyAndTheReaderStays) {
  Wire wire;
  wire.reader.refuses[CommandCode::kText] = 3;
  wire.run(seconds(1));
  ASSERT_TRUE(wire.panel.order(7, encode(TextCommand{0, 0, true, 1, 1, "HI"}).value(),
                               wire.now + seconds(5)));
  wire.run(seconds(1));
  const auto done = wire.all<OrderDone>();
  EXPECT_EQ(done.at(0).reply.error().code, base::Code::kRefused);
  EXPECT_NE(done.at(0).reply.error().what.find("TEXT"), std::string::npos);
  EXPECT_TRUE(wire.panel.is_online());
}

TEST(OsdpPanel, AReaderOutOfStepIsBegunAnewWithoutBeingOffline) {
  Wire wire;
  wire.run(seconds(1));
  Frame nak{5, true, 2, Check::kCrc, {}, 0x41, "\x04", ""};
  while (!wire.panel.next(wire.now)) wire.now = wire.panel.due();
  EXPECT_TRUE(wire.panel.on_frame(wire.now, nak)) << "its number is whatever it thinks it is";
  wire.reader.sequences.clear();
  wire.run(seconds(1));
  EXPECT_EQ(wire.reader.sequences.at(0), 0);
  EXPECT_TRUE(wire.panel.is_online());
  EXPECT_TRUE(wire.all<WentOffline>().empty());
}

TEST(OsdpPanel, AReaderThatIsAlwaysOutOfStepIsLeftAlone) {
  Wire wire;
  wire.reader.refuses[CommandCode::kIdentify] = 4;
  wire.run(std::chrono::minutes(1));
  EXPECT_FALSE(wire.panel.is_online());
  EXPECT_LE(wire.frames.size(), 250U);
}

TEST(OsdpPanel, CapabilitiesMayBeUnknownToAnOldReader) {
  Wire wire;
  wire.reader.refuses[CommandCode::kCapabilities] = 3;
  wire.run(seconds(1));
  EXPECT_TRUE(wire.panel.is_online());
}

TEST(OsdpPanel, AFrameWithAnotherAddressNumberOrDirectionIsNoAnswer) {
  Wire wire;
  wire.run(seconds(1));
  while (!wire.panel.next(wire.now)) wire.now = wire.panel.due();
  const Frame echo = decode(wire.panel.next(wire.panel.due()).value()).value();
  EXPECT_FALSE(wire.panel.on_frame(wire.now, echo));
  Frame ack{6, true, echo.sequence, Check::kCrc, {}, 0x40, "", ""};
  EXPECT_FALSE(wire.panel.on_frame(wire.now, ack));
  ack.address = 5;
  ack.sequence = echo.sequence == 3 ? std::uint8_t{1} : std::uint8_t(echo.sequence + 1);
  EXPECT_FALSE(wire.panel.on_frame(wire.now, ack));
  ack.sequence = echo.sequence;
  EXPECT_TRUE(wire.panel.on_frame(wire.now, ack));
  EXPECT_FALSE(wire.panel.on_frame(wire.now, ack)) << "a second answer to one question";
}

TEST(OsdpPanel, AnswersThatCannotBeReadAreCountedAndPassedOver) {
  Wire wire;
  wire.run(seconds(1));
  wire.reader.will_say(ReplyCode::kKeypad, hex("00 05 31"));
  wire.reader.will_say(ReplyCode::kKeypad, hex("00 01 32"));
  wire.run(seconds(1));
  EXPECT_EQ(wire.all<Dropped>().size(), 1U);
  EXPECT_EQ(wire.told<Keypad>().at(0).digits.reveal(), "2");
}

TEST(OsdpPanel, OrdersAreRefusedWhileTheReaderIsAwayOrTooManyWait) {
  Wire wire;
  EXPECT_EQ(wire.panel.order(1, wire.unlock(), wire.now + seconds(5)).error().code,
            base::Code::kOffline);
  wire.run(seconds(1));
  base::Result<void> taken;
  for (std::uint64_t i = 0; i <= Panel::kMaxOrders && taken; ++i)
    taken = wire.panel.order(i + 1, wire.unlock(), wire.now + seconds(5));
  EXPECT_EQ(taken.error().code, base::Code::kFull);
}

TEST(OsdpPanel, AnOrderWhoseTimeIsOverIsNotSent) {
  Wire wire;
  wire.run(seconds(1));
  ASSERT_TRUE(wire.panel.order(7, wire.unlock(), wire.now));
  wire.run(seconds(1));
  EXPECT_TRUE(wire.reader.outputs.empty());
  EXPECT_EQ(wire.all<OrderDone>().at(0).reply.error().code, base::Code::kOffline);
}

TEST(OsdpPanel, WhatBecameOfAnOrderIsSaidWhenTheReaderGoes) {
  Wire wire;
  wire.run(seconds(1));
  wire.reader.is_silent = true;
  ASSERT_TRUE(wire.panel.order(7, wire.unlock(), wire.now + seconds(60)));
  ASSERT_TRUE(wire.panel.order(8, wire.unlock(), wire.now + seconds(60)));
  wire.run(seconds(20));
  const auto done = wire.all<OrderDone>();
  ASSERT_EQ(done.size(), 2U);
  for (const OrderDone& one : done) EXPECT_FALSE(one.reply.has_value());
}

TEST(OsdpPanel, BetweenTwoOrdersStandsAPoll) {
  Wire wire;
  wire.run(seconds(1));
  wire.reader.heard.clear();
  for (std::uint64_t i = 1; i <= 3; ++i)
    ASSERT_TRUE(wire.panel.order(i, wire.unlock(), wire.now + seconds(5)));
  wire.run(seconds(1));
  for (std::size_t i = 0; i + 1 < wire.reader.heard.size(); ++i) {
    EXPECT_FALSE(wire.reader.heard[i] == CommandCode::kOutput &&
                 wire.reader.heard[i + 1] == CommandCode::kOutput);
  }
  EXPECT_EQ(wire.reader.outputs.size(), 3U);
}

}  // namespace
}  // namespace linli::drivers::osdp
