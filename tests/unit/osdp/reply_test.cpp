#include "drivers/osdp/reply.hpp"

#include <gtest/gtest.h>

#include "drivers/osdp/frame.hpp"
#include "tests/unit/osdp/hex.hpp"

namespace linli::drivers::osdp {
namespace {

Reply reply_of(std::string_view frame) {
  const Frame decoded = decode(hex(frame)).value();
  return decode_reply(decoded.code, decoded.data).value();
}
template <class T>
T reply(unsigned code, std::string_view data) {
  return std::get<T>(decode_reply(static_cast<std::uint8_t>(code), hex(data)).value());
}
bool is_refused(unsigned code, std::string_view data) {
  const auto decoded = decode_reply(static_cast<std::uint8_t>(code), hex(data));
  return !decoded && decoded.error().code == base::Code::kInvalid;
}

TEST(OsdpReply, ReadsACapturedIdentity) {
  const auto identity =
      std::get<Identity>(reply_of("53 80 14 00 04 45 16 42 68 00 0C 4C 8F BC F4 02 0A 02 C6 4C"));
  EXPECT_EQ(identity, (Identity{"164268", 0, 12, "4c8fbcf4", "2.10.2"}));
}

TEST(OsdpReply, ReadsCapturedCapabilities) {
  const auto capabilities = std::get<Capabilities>(reply_of(
      "53 80 23 00 05 46 01 01 06 02 01 01 03 00 00 04 00 00 05 00 00 06 00 00 07 00 00 08 "
      "01 00 09 01 01 19 13"));
  ASSERT_EQ(capabilities.all.size(), 9U);
  EXPECT_EQ(capabilities.count(Function::kInputs), 6);
  EXPECT_EQ(capabilities.count(Function::kOutputs), 1);
  EXPECT_EQ(capabilities.compliance(Function::kSecurity), 1);
  EXPECT_EQ(capabilities.compliance(Function::kBiometrics), 0) << "it did not say";
}

TEST(OsdpReply, ReadsACapturedCard) {
  const auto card = std::get<RawCard>(reply_of("53 80 10 00 06 50 00 01 1A 00 32 27 10 40 0E 5A"));
  EXPECT_EQ(card.format, 1);
  EXPECT_EQ(card.bit_count, 26U);
  EXPECT_EQ(spaced(card.bits.reveal()), "32 27 10 40");
}

TEST(OsdpReply, ReadsStates) {
  EXPECT_TRUE(std::holds_alternative<Ack>(reply_of("53 E5 07 00 01 40 80")));
  EXPECT_TRUE(reply<LocalStatus>(0x48, "01 00").tampered);
  EXPECT_TRUE(reply<LocalStatus>(0x48, "00 01").power_failed);
  EXPECT_EQ(reply<InputStatus>(0x49, "00 01 00").active, (std::vector<bool>{false, true, false}));
  EXPECT_EQ(reply<OutputStatus>(0x4A, "01").active, (std::vector<bool>{true}));
  EXPECT_EQ(reply<ReaderStatus>(0x4B, "00 02").readers,
            (std::vector<ReaderState>{ReaderState::kNormal, ReaderState::kTampered}));
  EXPECT_TRUE(std::holds_alternative<Busy>(decode_reply(0x79, "").value()));
  EXPECT_EQ(reply<Com>(0x54, "05 00 C2 01 00").baud, 115200U);
  EXPECT_EQ(reply<Com>(0x54, "05 00 C2 01 00").address, 5);
  EXPECT_EQ(reply<Manufacturer>(0x90, "16 42 68 01 02").data, hex("01 02"));
  EXPECT_TRUE(std::holds_alternative<FileStatus>(decode_reply(0x7A, "abc").value()));
  EXPECT_TRUE(std::holds_alternative<Biometric>(decode_reply(0x57, "abc").value()));
}

TEST(OsdpReply, KeypadDigitsAreWhatThePersonPressed) {
  const auto keypad = reply<Keypad>(0x53, "00 06 31 32 33 34 7F 0D");
  EXPECT_EQ(keypad.digits.reveal(), "1234*#");
  EXPECT_TRUE(is_refused(0x53, "00 01 03")) << "no key has that code";
  EXPECT_TRUE(is_refused(0x53, "00 00"));
  EXPECT_TRUE(is_refused(0x53, "00 02 31"));
  EXPECT_TRUE(is_refused(0x53, "00"));
}

TEST(OsdpReply, FormattedCardsHaveTheirCharacters) {
  const auto card = reply<FormattedCard>(0x51, "00 01 03 31 32 33");
  EXPECT_EQ(card.characters.reveal(), "123");
  EXPECT_EQ(card.direction, 1);
  EXPECT_TRUE(is_refused(0x51, "00 02 01 31"));
  EXPECT_TRUE(is_refused(0x51, "00 00 00"));
  EXPECT_TRUE(is_refused(0x51, "00 00 02 31"));
}

TEST(OsdpReply, ACardHasAsManyBytesAsBits) {
  EXPECT_TRUE(is_refused(0x50, "00 01 1A 00 32 27 10"));
  EXPECT_TRUE(is_refused(0x50, "00 01 1A 00 32 27 10 40 00"));
  EXPECT_TRUE(is_refused(0x50, "00 01 00 00"));
  EXPECT_TRUE(is_refused(0x50, "00 01 01 02 " + std::string(65 * 2, '0'))) << "513 bits";
  EXPECT_TRUE(is_refused(0x50, "00 01 FF FF 00")) << "a count is never a reason to allocate";
  EXPECT_TRUE(is_refused(0x50, "00 01 1A"));
}

TEST(OsdpReply, WrongLengthsAndValuesAreRefusedWithoutTheData) {
  EXPECT_TRUE(is_refused(0x40, "00"));
  EXPECT_TRUE(is_refused(0x41, ""));
  EXPECT_TRUE(is_refused(0x45, "16 42 68 00 0C 4C 8F BC F4 02 0A"));
  EXPECT_TRUE(is_refused(0x46, "01 01"));
  EXPECT_TRUE(is_refused(0x48, "02 00"));
  EXPECT_TRUE(is_refused(0x48, "00"));
  EXPECT_TRUE(is_refused(0x49, "02"));
  EXPECT_TRUE(is_refused(0x49, ""));
  EXPECT_TRUE(is_refused(0x4B, "03"));
  EXPECT_TRUE(is_refused(0x4B, std::string(65 * 2, '0')));
  EXPECT_TRUE(is_refused(0x54, "05 00 C2 01"));
  EXPECT_TRUE(is_refused(0x76, std::string(31 * 2, '0')));
  EXPECT_TRUE(is_refused(0x78, std::string(15 * 2, '0')));
  EXPECT_TRUE(is_refused(0x79, "00"));
  EXPECT_TRUE(is_refused(0x90, "16 42"));
  const auto digits = decode_reply(0x53, hex("00 05 31 32 33 34 03"));
  EXPECT_EQ(digits.error().what.find("1234"), std::string::npos);
}

TEST(OsdpReply, UnknownCodesAreUnsupported) {
  EXPECT_EQ(decode_reply(0x99, "").error().code, base::Code::kUnsupported);
}

TEST(OsdpReply, EveryRefusalHasWords) {
  EXPECT_EQ(words_of(Nak{3}), "the command is unknown to it");
  EXPECT_EQ(words_of(Nak{6}), "it wants the secure channel first");
  EXPECT_EQ(words_of(Nak{200}), "reason 200");
}

}  // namespace
}  // namespace linli::drivers::osdp
