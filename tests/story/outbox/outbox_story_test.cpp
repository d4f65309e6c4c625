#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "firmware/core/outbox_pump.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/virtual_loop.hpp"
#include "tests/story/outbox/fake_platform.hpp"

namespace linli::story {
namespace {

using domain::Stream;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class OutboxStory : public testing::Test {
 protected:
  void start(core::OutboxPumpLimits limits = {}) {
    pump = std::make_unique<core::OutboxPump>(loop, store, platform, limits, 1);
    store.on_appended([this](const ports::ChunkPtr& chunk) { pump->on_appended(chunk); });
    platform.start(pump->link_events([](const domain::Command&) {}));
  }

  void happen(Stream stream, int events) {
    ports::Turn turn;
    for (int i = 0; i < events; ++i) {
      turn.envelopes.push_back({stream, "linli.thing.event", "device/d1", {}, R"({"v":1})"});
    }
    store.commit(std::move(turn), [](const base::Result<void>&) {});
  }

  void settle(base::Duration duration = seconds(1)) { loop.run_for(duration); }

  std::uint64_t waiting(Stream stream) {
    const auto stats = store.stats().streams[domain::index_of(stream)];
    return stats.last + 1 - stats.first;
  }

  // Every number from 1 to `last` arrived, in order, and nothing is left in the store.
  void expect_delivered(Stream stream, std::uint64_t last) {
    EXPECT_EQ(platform.whole_up_to(stream), last);
    EXPECT_EQ(waiting(stream), 0U);
  }

  fakes::VirtualLoop loop;
  fakes::MemoryStore store{loop};
  FakePlatform platform{loop};
  std::unique_ptr<core::OutboxPump> pump;
};

TEST_F(OutboxStory, DeliversLiveEventsAtOnceAndDeletesThemWhenAccepted) {
  start();
  platform.go_up();
  happen(Stream::kAlarm, 1);
  settle(milliseconds(25));
  EXPECT_EQ(platform.whole_up_to(Stream::kAlarm), 1U);
  EXPECT_EQ(waiting(Stream::kAlarm), 1U);
  settle(milliseconds(20));
  expect_delivered(Stream::kAlarm, 1);
}

TEST_F(OutboxStory, KeepsEventsThatWereSentButNotAccepted) {
  platform.accepts = false;
  start();
  platform.go_up();
  happen(Stream::kMoney, 3);
  settle(seconds(20));
  EXPECT_EQ(platform.whole_up_to(Stream::kMoney), 3U);
  EXPECT_EQ(waiting(Stream::kMoney), 3U);
}

TEST_F(OutboxStory, SendsAgainWhenNothingWasAcceptedForHalfAMinute) {
  platform.accepts = false;
  start();
  platform.go_up();
  happen(Stream::kMoney, 3);
  settle(seconds(29));
  EXPECT_EQ(platform.batches, 1);
  settle(seconds(2));
  EXPECT_EQ(platform.batches, 2);
  EXPECT_EQ(pump->stats().silences, 1U);
  platform.accepts = true;
  settle(minutes(2));
  expect_delivered(Stream::kMoney, 3);
}

TEST_F(OutboxStory, SendsAgainSoonWhenNobodyListenedYet) {
  platform.listens = platform.takes = false;
  start();
  platform.go_up();
  happen(Stream::kAlarm, 3);
  settle(seconds(1));
  EXPECT_EQ(platform.batches, 1);
  platform.listens = platform.takes = true;
  settle(seconds(2));
  expect_delivered(Stream::kAlarm, 3);
  EXPECT_EQ(platform.batches, 2);
}

TEST_F(OutboxStory, BelievesAnAcceptanceThoughNobodySeemedToListen) {
  platform.listens = false;
  start();
  platform.go_up();
  happen(Stream::kMoney, 3);
  settle(minutes(1));
  expect_delivered(Stream::kMoney, 3);
  EXPECT_EQ(platform.batches, 1);
}

TEST_F(OutboxStory, AsksASilentOrDeafPlatformLessAndLessOften) {
  for (const bool deaf : {false, true}) {
    platform.accepts = platform.takes = false;
    platform.listens = !deaf;
    platform.batches = 0;
    start();
    platform.go_up();
    happen(Stream::kTelemetry, 20'000);
    settle(hours(24));
    EXPECT_LT(platform.batches, 400);
    EXPECT_LT(pump->stats().silences, 300U);
    platform.accepts = platform.takes = platform.listens = true;
    settle(minutes(6));
    expect_delivered(Stream::kTelemetry, deaf ? 40'000 : 20'000);
  }
}

TEST_F(OutboxStory, DeliversAWeekOfEventsAfterAWeekOffline) {
  start();
  for (int hour = 0; hour < 7 * 24; ++hour) {
    happen(Stream::kTelemetry, 600);
    happen(Stream::kAccess, 5);
    settle(hours(1));
  }
  EXPECT_EQ(platform.batches, 0);
  platform.go_up();
  settle(minutes(2));
  expect_delivered(Stream::kTelemetry, 600 * 7 * 24);
  expect_delivered(Stream::kAccess, 5 * 7 * 24);
  EXPECT_EQ(platform.holes, 0U);
  EXPECT_LE(platform.most_events, 500U);
}

TEST_F(OutboxStory, SendsAgainWhatWasUnderWayWhenTheConnectionWasLost) {
  start();
  platform.go_up();
  happen(Stream::kAlarm, 4);
  settle(milliseconds(25));
  platform.go_down();
  settle(minutes(5));
  EXPECT_EQ(waiting(Stream::kAlarm), 4U);
  platform.go_up();
  settle();
  expect_delivered(Stream::kAlarm, 4);
  EXPECT_EQ(platform.events_arrived(Stream::kAlarm), 8U);
}

TEST_F(OutboxStory, LosesNothingWhereverTheConnectionIsCut) {
  start();
  for (int ms = 0; ms < 70; ++ms) {
    platform.go_up();
    happen(Stream::kCommand, 2);
    happen(Stream::kTelemetry, 30);
    settle(milliseconds(ms));
    platform.go_down();
    settle(seconds(10));
  }
  platform.go_up();
  settle(minutes(1));
  expect_delivered(Stream::kCommand, 140);
  expect_delivered(Stream::kTelemetry, 2100);
  EXPECT_EQ(platform.holes, 0U);
}

TEST_F(OutboxStory, ContinuesAfterARestartWithWhatTheStoreHolds) {
  platform.accepts = false;
  start();
  platform.go_up();
  happen(Stream::kTicket, 10);
  settle();
  platform.go_down();
  pump.reset();
  platform.accepts = true;
  start();
  platform.go_up();
  settle(seconds(15));
  expect_delivered(Stream::kTicket, 10);
}

TEST_F(OutboxStory, BelievesOnlyWhatItHasSent) {
  platform.accepts = false;
  start();
  platform.go_up();
  happen(Stream::kAlarm, 3);
  settle();
  platform.say_accepted(Stream::kAlarm, 4);
  EXPECT_EQ(waiting(Stream::kAlarm), 3U);
  EXPECT_EQ(pump->stats().unknown_accepted, 1U);
  platform.say_accepted(Stream::kAlarm, 3);
  EXPECT_EQ(waiting(Stream::kAlarm), 0U);
}

TEST_F(OutboxStory, IgnoresAnOlderAcceptedAfterANewerOne) {
  platform.accepts = false;
  start();
  platform.go_up();
  happen(Stream::kAlarm, 3);
  settle();
  platform.say_accepted(Stream::kAlarm, 3);
  platform.say_accepted(Stream::kAlarm, 1);
  happen(Stream::kAlarm, 1);
  settle();
  EXPECT_EQ(platform.arrivals(Stream::kAlarm).back().first, 4U);
  EXPECT_EQ(waiting(Stream::kAlarm), 1U);
}

TEST_F(OutboxStory, DeletesNothingThatStandsAfterARefusedBatch) {
  start();
  platform.go_up();
  platform.refuse_next = 1;
  happen(Stream::kMoney, 1);
  settle(milliseconds(1));
  happen(Stream::kMoney, 1);
  settle(milliseconds(30));
  platform.say_accepted(Stream::kMoney, 0);
  settle(milliseconds(20));
  platform.say_accepted(Stream::kMoney, 2);
  EXPECT_EQ(waiting(Stream::kMoney), 2U);
  settle(seconds(10));
  expect_delivered(Stream::kMoney, 2);
  EXPECT_EQ(pump->stats().refused, 1U);
}

TEST_F(OutboxStory, WaitsLongerEachTimeABatchIsRefused) {
  start();
  platform.go_up();
  platform.refuse_next = 1'000'000;
  happen(Stream::kMoney, 1);
  settle(hours(24));
  EXPECT_GT(platform.batches, 100);
  EXPECT_LT(platform.batches, 1500);
  platform.refuse_next = 0;
  settle(minutes(6));
  expect_delivered(Stream::kMoney, 1);
}

TEST_F(OutboxStory, DeliversTheGapWhereEventsHadToBeDropped) {
  start();
  for (int i = 0; i < 10; ++i) happen(Stream::kTelemetry, 4);
  settle();
  store.drop(Stream::kTelemetry, 24, "quota");
  platform.go_up();
  settle(seconds(15));
  expect_delivered(Stream::kTelemetry, 40);
  ASSERT_FALSE(platform.arrivals(Stream::kTelemetry).empty());
  EXPECT_TRUE(platform.arrivals(Stream::kTelemetry).front().is_gap);
  EXPECT_EQ(platform.events_arrived(Stream::kTelemetry), 17U);
}

TEST_F(OutboxStory, CopesWithAGapAroundEventsThatAreUnderWay) {
  platform.accepts = false;
  start();
  platform.go_up();
  for (int i = 0; i < 10; ++i) happen(Stream::kTelemetry, 4);
  settle();
  store.drop(Stream::kTelemetry, 24, "quota");
  platform.go_down();
  platform.accepts = true;
  platform.go_up();
  settle(seconds(15));
  expect_delivered(Stream::kTelemetry, 40);
}

TEST_F(OutboxStory, LetsALiveAlarmOvertakeALargeBacklog) {
  start();
  for (int i = 0; i < 200; ++i) happen(Stream::kTelemetry, 500);
  settle();
  platform.go_up();
  settle(seconds(15));
  ASSERT_GT(platform.events_arrived(Stream::kTelemetry), 0U);
  ASSERT_GT(waiting(Stream::kTelemetry), 10'000U);
  const auto raised = loop.now();
  happen(Stream::kAlarm, 1);
  settle();
  ASSERT_EQ(platform.arrivals(Stream::kAlarm).size(), 1U);
  EXPECT_LT(platform.arrivals(Stream::kAlarm).front().at - raised, milliseconds(50));
  settle(minutes(2));
  expect_delivered(Stream::kTelemetry, 100'000);
}

TEST_F(OutboxStory, DrainsABacklogAtThePaceAndLiveEventsOnTop) {
  start();
  for (int i = 0; i < 400; ++i) happen(Stream::kTelemetry, 500);
  settle();
  platform.go_up();
  settle(seconds(20));
  const auto before = platform.events_arrived(Stream::kTelemetry);
  for (int i = 0; i < 50; ++i) {
    happen(Stream::kTelemetry, 600);
    settle(milliseconds(100));
  }
  const auto sent = platform.events_arrived(Stream::kTelemetry) - before;
  EXPECT_NEAR(static_cast<double>(sent), 5 * 5000 + 50 * 600, 2500);
}

TEST_F(OutboxStory, StartsTheDrainAtARandomMomentButUrgentEventsAtOnce) {
  start();
  happen(Stream::kTelemetry, 1'000);
  happen(Stream::kAccess, 10);
  settle();
  platform.go_up();
  settle(milliseconds(100));
  expect_delivered(Stream::kAccess, 10);
  EXPECT_EQ(platform.events_arrived(Stream::kTelemetry), 0U);
  settle(seconds(11));
  expect_delivered(Stream::kTelemetry, 1'000);
}

TEST_F(OutboxStory, SendsWhatFitsOneBatchAsSoonAsThePlatformIsThere) {
  start();
  happen(Stream::kTelemetry, 100);
  settle();
  platform.go_up();
  settle(milliseconds(100));
  expect_delivered(Stream::kTelemetry, 100);
}

TEST_F(OutboxStory, KeepsUpWithFortyThousandEventsASecond) {
  start();
  platform.go_up();
  for (int i = 0; i < 1000; ++i) {
    happen(Stream::kTelemetry, 200);
    settle(milliseconds(5));
  }
  settle(milliseconds(200));
  expect_delivered(Stream::kTelemetry, 200'000);
  EXPECT_LE(platform.most_under_way, 8);
  EXPECT_EQ(platform.events_arrived(Stream::kTelemetry), 200'000U);
}

TEST_F(OutboxStory, CatchesUpWhenMemoryWasTooSmallForAMoment) {
  core::OutboxPumpLimits limits;
  limits.tail_bytes = 50'000;
  start(limits);
  platform.go_up();
  for (int i = 0; i < 100; ++i) {
    happen(Stream::kTelemetry, 200);
    if (i % 10 == 9) settle(milliseconds(20));
  }
  settle(seconds(2));
  expect_delivered(Stream::kTelemetry, 20'000);
  EXPECT_EQ(platform.holes, 0U);
}

TEST_F(OutboxStory, PutsFewEventsUnderWayOnASlowLine) {
  start();
  platform.go_up();
  happen(Stream::kTelemetry, 10);
  settle();
  platform.latency = seconds(2);
  for (int i = 0; i < 600; ++i) {
    happen(Stream::kTelemetry, 500);
    settle(milliseconds(100));
  }
  EXPECT_LE(platform.under_way, 2);
}

TEST_F(OutboxStory, CutsALargeCommitIntoBatches) {
  start();
  platform.go_up();
  happen(Stream::kTelemetry, 5'001);
  settle();
  expect_delivered(Stream::kTelemetry, 5'001);
  EXPECT_LE(platform.most_events, 500U);
}

TEST_F(OutboxStory, SendsNoMoreToAPlatformThatDoesNotConfirm) {
  platform.confirms = false;
  platform.accepts = false;
  start();
  platform.go_up();
  for (int i = 0; i < 100; ++i) {
    happen(Stream::kTelemetry, 500);
    settle(minutes(1));
  }
  EXPECT_LE(platform.batches, 8);
}

}  // namespace
}  // namespace linli::story
