#include "drivers/osdp/command.hpp"

#include <gtest/gtest.h>

#include "drivers/osdp/frame.hpp"
#include "tests/unit/osdp/hex.hpp"

namespace linli::drivers::osdp {
namespace {

std::string framed(const Message& message, std::uint8_t address, std::uint8_t sequence) {
  Frame frame;
  frame.address = address;
  frame.sequence = sequence;
  frame.code = static_cast<std::uint8_t>(message.code);
  frame.data = message.data;
  return spaced(encode(frame));
}

TEST(OsdpCommand, GoldenCommandsAreWrittenByteForByte) {
  EXPECT_EQ(framed(poll(), 0x65, 0), "53 65 08 00 04 60 60 90");
  EXPECT_EQ(framed(identify(), 0x65, 0), "53 65 09 00 04 61 00 D9 7A");
  EXPECT_EQ(framed(identify(), 0, 0), "53 00 09 00 04 61 00 C0 66");
  EXPECT_EQ(framed(encode(ComSetCommand{0, 9600}).value(), kBroadcast, 0),
            "53 7F 0D 00 04 6E 00 80 25 00 00 6E 38");
  EXPECT_EQ(framed(encode(OutputCommand{0, OutputControl::kOnForTime, 50}).value(), 0, 2),
            "53 00 0C 00 06 68 00 05 32 00 1A DC");
  LedCommand green;
  green.sets_permanent = true;
  green.permanent_look = {1, 0, LedColour::kGreen, LedColour::kBlack};
  EXPECT_EQ(framed(encode(green).value(), 0, 2),
            "53 00 16 00 06 69 00 00 00 00 00 00 00 00 00 01 01 00 02 00 DC A1");
}

TEST(OsdpCommand, TheOthersAreLaidOutAsTheStandardSays) {
  EXPECT_EQ(spaced(ask_capabilities().data), "00");
  EXPECT_EQ(ask(CommandCode::kInputStatus).data, "");
  EXPECT_EQ(abort().code, CommandCode::kAbort);
  EXPECT_EQ(spaced(encode(BuzzerCommand{0, BuzzerCommand::Tone::kDefault, 2, 1, 3})->data),
            "00 02 02 01 03");
  EXPECT_EQ(spaced(encode(TextCommand{0, 5, true, 1, 1, "HI"})->data), "00 04 05 01 01 02 48 49");
  EXPECT_EQ(spaced(encode(TextCommand{0, 0, false, 2, 3, "HI"})->data), "00 01 00 02 03 02 48 49");
  EXPECT_EQ(spaced(encode(ComSetCommand{5, 115200})->data), "05 00 C2 01 00");
  EXPECT_EQ(spaced(key_set(base::SecretText("0123456789abcdef"))->data),
            "01 10 30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66");
  EXPECT_EQ(spaced(panel_receive_size(1440)->data), "A0 05");
  EXPECT_EQ(spaced(keep_active(1000)->data), "E8 03");
  EXPECT_EQ(spaced(manufacturer(hex("16 42 68"), "x")->data), "16 42 68 78");
  EXPECT_EQ(challenge("12345678")->code, CommandCode::kChallenge);
  EXPECT_EQ(server_cryptogram("0123456789abcdef")->code, CommandCode::kServerCryptogram);
  LedCommand red;
  red.temporary = LedCommand::Temporary::kSet;
  red.temporary_look = {2, 3, LedColour::kRed, LedColour::kBlue};
  red.temporary_tenths = 300;
  EXPECT_EQ(spaced(encode(red)->data), "00 00 02 02 03 01 04 2C 01 00 00 00 00 00");
}

TEST(OsdpCommand, WhatHasNoPlaceInACommandIsRefused) {
  EXPECT_FALSE(encode(OutputCommand{256, OutputControl::kOnForGood, 0}).has_value());
  EXPECT_FALSE(encode(OutputCommand{0, OutputControl::kOnForTime, 0x10000}).has_value());
  EXPECT_FALSE(encode(OutputCommand{0, OutputControl::kOnForTime, 0}).has_value())
      << "0 would be for ever";
  EXPECT_FALSE(encode(OutputCommand{0, OutputControl::kOnForGood, 1}).has_value());
  EXPECT_FALSE(encode(OutputCommand{0, static_cast<OutputControl>(7), 0}).has_value());
  LedCommand led;
  led.permanent_look.on = static_cast<LedColour>(8);
  EXPECT_FALSE(encode(led).has_value());
  led = {};
  led.temporary = LedCommand::Temporary::kSet;
  EXPECT_FALSE(encode(led).has_value()) << "a temporary look without an end";
  EXPECT_FALSE(encode(BuzzerCommand{0, BuzzerCommand::Tone::kDefault, 0, 0, 1}).has_value());
  EXPECT_FALSE(encode(TextCommand{0, 0, true, 1, 1, ""}).has_value());
  EXPECT_FALSE(encode(TextCommand{0, 0, true, 1, 1, std::string(33, 'x')}).has_value());
  EXPECT_FALSE(encode(TextCommand{0, 0, true, 1, 1, "欢迎"}).has_value());
  EXPECT_FALSE(encode(TextCommand{0, 0, true, 0, 1, "x"}).has_value());
  EXPECT_FALSE(encode(ComSetCommand{127, 9600}).has_value()) << "the broadcast's own address";
  EXPECT_FALSE(encode(ComSetCommand{0, 9601}).has_value());
  EXPECT_FALSE(key_set(base::SecretText("short")).has_value());
  EXPECT_FALSE(challenge("1234567").has_value());
  EXPECT_FALSE(server_cryptogram("").has_value());
  EXPECT_FALSE(panel_receive_size(127).has_value());
  EXPECT_FALSE(keep_active(65536).has_value());
  EXPECT_FALSE(manufacturer("12", "").has_value());
  EXPECT_FALSE(manufacturer("123", std::string(1025, 'x')).has_value());
}

TEST(OsdpCommand, OnlyTheHandshakeAndTheWayToAReaderGoInClear) {
  std::string clear;
  for (unsigned code = 0; code < 256; ++code) {
    const auto command = static_cast<CommandCode>(code);
    if (may_go_in_clear(command)) clear += std::string(name(command)) + " ";
  }
  EXPECT_EQ(clear, "ID CAP COMSET CHLNG SCRYPT ");
}

}  // namespace
}  // namespace linli::drivers::osdp
