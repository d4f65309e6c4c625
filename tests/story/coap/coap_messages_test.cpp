#include <gtest/gtest.h>

#include "tests/story/coap/coap_site.hpp"

namespace linli::story {
namespace {

using drivers::coap::CoapDriver;
using net::CoapCode;
using net::CoapMethod;
using Kind = CoapSent::Kind;

const std::string kSmoke = R"({"id":"m1","event":"smoke"})";

TEST(CoapMessage, IsAnsweredAfterItsCommitAndNotBefore) {
  CoapSite site;
  site.house.store.hold();
  site.post("event", kSmoke);
  EXPECT_TRUE(site.sent.empty());
  site.house.store.release();
  site.house.loop.run_ready();
  ASSERT_EQ(site.sent.size(), 1U);
  EXPECT_EQ(site.kind(), Kind::kReply);
  EXPECT_EQ(site.code(), CoapCode::kChanged);
  EXPECT_EQ(site.alarms(), 1U);
}

TEST(CoapMessage, IsAcknowledgedEmptyWhenTheCommitTakesLongAndAnsweredSeparately) {
  CoapSite site;
  site.house.store.hold();
  site.post("event", kSmoke);
  site.house.loop.run_for(CoapDriver::kAckHold);
  ASSERT_EQ(site.sent.size(), 1U);
  EXPECT_EQ(site.kind(), Kind::kAcknowledgement);
  site.house.store.release();
  site.house.loop.run_ready();
  ASSERT_EQ(site.sent.size(), 2U);
  EXPECT_EQ(site.kind(), Kind::kSeparate);
  EXPECT_EQ(site.code(), CoapCode::kChanged);
  EXPECT_TRUE(site.sent.back().exchange.confirmable);
}

TEST(CoapMessage, ThatIsNotConfirmableIsNeverAcknowledgedEmpty) {
  CoapSite site;
  site.house.store.hold();
  auto reading = site.request(CoapMethod::kPost, "properties", R"({"properties":{"level":1}})");
  reading.exchange.confirmable = false;
  site.send(reading);
  site.house.loop.run_for(std::chrono::seconds(5));
  EXPECT_TRUE(site.sent.empty());
  site.house.store.release();
  site.house.loop.run_ready();
  EXPECT_EQ(site.kind(), Kind::kReply);
}

TEST(CoapMessage, RepeatedBeforeItsCommitIsTakenOnceAndOnlyAcknowledged) {
  CoapSite site;
  site.house.store.hold();
  const auto event = site.request(CoapMethod::kPost, "event", R"({"event":"smoke"})");
  site.send(event);
  site.send(event);
  ASSERT_EQ(site.sent.size(), 1U);
  EXPECT_EQ(site.kind(), Kind::kAcknowledgement);
  site.house.store.release();
  site.house.loop.run_ready();
  EXPECT_EQ(site.alarms(), 1U);
  EXPECT_EQ(site.driver.status().counts.repeats, 1U);
}

TEST(CoapMessage, RepeatedAfterItsReplyGetsTheSameReplyAndIsOneEvent) {
  CoapSite site;
  const auto event = site.request(CoapMethod::kPost, "event", R"({"event":"smoke"})");
  site.send(event);
  site.send(event);
  ASSERT_EQ(site.sent.size(), 2U);
  EXPECT_EQ(site.sent[0].reply, site.sent[1].reply);
  EXPECT_EQ(site.alarms(), 1U);
}

TEST(CoapMessage, WithTheSameIdInANewMessageIsOneEventAndAnsweredAgain) {
  CoapSite site;
  site.post("event", kSmoke);
  site.post("event", kSmoke);
  ASSERT_EQ(site.sent.size(), 2U);
  EXPECT_EQ(site.code(), CoapCode::kChanged);
  EXPECT_EQ(site.alarms(), 1U);
}

TEST(CoapMessage, ThatCouldNotBeStoredIsNotTakenForStored) {
  CoapSite site;
  for (const auto& [code, pause] :
       {std::pair(base::Code::kFull, 30U), std::pair(base::Code::kInternal, 5U)}) {
    site.house.store.fail_next(1, code);
    site.post("event", kSmoke);
    EXPECT_EQ(site.code(), CoapCode::kUnavailable);
    EXPECT_EQ(site.sent.back().reply.max_age_s, pause);
  }
  site.post("event", kSmoke);
  EXPECT_EQ(site.code(), CoapCode::kChanged);
  EXPECT_EQ(site.alarms(), 1U);
}

TEST(CoapMessage, OfADeviceThatFloodsIs429) {
  CoapSite site;
  site.house.intake->set_limits({.messages_per_second = 1});
  const std::string reading = R"({"properties":{"level":1}})";
  site.post("properties", reading);
  EXPECT_EQ(site.code(), CoapCode::kChanged);
  site.post("properties", reading);
  EXPECT_EQ(site.code(), CoapCode::kTooManyRequests);
}

TEST(CoapMessage, BeyondWhatMayWaitIsTurnedAway) {
  CoapSite site;
  site.house.store.hold();
  for (std::size_t i = 0; i < CoapDriver::kMaxWaiting; ++i)
    site.post("properties", R"({"properties":{"level":1}})");
  EXPECT_TRUE(site.sent.empty());
  site.post("event", kSmoke);
  EXPECT_EQ(site.code(), CoapCode::kUnavailable);
}

TEST(CoapMessage, SeparateRepliesThatNobodyAcknowledgesBecomeNonConfirmable) {
  CoapSite site;
  site.house.store.hold();
  for (int i = 0; i <= CoapDriver::kMaxSeparate; ++i)
    site.post("properties", R"({"properties":{"level":1}})");
  site.house.loop.run_for(CoapDriver::kAckHold);
  site.house.store.release();
  site.house.loop.run_ready();
  int confirmable = 0;
  for (const CoapSent& one : site.sent)
    confirmable += one.kind == Kind::kSeparate && one.exchange.confirmable ? 1 : 0;
  EXPECT_EQ(confirmable, CoapDriver::kMaxSeparate);
  EXPECT_FALSE(site.sent.back().exchange.confirmable);
}

TEST(CoapMessage, ComesFromTheKeysDeviceWhateverItSays) {
  CoapSite site;
  auto event = site.request(CoapMethod::kPost, "event", kSmoke);
  event.identity = "door2";
  site.send(event);
  EXPECT_EQ(site.code(), CoapCode::kUnauthorized);
  EXPECT_EQ(site.driver.status().counts.strangers, 1U);
  EXPECT_EQ(site.alarms(), 0U);
}

TEST(CoapMessage, OfADetachedDeviceIs401) {
  CoapSite site;
  site.driver.detach(domain::DeviceId::parse("door1").value());
  site.post("event", kSmoke);
  EXPECT_EQ(site.code(), CoapCode::kUnauthorized);
}

TEST(CoapMessage, InBlocksIsOneReportWithTheLastBlock) {
  CoapSite site;
  const std::string payload = R"({"properties":{"level":1.5}})";
  auto first = site.request(CoapMethod::kPost, "properties", payload.substr(0, 16));
  first.block1 = net::CoapBlock{0, true, 0};
  site.send(first);
  EXPECT_EQ(site.code(), CoapCode::kContinue);
  auto last = site.request(CoapMethod::kPost, "properties", payload.substr(16));
  last.block1 = net::CoapBlock{1, false, 0};
  site.send(last);
  EXPECT_EQ(site.code(), CoapCode::kChanged);
  EXPECT_EQ(site.sent.back().reply.block1, last.block1);
  EXPECT_EQ(site.house.stored(domain::Stream::kTelemetry).size(), 2U);  // presence and the reading
}

TEST(CoapMessage, ToWhatIsNotThereIs404AndWithABadOption402) {
  CoapSite site;
  site.post("nothing", "{}");
  EXPECT_EQ(site.code(), CoapCode::kNotFound);
  auto bad = site.request(CoapMethod::kPost, "event", kSmoke);
  bad.has_bad_option = true;
  site.send(bad);
  EXPECT_EQ(site.code(), CoapCode::kBadOption);
  EXPECT_EQ(site.alarms(), 0U);
}

class PlainCoap : public testing::Test {
 protected:
  PlainCoap() : site({base::Subnet::parse("10.0.0.0/24").value()}) {
    site.house.add_device("old1", test_profile());
  }
  net::CoapRequest plain(const std::string& address) {
    auto request = site.request(CoapMethod::kPost, "event", kSmoke);
    request.identity.clear();
    request.address = address;
    return request;
  }
  base::Result<void> attach(const std::string& address) {
    return site.driver.attach(domain::DeviceId::parse("old1").value(), test_profile(), address);
  }
  CoapSite site;
};

TEST_F(PlainCoap, IsForTheAddressesOfRegisteredDevicesOnly) {
  site.send(plain("10.0.0.9"));
  EXPECT_EQ(site.code(), CoapCode::kUnauthorized);
  ASSERT_TRUE(attach("10.0.0.9").has_value());
  site.send(plain("10.0.0.9"));
  EXPECT_EQ(site.code(), CoapCode::kChanged);
  site.send(plain("10.0.0.8"));
  EXPECT_EQ(site.code(), CoapCode::kUnauthorized);
  EXPECT_EQ(site.driver.status().plain_devices, 1U);
}

TEST_F(PlainCoap, IsRefusedOutsideTheSubnetsOfTheConfiguration) {
  EXPECT_EQ(attach("10.0.1.9").error().code, base::Code::kDenied);
  EXPECT_EQ(attach("gate").error().code, base::Code::kInvalid);
}

TEST_F(PlainCoap, AnAddressBelongsToOneDevice) {
  ASSERT_TRUE(attach("10.0.0.9").has_value());
  const auto second =
      site.driver.attach(domain::DeviceId::parse("door1").value(), test_profile(), "10.0.0.9");
  EXPECT_EQ(second.error().code, base::Code::kConflict);
}

TEST_F(PlainCoap, GetsSmallBlocksWithoutHavingAskedForThem) {
  ASSERT_TRUE(attach("10.0.0.9").has_value());
  auto get = plain("10.0.0.9");
  get.method = CoapMethod::kGet;
  get.path = {"linli", "v1", "model"};
  get.bytes = 21;
  site.send(get);
  EXPECT_EQ(site.code(), CoapCode::kContent);
  ASSERT_TRUE(site.sent.back().reply.block2.has_value());
  EXPECT_LE(drivers::coap::message_bytes(site.sent.back().reply, get.exchange) + 28,
            3 * (21 + 28U));
}

TEST(CoapPorts, AreTriedAgainWhileTheyAreTaken) {
  CoapSite site;
  EXPECT_EQ(site.opened, 1);
  EXPECT_TRUE(site.driver.status().is_open);
  House house;
  bool is_free = false;
  std::vector<CoapSent> sent;
  drivers::coap::CoapDriver driver(
      house.loop, *house.intake, house.clock,
      CoapDriver::Dependencies{
          [&is_free, &sent]() -> base::Result<std::unique_ptr<net::CoapOutlet>> {
            if (!is_free) return base::fail(base::Code::kConflict, "taken");
            return std::make_unique<FakeOutlet>(sent);
          },
          {}});
  ASSERT_TRUE(driver.attach(domain::DeviceId::parse("d").value(), test_profile(), "").has_value());
  EXPECT_EQ(driver.status().last_error, "taken");
  is_free = true;
  house.loop.run_for(CoapDriver::kOpenAgain);
  EXPECT_TRUE(driver.status().is_open);
  EXPECT_EQ(driver.status().last_error, "");
}

TEST(CoapProfile, OfAForeignMqttDeviceIsNotServed) {
  CoapSite site;
  auto foreign = std::make_shared<domain::Profile>(*test_profile());
  foreign->up.emplace_back();
  const auto attached = site.driver.attach(domain::DeviceId::parse("shelly1").value(), foreign, "");
  EXPECT_EQ(attached.error().code, base::Code::kUnsupported);
}

}  // namespace
}  // namespace linli::story
