#include "firmware/platform/coap_upload.hpp"

#include <gtest/gtest.h>

namespace linli::platform {
namespace {

using net::CoapBlock;
using net::CoapCode;
using Step = CoapUpload::Step;

net::CoapOutgoing message_of(const CoapUpload& upload) {
  net::CoapOutgoing message;
  upload.fill(message);
  return message;
}

net::CoapResponse response(CoapCode code, std::optional<CoapBlock> block1 = std::nullopt) {
  net::CoapResponse made;
  made.code = code;
  made.block1 = block1;
  return made;
}

TEST(CoapUpload, SendsWhatFitsOneBlockWithoutBlocks) {
  CoapUpload upload(std::string(1024, 'x'));
  const auto message = message_of(upload);
  EXPECT_EQ(message.payload.size(), 1024U);
  EXPECT_FALSE(message.block1);
  EXPECT_EQ(upload.on_response(response(CoapCode::kChanged)), Step::kDone);
}

TEST(CoapUpload, SendsTheNextBlockOnlyAfterContinue) {
  CoapUpload upload(std::string(1024, 'a') + std::string(1024, 'b') + "c");
  EXPECT_EQ(message_of(upload).block1, (CoapBlock{0, true, 6}));
  EXPECT_EQ(message_of(upload).size1, 2049U);
  EXPECT_EQ(upload.on_response(response(CoapCode::kContinue, CoapBlock{0, true, 6})),
            Step::kSendNext);
  EXPECT_EQ(message_of(upload).block1, (CoapBlock{1, true, 6}));
  EXPECT_EQ(message_of(upload).payload, std::string(1024, 'b'));
  EXPECT_FALSE(message_of(upload).size1);
  EXPECT_EQ(upload.on_response(response(CoapCode::kContinue, CoapBlock{1, true, 6})),
            Step::kSendNext);
  EXPECT_EQ(message_of(upload).block1, (CoapBlock{2, false, 6}));
  EXPECT_EQ(message_of(upload).payload, "c");
  EXPECT_EQ(upload.on_response(response(CoapCode::kChanged, CoapBlock{2, false, 6})), Step::kDone);
}

// RFC 7959 §2.3, figure 8: 0/128 is answered with 32, and what follows is 4/32.
TEST(CoapUpload, GoesOnInTheSmallerBlocksThatTheReceiverWants) {
  CoapUpload upload(std::string(300, 'x'), 3);
  EXPECT_EQ(upload.on_response(response(CoapCode::kContinue, CoapBlock{0, true, 1})),
            Step::kSendNext);
  EXPECT_EQ(message_of(upload).block1, (CoapBlock{4, true, 1}));
  EXPECT_EQ(message_of(upload).payload.size(), 32U);
  EXPECT_EQ(upload.szx(), 1);
}

TEST(CoapUpload, BeginsAgainWhenTheBeginningWasLostButNotForEver) {
  CoapUpload upload(std::string(2000, 'x'));
  for (int i = 0; i < CoapUpload::kMaxRestarts; ++i) {
    ASSERT_EQ(upload.on_response(response(CoapCode::kContinue, CoapBlock{0, true, 6})),
              Step::kSendNext);
    ASSERT_EQ(upload.on_response(response(CoapCode::kIncomplete)), Step::kSendNext);
    ASSERT_EQ(message_of(upload).block1, (CoapBlock{0, true, 6}));
  }
  EXPECT_EQ(upload.on_response(response(CoapCode::kIncomplete)), Step::kFailed);
}

TEST(CoapUpload, TakesTooLargeWithASmallerBlockAsAWishForSuch) {
  CoapUpload upload(std::string(2000, 'x'));
  EXPECT_EQ(upload.on_response(response(CoapCode::kTooLarge, CoapBlock{0, true, 4})),
            Step::kSendNext);
  EXPECT_EQ(message_of(upload).block1, (CoapBlock{0, true, 4}));
  EXPECT_EQ(upload.on_response(response(CoapCode::kTooLarge)), Step::kFailed);
}

TEST(CoapUpload, BelievesNoSuccessBeforeTheLastBlock) {
  CoapUpload upload(std::string(2000, 'x'));
  EXPECT_EQ(upload.on_response(response(CoapCode::kChanged)), Step::kFailed);
}

TEST(CoapUpload, BelievesNoContinueThatIsNotForItsBlock) {
  CoapUpload upload(std::string(3000, 'x'));
  EXPECT_EQ(upload.on_response(response(CoapCode::kContinue)), Step::kFailed);
  EXPECT_EQ(upload.on_response(response(CoapCode::kContinue, CoapBlock{7, true, 6})),
            Step::kFailed);
  CoapUpload small("x");
  EXPECT_EQ(small.on_response(response(CoapCode::kContinue, CoapBlock{0, false, 6})),
            Step::kFailed);
}

TEST(CoapUpload, TellsAnErrorAsAFailure) {
  for (const auto code : {CoapCode::kBadRequest, CoapCode::kNotFound, CoapCode::kUnavailable,
                          CoapCode::kTooManyRequests, CoapCode::kInternal}) {
    CoapUpload upload("x");
    EXPECT_EQ(upload.on_response(response(code)), Step::kFailed) << net::to_string(code);
  }
}

}  // namespace
}  // namespace linli::platform
