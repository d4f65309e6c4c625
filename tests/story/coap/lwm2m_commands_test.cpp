#include <gtest/gtest.h>

#include "firmware/base/bytes.hpp"
#include "tests/story/coap/lwm2m_site.hpp"

namespace linli::story {
namespace {

using base::Code;
using net::CoapMethod;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint8_t kChanged = 0x44;

TEST(Lwm2mCommand, IsAWriteOrAnExecuteAndConfirmedByTheDevicesAnswer) {
  Lwm2mSite site;
  site.settle_in();
  site.invoke("sound", R"({"on":true})");
  const auto write = site.calls().at(0);
  EXPECT_EQ(write.call.method, CoapMethod::kPut);
  EXPECT_EQ(write.call.path, (std::vector<std::string>{"3338", "0", "5850"}));
  EXPECT_EQ(write.call.format, net::CoapFormat::kTlv);
  EXPECT_EQ(base::to_hex(write.call.payload), "e116da01");
  EXPECT_TRUE(site.outcomes.empty());
  site.answer(write, "", std::nullopt, kChanged);
  ASSERT_EQ(site.outcomes.size(), 1U);
  EXPECT_FALSE(site.outcomes[0]->answer_follows);
  site.invoke("restart", "{}", seconds(60), "c2");
  const auto execute = site.calls().at(0);
  EXPECT_EQ(execute.call.method, CoapMethod::kPost);
  EXPECT_EQ(execute.call.payload, "");
}

TEST(Lwm2mCommand, ThatTheDeviceRefusesFailedWithItsWords) {
  Lwm2mSite site;
  site.settle_in();
  site.invoke("restart");
  site.answer(site.calls().at(0), "busy", std::nullopt, 0x85);
  ASSERT_EQ(site.outcomes.size(), 1U);
  EXPECT_EQ(site.outcomes[0].error().code, Code::kRefused);
  EXPECT_EQ(site.outcomes[0].error().what, "the device answered 4.05: busy");
}

TEST(Lwm2mCommand, ToADeviceThatIsNotRegisteredIsOfflineAtOnce) {
  Lwm2mSite site;
  site.invoke("restart");
  ASSERT_EQ(site.outcomes.size(), 1U);
  EXPECT_EQ(site.outcomes[0].error().code, Code::kOffline);
}

TEST(Lwm2mCommand, GoesBeforeTheResourcesThatAreStillToBeAskedFor) {
  Lwm2mSite site;
  site.register_device();
  ASSERT_EQ(site.calls().size(), 1U);
  site.invoke("restart");
  ASSERT_EQ(site.calls().size(), 1U) << "it does not wait for the answer to another call";
}

TEST(Lwm2mCommand, ThatWasNotAcknowledgedMayHaveMovedTheDevice) {
  Lwm2mSite site;
  site.settle_in();
  site.invoke("restart");
  site.driver.on_undelivered(1, site.sent.back().exchange.message_id, false);
  site.house.loop.run_ready();
  EXPECT_EQ(site.outcomes.at(0).error().code, Code::kTimeout);
}

TEST(Lwm2mCommand, ThatIsResetWasNotExecuted) {
  Lwm2mSite site;
  site.settle_in();
  site.invoke("restart");
  site.driver.on_undelivered(1, site.sent.back().exchange.message_id, true);
  site.house.loop.run_ready();
  EXPECT_EQ(site.outcomes.at(0).error().code, Code::kRefused);
}

TEST(Lwm2mCommand, ThatIsNotAnsweredInItsTimeIsUnconfirmedAndALateAnswerIsPassedOver) {
  Lwm2mSite site;
  site.settle_in();
  site.invoke("restart", "{}", seconds(3));
  const auto call = site.calls().at(0);
  site.house.loop.run_for(seconds(3));
  EXPECT_EQ(site.outcomes.at(0).error().code, Code::kTimeout);
  const auto before = site.sent.size();
  site.answer(call, "", std::nullopt, kChanged);
  EXPECT_EQ(site.outcomes.size(), 1U);
  EXPECT_EQ(site.sent.size(), before);
}

TEST(Lwm2mQueueMode, KeepsACommandUntilTheDeviceIsHeard) {
  Lwm2mSite site;
  site.settle_in({"lt=300", "Q"});
  site.house.loop.run_for(drivers::coap::Lwm2mPeer::kAwake);
  site.invoke("restart", "{}", seconds(60));
  EXPECT_TRUE(site.calls().empty());
  site.house.loop.run_for(seconds(30));
  site.update();
  const auto call = site.calls();
  ASSERT_GE(call.size(), 1U);
  EXPECT_EQ(call[0].call.method, CoapMethod::kPost);
  site.answer(call[0], "", std::nullopt, kChanged);
  EXPECT_TRUE(site.outcomes.at(0).has_value());
}

TEST(Lwm2mQueueMode, SendsToADeviceThatIsStillAwake) {
  Lwm2mSite site;
  site.settle_in({"lt=300", "Q"});
  site.house.loop.run_for(drivers::coap::Lwm2mPeer::kAwake - milliseconds(1));
  site.invoke("restart");
  EXPECT_EQ(site.calls().size(), 1U);
}

TEST(Lwm2mQueueMode, SendsNoCommandWhoseTimeIsOver) {
  Lwm2mSite site;
  site.settle_in({"lt=300", "Q"});
  site.house.loop.run_for(seconds(5));
  site.invoke("restart", "{}", seconds(10));
  site.house.loop.run_for(seconds(10));
  ASSERT_EQ(site.outcomes.size(), 1U);
  EXPECT_EQ(site.outcomes[0].error().code, Code::kOffline);
  site.update();
  for (const auto& call : site.calls()) EXPECT_NE(call.call.method, CoapMethod::kPost);
}

TEST(Lwm2mQueueMode, KeepsACommandAcrossANewRegistration) {
  Lwm2mSite site;
  site.settle_in({"lt=300", "Q"});
  site.house.loop.run_for(seconds(5));
  site.invoke("restart");
  site.register_device({"lt=300", "Q"});
  EXPECT_EQ(site.calls().at(0).call.method, CoapMethod::kPost);
  EXPECT_TRUE(site.outcomes.empty());
}

TEST(Lwm2mQueueMode, HasRoomForSoManyCommands) {
  Lwm2mSite site;
  site.settle_in({"lt=300", "Q"});
  site.house.loop.run_for(seconds(5));
  for (std::size_t i = 0; i <= drivers::coap::Lwm2mPeer::kMaxCommands; ++i)
    site.invoke("restart", "{}", seconds(60), "c" + std::to_string(i));
  ASSERT_EQ(site.outcomes.size(), 1U);
  EXPECT_EQ(site.outcomes[0].error().code, Code::kRefused);
}

TEST(Lwm2mQueueMode, GivesBackWhatWaitsWhenTheRegistrationEnds) {
  Lwm2mSite site;
  site.settle_in({"lt=20", "Q"});
  site.house.loop.run_for(seconds(5));
  site.invoke("restart");
  site.house.loop.run_for(seconds(35));  // an update may be late
  ASSERT_EQ(site.outcomes.size(), 1U);
  EXPECT_EQ(site.outcomes[0].error().code, Code::kOffline);
}

}  // namespace
}  // namespace linli::story
