#include "drivers/coap/message_bytes.hpp"

#include <gtest/gtest.h>

#include "firmware/base/bytes.hpp"

namespace linli::drivers::coap {
namespace {

// The messages of RFC 7252 appendix A, figure 16 and on.
TEST(MessageBytes, AreThoseOfTheStandardsExamples) {
  net::CoapRequest request;
  request.exchange.message_id = 0x7d34;
  request.exchange.confirmable = true;
  request.path = {"temperature"};
  EXPECT_EQ(base::to_hex(message_bytes(request)), "40017d34bb74656d7065726174757265");
  net::CoapReply reply;
  reply.code = net::CoapCode::kContent;
  reply.payload = "22.3 C";
  EXPECT_EQ(base::to_hex(message_bytes(CoapType::kAck, 0x7d34, "", reply)),
            "60457d34ff32322e332043");
}

TEST(MessageBytes, HaveTheirOptionsInOrderWithTheShortestNumbers) {
  net::CoapRequest request;
  request.exchange.message_id = 1;
  request.exchange.token = "t";
  request.method = net::CoapMethod::kPost;
  request.observe = 0;
  request.path = {"a", "b"};
  request.query = {"x=1"};
  request.content_format = 50;
  request.size1 = 300;
  request.exchange.no_response = 2;
  request.payload = "{}";
  // Observe 6, Uri-Path 11 twice, Content-Format 12, Uri-Query 15, Size1 60, No-Response 258.
  EXPECT_EQ(base::to_hex(message_bytes(request)),
            "5102000174"
            "60"
            "5161"
            "0162"
            "1132"
            "33783d31"
            "d220012c"
            "d1b902"
            "ff7b7d");
}

TEST(MessageBytes, CarryBlocksAndWhatIsEmpty) {
  net::CoapReply reply;
  reply.code = net::CoapCode::kContinue;
  reply.block1 = net::CoapBlock{2, true, 6};
  EXPECT_EQ(base::to_hex(message_bytes(CoapType::kAck, 2, "", reply)), "605f0002d10e2e");
  EXPECT_EQ(base::to_hex(empty_message(CoapType::kAck, 0x1234)), "60001234");
  EXPECT_EQ(base::to_hex(empty_message(CoapType::kRst, 0x1234)), "70001234");
}

TEST(MessageBytes, AreCalledByMethodAndPathOrByCode) {
  EXPECT_EQ(title_of(net::CoapMethod::kPost, {"linli", "v1", "event"}), "POST /linli/v1/event");
  EXPECT_EQ(title_of(net::CoapMethod::kGet, {}), "GET /");
  EXPECT_EQ(title_of(0x44), "2.04");
}

}  // namespace
}  // namespace linli::drivers::coap
