#include <gtest/gtest.h>

#include "firmware/base/log.hpp"
#include "tests/story/coap/lwm2m_site.hpp"

namespace linli::story {
namespace {

using drivers::coap::Lwm2mServer;
using Kind = CoapSent::Kind;
using std::chrono::seconds;

TEST(Lwm2mObservation, IsAskedForEachResourceOneAfterTheOther) {
  Lwm2mSite site;
  site.register_device();
  auto first = site.calls();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].call.path, (std::vector<std::string>{"3302", "0", "5500"}));
  EXPECT_EQ(first[0].call.observe, 0U);
  EXPECT_EQ(first[0].call.accept, net::CoapFormat::kTlv);
  site.answer(first[0], "0", 1);
  auto second = site.calls();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].call.path, (std::vector<std::string>{"3303", "0", "5700"}));
  site.answer(second[0], "20.5", 1);
  EXPECT_TRUE(site.calls().empty());
  EXPECT_EQ(site.last_telemetry(), R"({"properties":{"temperature":20.5}})");
  EXPECT_EQ(site.driver.status().lwm2m.observed, 2U);
}

TEST(Lwm2mObservation, IsInSenmlForADeviceThatSaysSoAndBelowItsRoot) {
  Lwm2mSite site;
  site.register_device({}, R"(</lw>;rt="oma.lwm2m";ct=110,</lw/3302/0>)");
  const auto call = site.calls().at(0).call;
  EXPECT_EQ(call.accept, net::CoapFormat::kSenmlJson);
  EXPECT_EQ(call.path, (std::vector<std::string>{"lw", "3302", "0", "5500"}));
}

TEST(Lwm2mObservation, IsInTheDevicesFormatIfItDoesNotHaveOurs) {
  Lwm2mSite site;
  site.register_device();
  site.answer(site.calls().at(0), "", std::nullopt, 0x86);
  const auto again = site.calls().at(0);
  EXPECT_EQ(again.call.path.back(), "5500");
  EXPECT_FALSE(again.call.accept.has_value());
  site.answer(again, "", std::nullopt, 0x86);
  EXPECT_EQ(site.calls().at(0).call.path.back(), "5700") << "it is not asked a third time";
}

TEST(Lwm2mObservation, OfWhatTheDeviceDoesNotHaveIsNotAsked) {
  Lwm2mSite site;
  site.register_device({}, "</3/0>,</3303/0>");
  const auto open = site.calls();
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].call.path.back(), "5700");
}

TEST(Lwm2mNotification, IsAcknowledgedAfterItsCommitAndNotBefore) {
  Lwm2mSite site;
  site.settle_in();
  site.house.store.hold();
  const auto before = site.sent.size();
  site.notify(site.observation("5500"), "1", 2);
  EXPECT_EQ(site.sent.size(), before);
  site.house.store.release();
  site.house.loop.run_ready();
  ASSERT_EQ(site.sent.size(), before + 1);
  EXPECT_EQ(site.sent.back().kind, Kind::kAcknowledgement);
  EXPECT_EQ(site.alarms(), 1U);
}

TEST(Lwm2mNotification, ThatIsNotConfirmableIsTakenAndNotAcknowledged) {
  Lwm2mSite site;
  site.settle_in();
  const auto before = site.sent.size();
  site.notify(site.observation("5700"), "33", 2, false);
  EXPECT_EQ(site.sent.size(), before);
  EXPECT_EQ(site.last_telemetry(), R"({"properties":{"temperature":33}})");
}

TEST(Lwm2mNotification, WithAnAlarmThatIsNotConfirmableIsTakenAndCounted) {
  Lwm2mSite site;
  site.settle_in();
  site.notify(site.observation("5500"), "1", 2, false);
  EXPECT_EQ(site.alarms(), 1U);
  EXPECT_EQ(site.driver.status().lwm2m.unconfirmed_alarms, 1U);
  site.notify(site.observation("5500"), "0", 3, false);
  site.notify(site.observation("5700"), "30", 2, false);
  EXPECT_EQ(site.driver.status().lwm2m.unconfirmed_alarms, 1U) << "these are none";
  site.notify(site.observation("5500"), "1", 4);
  EXPECT_EQ(site.alarms(), 2U);
  EXPECT_EQ(site.driver.status().lwm2m.unconfirmed_alarms, 1U) << "that one was confirmable";
}

TEST(Lwm2mNotification, WithAnAlarmThatIsNotConfirmableIsWarnedOfOnceADeviceAndHour) {
  Lwm2mSite site;
  site.settle_in();
  std::vector<std::string> warnings;
  base::log::set_sink([&warnings](base::log::Level, std::string_view, std::string_view line) {
    if (line.find("non-confirmable") != std::string_view::npos) warnings.emplace_back(line);
  });
  std::uint32_t observe = 2;
  const auto alarm = [&site, &observe] {
    site.notify(site.observation("5500"), "1", observe++, false);
    site.notify(site.observation("5500"), "0", observe++, false);
  };
  for (int i = 0; i < 3; ++i) alarm();
  EXPECT_EQ(warnings.size(), 1U);
  site.house.loop.run_for(Lwm2mServer::kWarnAgain);
  alarm();
  base::log::set_sink(nullptr);
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_NE(warnings[1].find("buzz1"), std::string::npos);
}

TEST(Lwm2mAnswer, ThatWasAskedForIsNoAlarmThatMayBeLost) {
  Lwm2mSite site;
  site.register_device();
  site.answer(site.calls().at(0), "1", 1);
  EXPECT_EQ(site.alarms(), 1U);
  EXPECT_EQ(site.driver.status().lwm2m.unconfirmed_alarms, 0U);
}

TEST(Lwm2mNotification, ThatCouldNotBeStoredIsNotAcknowledgedAndAskedForAgain) {
  Lwm2mSite site;
  site.settle_in();
  site.house.store.fail_next(1, base::Code::kInternal);
  const auto before = site.sent.size();
  site.notify(site.observation("5500"), "1", 2);
  EXPECT_EQ(site.sent.size(), before);
  site.house.loop.run_for(Lwm2mServer::kStoreAgain);
  const auto again = site.calls();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].call.path.back(), "5500");
  EXPECT_EQ(site.alarms(), 0U);
  site.answer(again[0], "1", 3);
  EXPECT_EQ(site.alarms(), 1U) << "its event is not lost";
}

TEST(Lwm2mNotification, OfAnOlderStateIsAcknowledgedAndPassedOver) {
  Lwm2mSite site;
  site.settle_in();
  site.notify(site.observation("5700"), "30", 9);
  site.notify(site.observation("5700"), "25", 8);
  EXPECT_EQ(site.sent.back().kind, Kind::kAcknowledgement);
  EXPECT_EQ(site.last_telemetry(), R"({"properties":{"temperature":30}})");
  EXPECT_EQ(site.driver.status().lwm2m.stale, 1U);
  site.house.loop.run_for(seconds(129));
  site.notify(site.observation("5700"), "25", 8);
  EXPECT_EQ(site.last_telemetry(), R"({"properties":{"temperature":25}})");
}

TEST(Lwm2mNotification, OfNobodysObservationIsReset) {
  Lwm2mSite site;
  site.settle_in();
  CoapSent stranger = site.observation("5500");
  stranger.exchange.token = "other";
  site.notify(stranger, "1", 2);
  EXPECT_EQ(site.sent.back().kind, Kind::kReset);
  EXPECT_EQ(site.alarms(), 0U);
  EXPECT_EQ(site.driver.status().lwm2m.strays, 1U);
}

TEST(Lwm2mNotification, OfAnEarlierRegistrationIsReset) {
  Lwm2mSite site;
  site.settle_in();
  const CoapSent old = site.observation("5500");
  site.settle_in();
  site.notify(old, "1", 2);
  EXPECT_EQ(site.sent.back().kind, Kind::kReset);
}

TEST(Lwm2mNotification, ThatIsWrongIsRejectedAsAWholeAndAcknowledged) {
  Lwm2mSite site;
  site.settle_in();
  site.notify(site.observation("5700"), "200", 2);
  EXPECT_EQ(site.sent.back().kind, Kind::kAcknowledgement);
  EXPECT_EQ(site.last_telemetry(),
            R"({"reason":"/3303/0/5700: temperature: expected a number of at most 100, found 200",)"
            R"("rejected_in_all":1})");
}

TEST(Lwm2mEvent, IsOneWhileItsStateIsNotifiedAgainAndWhenTheDeviceRegistersAnew) {
  Lwm2mSite site;
  site.settle_in();
  site.notify(site.observation("5500"), "1", 2);
  site.notify(site.observation("5500"), "1", 3);
  EXPECT_EQ(site.alarms(), 1U);
  site.register_device();
  site.answer(site.calls().at(0), "1", 1);
  EXPECT_EQ(site.alarms(), 1U);
  site.notify(site.observation("5500"), "0", 2);
  site.notify(site.observation("5500"), "1", 3);
  EXPECT_EQ(site.alarms(), 2U);
}

TEST(Lwm2mResource, ThatCannotBeObservedIsReadWithEachUpdate) {
  Lwm2mSite site;
  site.register_device({}, "</3303/0>");
  site.answer(site.calls().at(0), "20");
  EXPECT_EQ(site.driver.status().lwm2m.observed, 0U);
  site.update();
  const auto again = site.calls();
  ASSERT_EQ(again.size(), 1U);
  site.answer(again[0], "25");
  EXPECT_EQ(site.last_telemetry(), R"({"properties":{"temperature":25}})");
}

TEST(Lwm2mResource, ThatWasSilentSinceTheLastUpdateIsAskedAnew) {
  Lwm2mSite site;
  site.settle_in();
  site.update();
  EXPECT_TRUE(site.calls().empty()) << "both were heard since the device registered";
  site.notify(site.observation("5700"), "30", 2);
  site.update();
  const auto again = site.calls();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].call.path.back(), "5500");
  EXPECT_EQ(again[0].call.observe, 0U);
}

TEST(Lwm2mResource, IsAskedAgainWhenADeviceThatDidNotAnswerIsHeard) {
  Lwm2mSite site;
  site.register_device();
  ASSERT_EQ(site.calls().size(), 1U);
  site.driver.on_undelivered(1, site.sent.back().exchange.message_id, false);
  site.house.loop.run_for(seconds(60));
  EXPECT_TRUE(site.calls().empty());
  site.update();
  EXPECT_EQ(site.calls().at(0).call.path.back(), "5500");
}

TEST(Lwm2mResource, WhoseAnswerDoesNotComeIsTakenForLost) {
  Lwm2mSite site;
  site.register_device();
  ASSERT_EQ(site.calls().size(), 1U);
  site.house.loop.run_for(Lwm2mServer::kAnswerLimit);
  site.update();
  EXPECT_EQ(site.calls().size(), 1U);
}

TEST(Lwm2mResource, ThatIsResetIsNotAskedAgain) {
  Lwm2mSite site;
  site.register_device();
  site.calls();
  site.driver.on_undelivered(1, site.sent.back().exchange.message_id, true);
  site.house.loop.run_ready();
  EXPECT_EQ(site.calls().at(0).call.path.back(), "5700");
}

TEST(Lwm2mObservation, OutlivesTheAssociationThatItWasMadeOn) {
  Lwm2mSite site;
  site.settle_in();
  site.driver.on_session_end(1);
  site.session = 2;
  site.notify(site.observation("5700"), "40", 2);
  EXPECT_EQ(site.last_telemetry(), R"({"properties":{"temperature":40}})");
  EXPECT_EQ(site.sent.back().exchange.session, 2U);
}

}  // namespace
}  // namespace linli::story
