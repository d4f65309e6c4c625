#include "drivers/osdp/frame_reader.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/osdp/hex.hpp"

namespace linli::drivers::osdp {
namespace {

const std::string kPoll = hex("53 65 08 00 04 60 60 90");
const std::string kAck = hex("53 E5 07 00 01 40 80");

std::vector<std::uint8_t> codes(FrameReader& reader) {
  std::vector<std::uint8_t> codes;
  while (auto frame = reader.next()) codes.push_back(frame->code);
  return codes;
}

TEST(OsdpFrameReader, FindsFramesInPiecesOfAnySize) {
  const std::string line = kPoll + kAck + kPoll;
  for (std::size_t piece = 1; piece <= line.size(); ++piece) {
    FrameReader reader;
    std::vector<std::uint8_t> found;
    for (std::size_t at = 0; at < line.size(); at += piece) {
      reader.feed(std::string_view(line).substr(at, piece));
      for (const auto code : codes(reader)) found.push_back(code);
    }
    EXPECT_EQ(found, (std::vector<std::uint8_t>{0x60, 0x40, 0x60})) << piece;
  }
}

TEST(OsdpFrameReader, MarkBytesAreFillerAndNoNoise) {
  FrameReader reader;
  reader.feed("\xFF\xFF" + kPoll + "\xFF" + kAck);
  EXPECT_EQ(codes(reader), (std::vector<std::uint8_t>{0x60, 0x40}));
  EXPECT_EQ(reader.counts().noise_bytes, 0U);
}

TEST(OsdpFrameReader, PassesOverGarbage) {
  FrameReader reader;
  reader.feed("\x01\x02garbage" + kPoll + "\x03" + kAck);
  EXPECT_EQ(codes(reader), (std::vector<std::uint8_t>{0x60, 0x40}));
  EXPECT_EQ(reader.counts().noise_bytes, 10U);
}

TEST(OsdpFrameReader, AFrameWithAWrongCheckSwallowsNothingBehindIt) {
  FrameReader reader;
  std::string bad = kPoll;
  bad.back() = '\0';
  reader.feed(bad + kPoll);
  EXPECT_EQ(codes(reader), (std::vector<std::uint8_t>{0x60}));
  EXPECT_EQ(reader.counts().bad_checks, 1U);
}

TEST(OsdpFrameReader, ALenThatIsTooLongSwallowsNothingOnceItsBytesAreThere) {
  FrameReader reader;
  std::string bad = kPoll;
  bad[2] = 12;
  reader.feed(bad + kPoll + kAck);
  EXPECT_EQ(codes(reader), (std::vector<std::uint8_t>{0x60, 0x40}));
}

TEST(OsdpFrameReader, ALenThatCannotBeIsPassedOverAtOnce) {
  FrameReader reader;
  reader.feed(hex("53 65 FF FF 04 60") + kPoll);
  EXPECT_EQ(codes(reader), (std::vector<std::uint8_t>{0x60}));
  EXPECT_EQ(reader.counts().bad_forms, 1U);
}

TEST(OsdpFrameReader, ATruncatedFrameWaitsUntilItIsForgotten) {
  FrameReader reader;
  reader.feed(kPoll.substr(0, 6));
  EXPECT_TRUE(codes(reader).empty());
  reader.reset();
  reader.feed(kAck);
  EXPECT_EQ(codes(reader), (std::vector<std::uint8_t>{0x40}));
}

TEST(OsdpFrameReader, AStartByteInsideOfDataIsData) {
  FrameReader reader;
  Frame frame;
  frame.code = 0x80;
  frame.data = hex("53 53 65 08 00 04 60 60 90 53");
  reader.feed(encode(frame));
  EXPECT_EQ(codes(reader), (std::vector<std::uint8_t>{0x80}));
}

TEST(OsdpFrameReader, ABabblingLineNeedsNoMemory) {
  FrameReader reader;
  for (int i = 0; i < 1000; ++i) reader.feed(std::string(4096, '\x53'));
  reader.feed(std::string(3 * kMaxFrameBytes, '\0') + kPoll);
  EXPECT_EQ(codes(reader), (std::vector<std::uint8_t>{0x60}));
}

}  // namespace
}  // namespace linli::drivers::osdp
