#include <gtest/gtest.h>

#include "tests/story/coap/coap_site.hpp"

namespace linli::story {
namespace {

using net::CoapCode;
using Kind = CoapSent::Kind;

TEST(CoapCommand, IsNotifiedToTheDeviceThatObserves) {
  CoapSite site;
  site.observe();
  EXPECT_EQ(site.code(), CoapCode::kContent);
  EXPECT_EQ(site.sent.back().reply.payload, "{}");
  ASSERT_TRUE(site.sent.back().reply.observe.has_value());
  const auto registered = *site.sent.back().reply.observe;
  site.invoke("c1");
  ASSERT_EQ(site.kind(), Kind::kNotification);
  EXPECT_EQ(site.sent.back().exchange.token, "ob");
  EXPECT_EQ(site.sent.back().reply.payload,
            R"({"command":"c1","action":"unlock","input":{},"ttl_ms":10000})");
  EXPECT_GT(*site.sent.back().reply.observe, registered);
  EXPECT_EQ(site.sent.back().reply.max_age_s, 10U);
  EXPECT_TRUE(site.outcomes.empty());
}

TEST(CoapCommand, ToADeviceThatDoesNotObserveIsOfflineAtOnce) {
  CoapSite site;
  site.invoke("c1");
  ASSERT_EQ(site.outcomes.size(), 1U);
  EXPECT_EQ(site.outcomes[0].error().code, base::Code::kOffline);
  EXPECT_TRUE(site.sent.empty());
}

TEST(CoapCommand, GoesToTheNewestRegistrationOnly) {
  CoapSite site;
  site.observe(1, "old");
  site.observe(2, "new");
  site.invoke("c1");
  EXPECT_EQ(site.sent.back().exchange.session, 2U);
  EXPECT_EQ(site.sent.back().exchange.token, "new");
}

TEST(CoapCommand, IsOverForTheDriverWithTheDevicesAnswer) {
  CoapSite site;
  site.observe();
  site.invoke("c1");
  site.post("result", R"({"command":"c1","ok":true})");
  EXPECT_EQ(site.code(), CoapCode::kChanged);
  ASSERT_EQ(site.outcomes.size(), 1U);
  EXPECT_TRUE(site.outcomes[0]->answer_follows);
}

TEST(CoapCommand, WithoutAnAnswerIsLeftToTheLedgerWhenItsTimeIsOver) {
  CoapSite site;
  site.observe();
  site.invoke("c1", std::chrono::seconds(3));
  site.house.loop.run_for(std::chrono::seconds(3));
  ASSERT_EQ(site.outcomes.size(), 1U);
  EXPECT_TRUE(site.outcomes[0]->answer_follows);
}

TEST(CoapCommand, ThatTheDeviceResetsWasNotExecutedAndEndsItsObservation) {
  CoapSite site;
  site.observe();
  site.invoke("c1");
  site.driver.on_undelivered(1, site.sent.back().exchange.message_id, true);
  site.house.loop.run_ready();
  ASSERT_EQ(site.outcomes.size(), 1U);
  EXPECT_EQ(site.outcomes[0].error().code, base::Code::kRefused);
  EXPECT_EQ(site.driver.status().observations, 0U);
}

TEST(CoapCommand, ThatWasNotAcknowledgedMayHaveMovedTheDevice) {
  CoapSite site;
  site.observe();
  site.invoke("c1");
  site.driver.on_undelivered(1, site.sent.back().exchange.message_id, false);
  site.house.loop.run_ready();
  ASSERT_EQ(site.outcomes.size(), 1U);
  EXPECT_EQ(site.outcomes[0].error().code, base::Code::kTimeout);
}

TEST(CoapCommand, IsNotToldAgainToADeviceThatRegistersAgain) {
  CoapSite site;
  site.observe();
  site.invoke("c1");
  site.observe(2, "again");
  EXPECT_EQ(site.sent.back().reply.payload, "{}");
}

TEST(CoapCommand, IsInCborForADeviceThatRegisteredSo) {
  CoapSite site;
  auto get = site.request(net::CoapMethod::kGet, "command");
  get.observe = 0;
  get.accept = 60;
  site.send(get);
  site.invoke("c1");
  EXPECT_EQ(site.sent.back().reply.format, net::CoapFormat::kCbor);
}

TEST(CoapCommand, LargerThanABlockIsFetchedInBlocks) {
  CoapSite site;
  site.observe();
  const std::string input = R"({"text":")" + std::string(1500, 'x') + R"("})";
  site.driver.invoke({domain::CommandId::parse("c1").value(),
                      domain::DeviceId::parse("door1").value(), 0, input, std::chrono::seconds(10)},
                     [](const base::Result<ports::ActionReply>&) {});
  const auto first = site.sent.back().reply;
  ASSERT_EQ(first.block2, (net::CoapBlock{0, true, 6}));
  auto rest = site.request(net::CoapMethod::kGet, "command");
  rest.block2 = net::CoapBlock{1, false, 6};
  site.send(rest);
  EXPECT_EQ(site.sent.back().reply.etag, first.etag);
  EXPECT_EQ((first.payload + site.sent.back().reply.payload).size(),
            std::string(R"({"command":"c1","action":"unlock","input":,"ttl_ms":10000})").size() +
                input.size());
}

TEST(CoapObservation, EndsByTheDevicesWordOrWithItsAssociation) {
  CoapSite site;
  site.observe();
  auto cancel = site.request(net::CoapMethod::kGet, "command");
  cancel.exchange.token = "ob";
  cancel.observe = 1;
  site.send(cancel);
  EXPECT_EQ(site.driver.status().observations, 0U);
  EXPECT_FALSE(site.sent.back().reply.observe.has_value());
  site.observe();
  site.driver.on_session_end(1);
  EXPECT_EQ(site.driver.status().observations, 0U);
}

TEST(CoapObservation, OfARemovedDeviceIsGoneAndItsCommandFails) {
  CoapSite site;
  site.observe();
  site.invoke("c1");
  site.driver.detach(domain::DeviceId::parse("door1").value());
  site.house.loop.run_ready();
  ASSERT_EQ(site.outcomes.size(), 1U);
  EXPECT_EQ(site.outcomes[0].error().code, base::Code::kNotFound);
  EXPECT_EQ(site.driver.status().observations, 0U);
}

}  // namespace
}  // namespace linli::story
