#include "drivers/coap/block_transfer.hpp"

#include <gtest/gtest.h>

namespace linli::drivers::coap {
namespace {

using net::CoapBlock;
using net::CoapCode;
using net::CoapReply;

const base::TimePoint kStart{std::chrono::hours(1)};

net::CoapRequest block(std::uint32_t number, bool more, std::string payload,
                       std::uint64_t session = 1, std::uint8_t szx = 0) {
  net::CoapRequest request;
  request.exchange.session = session;
  request.method = net::CoapMethod::kPost;
  request.path = {"linli", "v1", "event"};
  request.block1 = CoapBlock{number, more, szx};
  request.payload = std::move(payload);
  return request;
}

CoapCode code_of(const BlockUploads::Step& step) {
  const auto* reply = std::get_if<CoapReply>(&step);
  return reply == nullptr ? CoapCode::kChanged : reply->code;
}

const std::string kSixteen(16, 'a');

TEST(BlockUploads, PutTheBlocksTogether) {
  BlockUploads uploads;
  auto first = block(0, true, kSixteen);
  const auto step = uploads.take(first, kStart);
  EXPECT_EQ(code_of(step), CoapCode::kContinue);
  EXPECT_EQ(std::get<CoapReply>(step).block1, (CoapBlock{0, true, 0}));
  auto second = block(1, true, kSixteen);
  EXPECT_EQ(code_of(uploads.take(second, kStart)), CoapCode::kContinue);
  auto last = block(2, false, "end");
  const auto whole = uploads.take(last, kStart);
  ASSERT_TRUE(std::holds_alternative<BlockUploads::Whole>(whole));
  EXPECT_EQ(std::get<BlockUploads::Whole>(whole).payload, kSixteen + kSixteen + "end");
  EXPECT_EQ(uploads.size(), 0U);
}

TEST(BlockUploads, AMessageWithoutBlocksIsWhole) {
  BlockUploads uploads;
  auto request = block(0, false, "x");
  request.block1.reset();
  EXPECT_TRUE(std::holds_alternative<BlockUploads::Whole>(uploads.take(request, kStart)));
}

TEST(BlockUploads, TheSenderMayGoOnWithSmallerBlocks) {
  BlockUploads uploads;
  auto first = block(0, true, std::string(32, 'a'), 1, 1);
  uploads.take(first, kStart);
  auto second = block(2, false, "end", 1, 0);
  EXPECT_TRUE(std::holds_alternative<BlockUploads::Whole>(uploads.take(second, kStart)));
}

TEST(BlockUploads, AMissingBlockIs408) {
  BlockUploads uploads;
  auto lost = block(1, false, "x");
  EXPECT_EQ(code_of(uploads.take(lost, kStart)), CoapCode::kIncomplete);
  auto first = block(0, true, kSixteen);
  uploads.take(first, kStart);
  auto third = block(2, false, "x");
  EXPECT_EQ(code_of(uploads.take(third, kStart)), CoapCode::kIncomplete);
  auto other_format = block(1, false, "x");
  other_format.content_format = 60;
  EXPECT_EQ(code_of(uploads.take(other_format, kStart)), CoapCode::kIncomplete);
}

TEST(BlockUploads, ABlockOfAnotherSizeThanItSaysIs400) {
  BlockUploads uploads;
  auto small = block(0, true, "x");
  EXPECT_EQ(code_of(uploads.take(small, kStart)), CoapCode::kBadRequest);
  auto large = block(0, false, std::string(17, 'a'));
  EXPECT_EQ(code_of(uploads.take(large, kStart)), CoapCode::kBadRequest);
  auto reserved = block(0, false, "x", 1, 7);
  EXPECT_EQ(code_of(uploads.take(reserved, kStart)), CoapCode::kBadRequest);
}

TEST(BlockUploads, BeyondTheLimitIs413WithTheLimit) {
  BlockUploads uploads;
  const std::string kilobyte(1024, 'a');
  for (std::uint32_t i = 0; i < 64; ++i) {
    auto next = block(i, true, kilobyte, 1, 6);
    ASSERT_EQ(code_of(uploads.take(next, kStart)), CoapCode::kContinue) << i;
  }
  auto beyond = block(64, false, "x", 1, 6);
  const auto step = uploads.take(beyond, kStart);
  ASSERT_EQ(code_of(step), CoapCode::kTooLarge);
  EXPECT_EQ(std::get<CoapReply>(step).size1, BlockUploads::kMaxBytes);
  EXPECT_EQ(uploads.size(), 0U);
  auto announced = block(0, true, kSixteen);
  announced.size1 = BlockUploads::kMaxBytes + 1;
  EXPECT_EQ(code_of(uploads.take(announced, kStart)), CoapCode::kTooLarge);
}

TEST(BlockUploads, TheOneThatWaitedLongestMakesRoom) {
  BlockUploads uploads;
  for (std::uint64_t i = 0; i < 2 * BlockUploads::kMaxTransfers; ++i) {
    auto first = block(0, true, kSixteen, i);
    uploads.take(first, kStart);
  }
  EXPECT_EQ(uploads.size(), BlockUploads::kMaxTransfers);
  EXPECT_EQ(uploads.evicted(), BlockUploads::kMaxTransfers);
  auto gone = block(1, false, "x", 0);
  EXPECT_EQ(code_of(uploads.take(gone, kStart)), CoapCode::kIncomplete);
}

TEST(BlockUploads, EndWithTheirTimeAndTheirSession) {
  BlockUploads uploads;
  auto first = block(0, true, kSixteen);
  uploads.take(first, kStart);
  auto late = block(1, false, "x");
  EXPECT_EQ(code_of(uploads.take(late, kStart + BlockUploads::kLifetime)), CoapCode::kIncomplete);
  uploads.take(first = block(0, true, kSixteen), kStart);
  uploads.end_session(1);
  EXPECT_EQ(uploads.size(), 0U);
}

CoapReply hundred() {
  return {CoapCode::kContent, std::string(100, 'x'), net::CoapFormat::kJson};
}

TEST(Slice, LeavesWhatFitsAsItIs) {
  EXPECT_EQ(slice(hundred(), std::nullopt, 3), hundred());
}

TEST(Slice, CutsWhatIsAskedForOrDoesNotFit) {
  const CoapReply first = slice(hundred(), std::nullopt, 2);
  EXPECT_EQ(first.block2, (CoapBlock{0, true, 2}));
  EXPECT_EQ(first.payload.size(), 64U);
  EXPECT_EQ(first.size2, 100U);
  const CoapReply second = slice(hundred(), CoapBlock{1, false, 2}, 6);
  EXPECT_EQ(second.block2, (CoapBlock{1, false, 2}));
  EXPECT_EQ(second.payload.size(), 36U);
  EXPECT_EQ(second.etag, first.etag);
  EXPECT_EQ(slice(hundred(), CoapBlock{2, false, 2}, 6).code, CoapCode::kBadRequest);
}

TEST(Slice, ASmallerBlockBeginsWhereTheAskedOneDoes) {
  const CoapReply block = slice(hundred(), CoapBlock{1, false, 2}, 1);
  EXPECT_EQ(block.block2, (CoapBlock{2, true, 1}));
}

TEST(FitUnproved, NeverSendsMoreThanThreeTimesWhatCame) {
  net::CoapRequest request;
  for (const std::size_t bytes : {4U, 8U, 21U, 50U, 1000U}) {
    request.bytes = bytes;
    for (const CoapReply& whole :
         {CoapReply{CoapCode::kContent, std::string(5000, 'x'), net::CoapFormat::kJson},
          CoapReply{CoapCode::kBadRequest, std::string(160, 'x')}, hundred()}) {
      const CoapReply cut = fit_unproved(whole, request);
      EXPECT_LE(message_bytes(cut, request.exchange) + kDatagramOverhead,
                kMaxAmplification * (bytes + kDatagramOverhead))
          << bytes;
      EXPECT_EQ(cut.code, whole.code);
    }
  }
}

}  // namespace
}  // namespace linli::drivers::coap
