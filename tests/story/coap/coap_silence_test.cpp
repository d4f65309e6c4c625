#include <gtest/gtest.h>

#include "tests/story/coap/coap_site.hpp"

namespace linli::story {
namespace {

using drivers::coap::CoapDriver;
using drivers::coap::SilenceWatch;
using net::CoapCode;
using net::CoapMethod;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// The heartbeat of the test's model is ten minutes.
constexpr base::Duration kLimit = minutes(30);
constexpr base::Duration kTick = std::chrono::milliseconds(1);
constexpr base::Duration kRenewalLimit = 3 * seconds(CoapDriver::kObserveMaxAgeS);
const std::string kSmoke = R"({"event":"smoke"})";

std::shared_ptr<const domain::Profile> profile_with(base::Duration heartbeat) {
  auto profile = std::make_shared<domain::Profile>(*test_profile());
  profile->properties[0].heartbeat = heartbeat;
  return profile;
}

// Not a moment before, and then it is told. `told`: what the platform has heard of it.
void expect_offline_after(CoapSite& site, base::Duration silence, const std::string& told = "+") {
  site.house.loop.run_for(silence - kTick);
  EXPECT_EQ(site.presences(), told);
  site.house.loop.run_for(kTick);
  EXPECT_EQ(site.presences(), told + "-");
}

TEST(CoapSilence, OfThreeHeartbeatsMakesADeviceOffline) {
  CoapSite site;
  site.post("event", kSmoke);
  expect_offline_after(site, kLimit);
  site.house.loop.run_for(hours(100));
  EXPECT_EQ(site.presences(), "+-") << "it is told once";
}

TEST(CoapSilence, IsBrokenByAnyMessage) {
  CoapSite site;
  const auto says_at_the_last_moment = [&site](net::CoapRequest message) {
    site.house.loop.run_for(kLimit - kTick);
    site.send(std::move(message));
  };
  site.post("event", kSmoke);
  says_at_the_last_moment(site.request(CoapMethod::kGet, "time"));
  says_at_the_last_moment(site.request(CoapMethod::kPost, "event", "nonsense"));
  says_at_the_last_moment(site.request(CoapMethod::kPost, "nothing", "{}"));
  says_at_the_last_moment(site.request(CoapMethod::kPost, "event", kSmoke));
  expect_offline_after(site, kLimit);
}

TEST(CoapSilence, IsNotThatOfASensorThatMissesTwoOfItsHeartbeats) {
  CoapSite site({}, profile_with(hours(24)));
  for (int day = 0; day < 30; ++day) {
    if (day % 3 == 0) site.post("properties", R"({"properties":{"level":1}})");
    site.house.loop.run_for(hours(24) - seconds(day % 3 == 2 ? 1 : 0));
  }
  EXPECT_EQ(site.presences(), "+");
}

TEST(CoapSilence, IsNeverShorterThanADeviceNeedsToRepeatAMessage) {
  CoapSite site({}, profile_with(seconds(5)));
  site.post("event", kSmoke);
  expect_offline_after(site, SilenceWatch::kShortestSilence);
}

TEST(CoapSilence, WithoutAHeartbeatIsThatOfTheConfiguration) {
  CoapSite site({}, profile_with(seconds(0)), hours(72));
  site.post("event", kSmoke);
  expect_offline_after(site, hours(72));
}

TEST(CoapSilence, OfNoLimitLastsForEver) {
  CoapSite site({}, profile_with(seconds(0)), seconds(0));
  site.post("event", kSmoke);
  site.house.loop.run_for(hours(24 * 365));
  EXPECT_EQ(site.presences(), "+");
}

TEST(CoapSilence, EndsWithTheNextMessageWhateverItIs) {
  const std::string repeated = R"({"id":"m1","event":"smoke"})";
  CoapSite site;
  const std::vector<net::CoapRequest> messages{site.request(CoapMethod::kPost, "event", kSmoke),
                                               site.request(CoapMethod::kGet, "time"),
                                               site.request(CoapMethod::kPost, "event", "nonsense"),
                                               site.request(CoapMethod::kPost, "event", repeated)};
  std::string told = "+";
  site.post("event", repeated);
  for (const net::CoapRequest& message : messages) {
    site.house.loop.run_for(kLimit);
    EXPECT_EQ(site.presences(), told += '-');
    site.send(message);
    EXPECT_EQ(site.presences(), told += '+') << message.payload;
  }
  EXPECT_EQ(site.alarms(), 2U) << "the repeat is one event";
}

TEST(CoapSilence, OfWhoAsksForCommandsAgainAndAgainIsThreeOfThoseTimes) {
  CoapSite site;
  site.observe();
  EXPECT_EQ(site.presences(), "+");
  for (int i = 0; i < 100; ++i) {
    site.house.loop.run_for(seconds(CoapDriver::kObserveMaxAgeS));
    site.observe();
  }
  expect_offline_after(site, kRenewalLimit);
  site.observe();
  EXPECT_EQ(site.presences(), "+-+");
}

TEST(CoapSilence, OfWhoAskedForCommandsOnceIsThatOfItsModelHoweverOftenItRepeatsThat) {
  CoapSite site;
  site.observe();
  site.house.loop.run_for(SilenceWatch::kMaybeRepeat);
  site.observe();
  site.house.loop.run_for(kLimit - kTick);
  EXPECT_EQ(site.presences(), "+");
}

TEST(CoapSilence, OfWhoAskedForCommandsAgainAfterALongTimeIsThatOfItsModel) {
  CoapSite site;
  site.observe();
  site.house.loop.run_for(kRenewalLimit + seconds(1));
  site.observe();
  site.house.loop.run_for(kLimit - kTick);
  EXPECT_EQ(site.presences(), "+");
}

class CoapRenewal : public testing::Test {
 protected:
  CoapRenewal() {
    site.observe();
    site.house.loop.run_for(seconds(CoapDriver::kObserveMaxAgeS));
    site.observe();
  }
  CoapSite site;
};

TEST_F(CoapRenewal, IsNotExpectedOnAnotherAssociation) {
  auto event = site.request(CoapMethod::kPost, "event", kSmoke);
  event.exchange.session = 2;
  site.send(event);
  expect_offline_after(site, kLimit);
}

TEST_F(CoapRenewal, IsNotExpectedAfterItWasCancelled) {
  auto cancel = site.request(CoapMethod::kGet, "command");
  cancel.exchange.token = "ob";
  cancel.observe = 1;
  site.send(cancel);
  expect_offline_after(site, kLimit);
}

TEST_F(CoapRenewal, IsNotExpectedOfWhoRefusesACommand) {
  site.invoke("c1");
  site.driver.on_undelivered(1, site.sent.back().exchange.message_id, true);
  expect_offline_after(site, kLimit);
}

TEST_F(CoapRenewal, IsStillExpectedOfWhoDidNotHearACommand) {
  site.invoke("c1");
  site.driver.on_undelivered(1, site.sent.back().exchange.message_id, false);
  site.house.loop.run_for(kRenewalLimit);
  EXPECT_EQ(site.presences(), "+-");
}

TEST(CoapGoodbye, IsNotTakenBackByAskingButByAReport) {
  CoapSite site;
  site.post("event", kSmoke);
  site.send(site.request(CoapMethod::kDelete, "presence"));
  EXPECT_EQ(site.presences(), "+-");
  auto cancel = site.request(CoapMethod::kGet, "command");
  cancel.observe = 1;
  site.send(cancel);
  site.house.loop.run_for(kLimit);
  EXPECT_EQ(site.presences(), "+-");
  site.post("event", kSmoke);
  EXPECT_EQ(site.presences(), "+-+");
  site.house.loop.run_for(kLimit);
  EXPECT_EQ(site.presences(), "+-+-");
}

TEST(CoapGoodbye, IsTakenBackByARegistrationForCommands) {
  CoapSite site;
  site.post("presence", R"({"online":false})");
  EXPECT_EQ(site.presences(), "-");
  site.observe();
  EXPECT_EQ(site.presences(), "-+");
}

TEST(CoapGoodbye, ThatCouldNotBeStoredIsNone) {
  CoapSite site;
  site.post("event", kSmoke);
  site.house.store.fail_next(1, base::Code::kInternal);
  site.send(site.request(CoapMethod::kDelete, "presence"));
  EXPECT_EQ(site.code(), CoapCode::kUnavailable);
  EXPECT_EQ(site.presences(), "+");
  site.house.loop.run_for(kLimit);
  EXPECT_EQ(site.presences(), "+-");
}

TEST(CoapGoodbye, IsTakenBackByTheMessageRightBehindIt) {
  CoapSite site;
  site.post("event", kSmoke);
  site.house.store.hold();
  site.send(site.request(CoapMethod::kDelete, "presence"));
  site.post("event", kSmoke);
  site.house.store.release();
  site.house.loop.run_ready();
  EXPECT_EQ(site.presences(), "+-+");
  site.house.loop.run_for(kLimit);
  EXPECT_EQ(site.presences(), "+-+-");
}

TEST(CoapSilence, IsToldAgainIfItCouldNotBeStored) {
  CoapSite site;
  site.post("event", kSmoke);
  site.house.store.fail_next(1, base::Code::kInternal);
  site.house.loop.run_for(kLimit);
  EXPECT_EQ(site.presences(), "+");
  site.house.loop.run_for(SilenceWatch::kStoreAgain);
  EXPECT_EQ(site.presences(), "+-");
}

TEST(CoapSilence, WhoseEndCouldNotBeStoredEndsWithTheMessageAfterIt) {
  CoapSite site;
  for (const char* name : {"time", "event"}) {
    site.house.loop.run_for(kLimit);
    const auto method = name == std::string("time") ? CoapMethod::kGet : CoapMethod::kPost;
    site.house.store.fail_next(1, base::Code::kInternal);
    site.send(site.request(method, name, kSmoke));
    EXPECT_EQ(site.presences().back(), '-') << name;
    site.send(site.request(CoapMethod::kGet, "time"));
    EXPECT_EQ(site.presences().back(), '+') << name;
  }
}

TEST(CoapSilence, BeginsWhenTheGatewayDoes) {
  CoapSite site;
  EXPECT_FALSE(site.house.devices->find(domain::DeviceId::parse("door1").value())->presence);
  expect_offline_after(site, kLimit, "");
}

TEST(CoapSilence, OfADeviceThatIsRemovedIsNobodys) {
  CoapSite site;
  site.post("event", kSmoke);
  site.driver.detach(domain::DeviceId::parse("door1").value());
  site.house.loop.run_for(kLimit);
  EXPECT_EQ(site.presences(), "+");
}

TEST(CoapSilence, BeginsAnewWhenTheDeviceIsReplaced) {
  CoapSite site;
  site.post("event", kSmoke);
  site.house.loop.run_for(kLimit - kTick);
  ASSERT_TRUE(
      site.driver.attach(domain::DeviceId::parse("door1").value(), test_profile(), "").has_value());
  expect_offline_after(site, kLimit);
}

}  // namespace
}  // namespace linli::story
