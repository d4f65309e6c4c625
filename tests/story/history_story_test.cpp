#include <gtest/gtest.h>

#include "firmware/core/device_state.hpp"
#include "tests/fakes/memory_history.hpp"
#include "tests/story/house.hpp"

namespace linli::story {
namespace {

using domain::SampleStep;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class Charts : public testing::Test {
 protected:
  Charts() { house.add_device("door1", test_profile()); }

  void read(double value) { house.report(House::reading_of("door1", value)); }

  // With what is not stored yet, as the daemon gives it.
  std::vector<domain::SamplePoint> chart(SampleStep step = SampleStep::kFine) {
    const std::int64_t now = house.clock.now().unix_ms;
    const ports::SampleQuery query{"door1", "level", step,
                                   std::max<std::int64_t>(0, now - 9 * 86'400'000LL), now + 1};
    std::vector<domain::SamplePoint> points;
    history.samples(query, [&points](base::Result<std::vector<domain::SamplePoint>> got) {
      points = std::move(*got);
    });
    house.loop.run_ready();
    house.samples->add_open(query, points);
    return points;
  }

  std::size_t stored(SampleStep step) const {
    std::size_t rows = 0;
    for (const auto& [key, put] : house.store.samples()) rows += put.step == step ? 1 : 0;
    return rows;
  }

  House house;
  fakes::MemoryHistory history{house.loop, house.store};
};

TEST_F(Charts, ShowSmallestAverageLargestAndNumber) {
  for (const double value : {20.0, 26.0, 23.0}) {
    read(value);
    house.loop.run_for(seconds(1));
  }
  const auto points = chart();
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points[0].sample, (domain::Sample{20, 26, 69, 3}));
  EXPECT_EQ(points[0].quality, domain::TimeQuality::kSynchronised);
}

TEST_F(Charts, CostOneRowAStretchHoweverMuchADeviceSays) {
  const std::size_t before = stored(SampleStep::kFine);
  for (int i = 0; i < 6'000; ++i) {
    read(i % 10);
    house.loop.run_for(std::chrono::milliseconds(100));
  }
  house.loop.run_for(minutes(10));
  const std::size_t rows = stored(SampleStep::kFine) - before;
  EXPECT_GE(rows, 2U);
  EXPECT_LE(rows, 3U);
  std::uint64_t readings = 0;
  for (const auto& point : chart()) readings += point.sample.count;
  EXPECT_EQ(readings, 6'000U);
}

TEST_F(Charts, OfADayAndOfAWeekSayTheSame) {
  for (int i = 0; i < 36; ++i) {
    read(i);
    house.loop.run_for(minutes(10));
  }
  house.loop.run_for(hours(2));
  domain::Sample fine;
  for (const auto& point : chart()) fine.add(point.sample);
  domain::Sample coarse;
  for (const auto& point : chart(SampleStep::kCoarse)) coarse.add(point.sample);
  EXPECT_EQ(fine, coarse);
  EXPECT_EQ(fine.count, 36U);
  EXPECT_LE(stored(SampleStep::kCoarse), 8U);
}

TEST_F(Charts, LoseTheOpenStretchInACrashAndNoMore) {
  for (int i = 0; i < 30; ++i) {
    read(1);
    house.loop.run_for(minutes(1));
  }
  house.crash_and_restart();
  std::uint64_t readings = 0;
  for (const auto& point : chart()) readings += point.sample.count;
  EXPECT_GE(readings, 30U - 6U);
  house.loop.run_for(hours(2));
  domain::Sample coarse;
  for (const auto& point : chart(SampleStep::kCoarse)) coarse.add(point.sample);
  EXPECT_EQ(coarse.count, readings);
}

TEST_F(Charts, GoOnInTheSameStretchAfterAnOrderlyRestart) {
  read(1);
  house.loop.run_for(seconds(1));
  house.samples->write_all();
  house.loop.run_ready();
  house.crash_and_restart();
  read(3);
  house.loop.run_for(seconds(1));
  const auto points = chart();
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points[0].sample, (domain::Sample{1, 3, 4, 2}));
  EXPECT_EQ(chart(SampleStep::kCoarse)[0].sample, points[0].sample);
}

TEST_F(Charts, HaveNothingFromAClockThatStandsIn1970) {
  house.clock.wall_at_start = 5'000;
  house.clock.quality = domain::TimeQuality::kUnknown;
  for (int i = 0; i < 20; ++i) {
    read(i);
    house.loop.run_for(minutes(1));
  }
  EXPECT_TRUE(house.store.samples().empty());
  EXPECT_EQ(house.samples->counts().undated, 20U);
  house.clock.wall_at_start = 1'764'000'000'000;
  house.clock.quality = domain::TimeQuality::kSynchronised;
  read(7);
  house.loop.run_for(seconds(1));
  ASSERT_EQ(chart().size(), 1U);
  EXPECT_EQ(chart()[0].sample.count, 1U);
}

TEST_F(Charts, BeginAStretchAnewWhenTheClockBecomesRight) {
  house.clock.quality = domain::TimeQuality::kFloor;
  read(1);
  house.loop.run_for(seconds(1));
  EXPECT_EQ(chart()[0].quality, domain::TimeQuality::kFloor);
  house.clock.quality = domain::TimeQuality::kSynchronised;
  read(2);
  house.loop.run_for(seconds(1));
  const auto points = chart();
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points[0].quality, domain::TimeQuality::kSynchronised);
  EXPECT_EQ(points[0].sample.count, 1U);
}

TEST_F(Charts, PassOverWhatADeviceKeptForLong) {
  domain::Report late = House::reading_of("door1", 99);
  late.device_time_ms = house.clock.now().unix_ms - 3'600'000;
  house.report(std::move(late));
  house.loop.run_for(seconds(1));
  EXPECT_TRUE(chart().empty());
  EXPECT_EQ(house.samples->counts().late, 1U);
}

TEST_F(Charts, AreWrittenLaterWhenTheDiskIsFullForAWhile) {
  read(1);
  house.loop.run_for(seconds(1));
  house.store.fail_next(2, base::Code::kFull);
  house.loop.run_for(minutes(30));
  EXPECT_GE(stored(SampleStep::kFine), 1U);
  EXPECT_EQ(chart().size(), 1U);
}

TEST_F(Charts, ForgetADeviceThatSaysNothingMore) {
  read(1);
  house.loop.run_for(hours(3));
  EXPECT_EQ(stored(SampleStep::kFine), 1U);
  EXPECT_EQ(stored(SampleStep::kCoarse), 1U);
  std::vector<domain::SamplePoint> open;
  house.samples->add_open({"door1", "level", SampleStep::kFine, 0, INT64_MAX}, open);
  EXPECT_TRUE(open.empty());
}

// What stands in the journal, and how a device stands.
class LookingBack : public Charts {
 protected:
  ports::EventPage events(ports::EventQuery query = {}) {
    ports::EventPage page;
    history.events(std::move(query),
                   [&page](base::Result<ports::EventPage> got) { page = std::move(*got); });
    house.loop.run_ready();
    return page;
  }
  core::DeviceStanding standing() {
    return core::standing_of(house.devices->find(domain::DeviceId::parse("door1").value()), {});
  }
  void say(domain::Presence presence, bool is_goodbye = false) {
    domain::Report report;
    report.device = domain::DeviceId::parse("door1").value();
    report.presence = presence;
    report.is_goodbye = is_goodbye;
    house.report(std::move(report));
    house.loop.run_for(seconds(1));
  }
};

TEST_F(LookingBack, FindsADevicesEventsAndItsCommandsWithTheirPlace) {
  house.devices->find(domain::DeviceId::parse("door1").value())->registration.place = "3-2-gate";
  house.report(House::event_of("door1", 0));
  house.loop.run_for(seconds(1));
  house.submit(House::unlock("c1"));
  house.loop.run_for(seconds(1));
  house.answer("door1", "c1");
  house.loop.run_for(seconds(1));
  std::set<std::string> types;
  for (const ports::KeptEvent& event : events({.device = "door1"}).items) {
    EXPECT_EQ(event.place, "3-2-gate") << event.type;
    types.insert(event.type);
  }
  EXPECT_EQ(types, (std::set<std::string>{std::string(domain::kThingEvent),
                                          std::string(domain::kPresenceEvent),
                                          std::string(domain::kCommandEvent)}));
}

TEST_F(LookingBack, TellsADeviceThatLeftFromOneThatFellSilent) {
  EXPECT_EQ(standing().why, core::StateWhy::kNeverSeen);
  say(domain::Presence::kOnline);
  const auto online_since = standing().since;
  ASSERT_TRUE(online_since.has_value());
  house.loop.run_for(hours(1));
  say(domain::Presence::kOffline);
  EXPECT_EQ(standing().why, core::StateWhy::kSilent);
  EXPECT_EQ(standing().last_seen, online_since);
  say(domain::Presence::kOnline);
  say(domain::Presence::kOffline, true);
  EXPECT_EQ(standing().why, core::StateWhy::kDeviceSaidGoodbye);
}

TEST_F(LookingBack, KnowsSinceWhenADeviceIsAwayAlsoAfterARestart) {
  say(domain::Presence::kOnline);
  say(domain::Presence::kOffline);
  const auto since = standing().since;
  house.loop.run_for(hours(1));
  house.crash_and_restart();
  EXPECT_EQ(standing().state, core::DeviceState::kOffline);
  EXPECT_EQ(standing().since->unix_ms, since->unix_ms);
  say(domain::Presence::kOnline);
  EXPECT_EQ(standing().state, core::DeviceState::kOnline);
  EXPECT_GT(standing().since->unix_ms, since->unix_ms);
}

TEST_F(LookingBack, KeepsTheHourSinceWhichADeviceIsOnlineOverARestart) {
  say(domain::Presence::kOnline);
  const auto since = standing().since;
  house.loop.run_for(hours(1));
  house.crash_and_restart();
  EXPECT_EQ(standing().state, core::DeviceState::kUnknown);
  EXPECT_EQ(standing().why, core::StateWhy::kNone);
  say(domain::Presence::kOnline);
  EXPECT_EQ(standing().since->unix_ms, since->unix_ms);
}

}  // namespace
}  // namespace linli::story
