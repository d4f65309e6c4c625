#include "drivers/osdp/frame.hpp"

#include <gtest/gtest.h>

#include "tests/unit/osdp/hex.hpp"

namespace linli::drivers::osdp {
namespace {

// Frames of published captures and implementations.
constexpr std::array kGolden{
    "53 65 08 00 04 60 60 90",
    "53 65 09 00 04 61 00 D9 7A",
    "53 E5 07 00 01 40 80",
    "53 7F 0D 00 04 6E 00 80 25 00 00 6E 38",
    "53 7F 0C 00 00 6E 00 80 25 00 00 0F",
    "53 00 09 00 04 61 00 C0 66",
    "53 80 14 00 04 45 16 42 68 00 0C 4C 8F BC F4 02 0A 02 C6 4C",
    "53 80 23 00 05 46 01 01 06 02 01 01 03 00 00 04 00 00 05 00 00 06 00 00 07 00 00 08 01 00 09 "
    "01 01 19 13",
    "53 00 0C 00 06 68 00 05 32 00 1A DC",
    "53 00 16 00 06 69 00 00 00 00 00 00 00 00 00 01 01 00 02 00 DC A1",
    "53 80 10 00 06 50 00 01 1A 00 32 27 10 40 0E 5A",
};

TEST(OsdpFrame, GoldenFramesAreReadAndWrittenTheSame) {
  for (const char* golden : kGolden) {
    const auto frame = decode(hex(golden));
    ASSERT_TRUE(frame.has_value()) << golden << ": " << frame.error().what;
    EXPECT_EQ(spaced(encode(*frame)), golden);
  }
}

TEST(OsdpFrame, SaysAllThatTheHeadSays) {
  const Frame poll = decode(hex("53 65 08 00 04 60 60 90")).value();
  EXPECT_EQ(poll, (Frame{0x65, false, 0, Check::kCrc, {}, 0x60, "", ""}));
  const Frame ack = decode(hex("53 E5 07 00 01 40 80")).value();
  EXPECT_EQ(ack, (Frame{0x65, true, 1, Check::kChecksum, {}, 0x40, "", ""}));
  const Frame broadcast = decode(hex("53 7F 0C 00 00 6E 00 80 25 00 00 0F")).value();
  EXPECT_EQ(broadcast.address, kBroadcast);
  EXPECT_FALSE(broadcast.is_reply);
}

TEST(OsdpFrame, SecurityBlockAndMacAreNoData) {
  const Frame frame = decode(hex("53 00 0E 00 0F 02 15 60 69 BD C6 54 E1 36")).value();
  ASSERT_TRUE(frame.security.has_value());
  EXPECT_TRUE(frame.security->is(Scb::kCommandMac));
  EXPECT_EQ(frame.code, 0x60);
  EXPECT_EQ(frame.data, "");
  EXPECT_EQ(spaced(frame.mac), "69 BD C6 54");
  EXPECT_EQ(spaced(authenticated_part(frame)), "53 00 0E 00 0F 02 15 60");
}

TEST(OsdpFrame, EveryTurnedBitIsNoticed) {
  const std::string good = hex("53 80 10 00 06 50 00 01 1A 00 32 27 10 40 0E 5A");
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(static_cast<unsigned char>(bad[bit / 8]) ^ (1U << bit % 8));
    const auto frame = decode(bad);
    EXPECT_FALSE(frame.has_value()) << bit;
  }
}

TEST(OsdpFrame, WrongChecksAreCorruptAndWrongFormsInvalid) {
  EXPECT_EQ(decode(hex("53 65 08 00 04 60 60 91")).error().code, base::Code::kCorrupt);
  EXPECT_EQ(decode(hex("53 E5 07 00 01 40 81")).error().code, base::Code::kCorrupt);
  EXPECT_EQ(decode(hex("53 65 09 00 04 60 60 90")).error().code, base::Code::kInvalid);
  EXPECT_EQ(decode(hex("54 65 08 00 04 60 60 90")).error().code, base::Code::kInvalid);
  EXPECT_EQ(decode("").error().code, base::Code::kInvalid);
}

TEST(OsdpFrame, LenBelowTheLeastAndAboveTheMostIsNone) {
  EXPECT_FALSE(frame_length(hex("53 00 06 00 00")).has_value());
  EXPECT_TRUE(frame_length(hex("53 00 07 00 00")).has_value());
  EXPECT_FALSE(frame_length(hex("53 00 07 00 04")).has_value());
  EXPECT_EQ(frame_length(hex("53 00 A0 05 04")).value(), kMaxFrameBytes);
  EXPECT_FALSE(frame_length(hex("53 00 A1 05 04")).has_value());
}

// With a right CRC, so that the form alone is what is wrong.
std::string with_crc(std::string_view body) {
  std::string bytes = hex(body);
  const unsigned crc = crc16(bytes);
  bytes.push_back(static_cast<char>(crc & 0xFFU));
  bytes.push_back(static_cast<char>(crc >> 8U));
  return bytes;
}

TEST(OsdpFrame, ASecurityBlockThatDoesNotFitIsInvalid) {
  for (const char* body : {
           "53 00 09 00 0C 00 15",              // shorter than its own head
           "53 00 09 00 0C 01 15",              //
           "53 00 0A 00 0C 09 15 60",           // longer than the frame
           "53 00 09 00 0C 02 15",              // nothing behind it
           "53 00 0D 00 0C 02 15 60 69 BD C6",  // three bytes of MAC
       }) {
    const auto frame = decode(with_crc(body));
    ASSERT_FALSE(frame.has_value()) << body;
    EXPECT_EQ(frame.error().code, base::Code::kInvalid) << body << frame.error().what;
  }
}

TEST(OsdpFrame, TheMarkIsNoPartOfAFrame) {
  EXPECT_FALSE(decode(hex("FF 53 65 08 00 04 60 60 90")).has_value());
}

}  // namespace
}  // namespace linli::drivers::osdp
