#include <gtest/gtest.h>

#include "tests/story/house.hpp"

namespace linli::story {
namespace {

using domain::Stream;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class Messages : public testing::Test {
 protected:
  Messages() { house.add_device("sensor1", test_profile()); }
  House house;
};

TEST_F(Messages, AreAcknowledgedOnlyAfterTheCommit) {
  house.store.hold();
  house.report(House::event_of("sensor1", 0, "m1"));
  house.loop.run_for(minutes(1));
  EXPECT_EQ(house.committed, 0);
  EXPECT_TRUE(house.driver.acknowledged.empty());
  house.store.release();
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.committed, 1);
  EXPECT_EQ(house.driver.acknowledged, std::vector<std::string>{"sensor1:m1"});
}

TEST_F(Messages, ThatTheDeviceRepeatsAreOneEventAndEachRepeatIsAcknowledged) {
  for (int i = 0; i < 5; ++i) house.report(House::event_of("sensor1", 0, "m1"));
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.stored(Stream::kAlarm).size(), 1U);
  EXPECT_EQ(house.driver.acknowledged.size(), 5U);
}

TEST_F(Messages, RepeatedAfterACrashAreStillOneEvent) {
  house.report(House::event_of("sensor1", 0, "m1"));
  house.loop.run_for(milliseconds(100));
  house.crash_and_restart();
  house.report(House::event_of("sensor1", 0, "m1"));
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.stored(Stream::kAlarm).size(), 1U);
  EXPECT_EQ(house.driver.acknowledged.size(), 2U);
}

TEST_F(Messages, MayBeRepeatedAfter255OthersAndAreStillOneEvent) {
  house.report(House::event_of("sensor1", 0, "m"));
  for (int other = 0; other < 255; ++other)
    house.report(House::event_of("sensor1", 0, "other" + std::to_string(other)));
  house.loop.run_for(milliseconds(100));
  house.crash_and_restart();
  house.report(House::event_of("sensor1", 0, "m"));
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.stored(Stream::kAlarm).size(), 256U);
}

TEST_F(Messages, WhoseCommitFailedAreNewEvenIfLaterOnesWereStoredBeforeACrash) {
  house.store.fail_next(1, base::Code::kFull);
  house.report(House::event_of("sensor1", 0, "m1"));
  house.report(House::event_of("sensor1", 0, "m2"));
  house.loop.run_for(milliseconds(100));
  ASSERT_EQ(house.stored(Stream::kAlarm).size(), 1U);
  house.crash_and_restart();
  house.report(House::event_of("sensor1", 0, "m1"));
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.stored(Stream::kAlarm).size(), 2U);
}

TEST_F(Messages, WhoseCommitFailedAreNewWhenTheyComeAgain) {
  house.store.fail_next(1, base::Code::kInternal);
  house.report(House::event_of("sensor1", 0, "m1"));
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.failed, 1);
  EXPECT_TRUE(house.driver.acknowledged.empty());
  house.report(House::event_of("sensor1", 0, "m1"));
  house.loop.run_for(milliseconds(100));
  EXPECT_EQ(house.stored(Stream::kAlarm).size(), 1U);
}

TEST_F(Messages, APresenceWhoseCommitFailedIsToldWhenItComesAgain) {
  domain::Report goodbye;
  goodbye.device = domain::DeviceId::parse("sensor1").value();
  goodbye.presence = domain::Presence::kOffline;
  house.store.fail_next(1, base::Code::kInternal);
  house.report(goodbye);
  house.loop.run_for(milliseconds(100));
  EXPECT_TRUE(house.stored(Stream::kTelemetry).empty());
  house.report(goodbye);
  house.loop.run_for(milliseconds(100));
  ASSERT_EQ(house.stored(Stream::kTelemetry).size(), 1U);
  EXPECT_EQ(house.stored(Stream::kTelemetry)[0].data, R"({"online":false})");
}

TEST_F(Messages, ARepeatIsNotAcknowledgedWhenTheFirstCopyWasLost) {
  house.store.fail_next(1, base::Code::kInternal);
  house.report(House::event_of("sensor1", 0, "m1"));
  house.report(House::event_of("sensor1", 0, "m1"));
  house.loop.run_for(milliseconds(100));
  EXPECT_TRUE(house.driver.acknowledged.empty());
}

TEST_F(Messages, WithoutNewsNeedNoEnvelopeUntilTheHeartbeat) {
  for (int minute = 0; minute < 25; ++minute) {
    house.report(House::reading_of("sensor1", 20.0 + 0.01 * minute));
    house.loop.run_for(minutes(1));
  }
  int properties = 0;
  for (const auto& envelope : house.stored(Stream::kTelemetry)) {
    properties += envelope.type == domain::kPropertyEvent ? 1 : 0;
  }
  EXPECT_EQ(properties, 3);
}

TEST_F(Messages, BeyondTheDeadBandAreNews) {
  for (const double value : {20.0, 20.4, 20.6, 20.9, 21.2})
    house.report(House::reading_of("sensor1", value));
  house.loop.run_for(milliseconds(100));
  std::vector<std::string> data;
  for (const auto& envelope : house.stored(Stream::kTelemetry)) {
    if (envelope.type == domain::kPropertyEvent) data.push_back(envelope.data);
  }
  EXPECT_EQ(data, (std::vector<std::string>{R"({"properties":{"level":20}})",
                                            R"({"properties":{"level":20.6}})",
                                            R"({"properties":{"level":21.2}})"}));
}

TEST_F(Messages, OfADeviceThatFloodsAreThrottledWhileAnothersAlarmsPass) {
  house.add_device("flooder", test_profile());
  for (int second = 0; second < 10; ++second) {
    for (int i = 0; i < 10'000; ++i) house.report(House::reading_of("flooder", i));
    house.report(House::event_of("sensor1", 0, "a" + std::to_string(second)));
    house.loop.run_for(seconds(1));
  }
  EXPECT_EQ(house.stored(Stream::kAlarm).size(), 10U);
  EXPECT_EQ(house.driver.acknowledged.size(), 10U);
  EXPECT_LE(house.intake->counts().envelopes, 10U * 2001U + 12U);
  EXPECT_GE(house.intake->counts().throttled, 79'000U);
}

TEST_F(Messages, ThatCannotBeUnderstoodAreReportedOnceAMinute) {
  for (int i = 0; i < 100; ++i) {
    domain::Report report = House::reading_of("sensor1", 0);
    report.readings.clear();
    report.rejection = "temperature: expected a number, found \"hot\"";
    house.report(report);
    house.loop.run_for(seconds(1));
  }
  int rejected = 0;
  for (const auto& envelope : house.stored(Stream::kTelemetry)) {
    rejected += envelope.type == domain::kRejectedEvent ? 1 : 0;
  }
  EXPECT_EQ(rejected, 2);
}

TEST_F(Messages, OfUnknownDevicesAreReportedAndChangeNothing) {
  for (int i = 0; i < 1000; ++i) house.report(House::event_of("ghost" + std::to_string(i), 0, "m"));
  house.loop.run_for(milliseconds(100));
  EXPECT_TRUE(house.stored(Stream::kAlarm).empty());
  EXPECT_TRUE(house.driver.acknowledged.empty());
  EXPECT_LE(house.stored(Stream::kTelemetry).size(), 256U);
  EXPECT_EQ(house.intake->counts().rejected, 1000U);
}

TEST_F(Messages, TakeTheDevicesOwnTimeOnlyWhenItIsNearOurs) {
  struct Row {
    std::int64_t device_ms;
    bool believed;
  };
  for (const Row& row :
       {Row{1'764'000'000'000 - 60'000, true}, Row{0, false}, Row{4'000'000'000'000, false}}) {
    House fresh;
    fresh.add_device("sensor1", test_profile());
    domain::Report report = House::event_of("sensor1", 0);
    report.device_time_ms = row.device_ms;
    fresh.report(report);
    fresh.loop.run_for(milliseconds(10));
    const auto alarms = fresh.stored(Stream::kAlarm);
    ASSERT_EQ(alarms.size(), 1U);
    EXPECT_EQ(alarms[0].time.unix_ms == row.device_ms, row.believed) << row.device_ms;
  }
}

TEST_F(Messages, KeepFlowingInOrderWhileTheClockJumps) {
  house.clock.quality = domain::TimeQuality::kFloor;
  for (const std::int64_t wall : {0LL, 4'000'000'000'000LL, 1LL, 1'764'000'000'000LL}) {
    house.clock.wall_at_start = wall;
    house.report(House::event_of("sensor1", 0, "w" + std::to_string(wall)));
    house.loop.run_for(hours(1));
  }
  const auto alarms = house.stored(Stream::kAlarm);
  ASSERT_EQ(alarms.size(), 4U);
  for (std::size_t i = 1; i < alarms.size(); ++i) {
    EXPECT_GT(alarms[i].time.monotonic_ms, alarms[i - 1].time.monotonic_ms);
    EXPECT_EQ(alarms[i].time.quality, domain::TimeQuality::kFloor);
  }
}

}  // namespace
}  // namespace linli::story
