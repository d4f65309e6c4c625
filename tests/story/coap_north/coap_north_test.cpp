#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "firmware/core/outbox_pump.hpp"
#include "firmware/platform/coap_link.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/virtual_loop.hpp"
#include "tests/story/coap_north/coap_platform.hpp"

namespace linli::story {
namespace {

using domain::Stream;
using net::CoapCode;
using std::chrono::milliseconds;
using std::chrono::seconds;

class FixedClock final : public ports::WallClock {
 public:
  domain::EventTime now() const override { return {}; }
  domain::EventTime corrected(const domain::EventTime& time) const override { return time; }
};

class CoapNorth : public testing::Test {
 protected:
  void SetUp() override {
    core::OutboxPumpLimits limits;
    limits.for_block_transfer();
    limits.drain_spread = {};
    pump = std::make_unique<core::OutboxPump>(loop, store, link, limits, 1);
    store.on_appended([this](const ports::ChunkPtr& chunk) { pump->on_appended(chunk); });
    link.start(pump->link_events(
        [this](const domain::Command& command) { commands.push_back(command.id.str()); }));
  }

  void happen(Stream stream, int events, std::size_t bytes = 10) {
    ports::Turn turn;
    const std::string data = R"({"pad":")" + std::string(bytes, 'x') + "\"}";
    for (int i = 0; i < events; ++i)
      turn.envelopes.push_back({stream, "linli.thing.event", "device/d1", {}, data});
    store.commit(std::move(turn), [](const base::Result<void>&) {});
  }

  std::uint64_t waiting(Stream stream) {
    const auto stats = store.stats().streams[domain::index_of(stream)];
    return stats.last + 1 - stats.first;
  }

  fakes::VirtualLoop loop;
  fakes::MemoryStore store{loop};
  FixedClock clock;
  CoapPlatform platform{loop};
  platform::CoapLink link{
      loop, clock, {"gw1", "e1", "coaps://p:5684"}, [this](net::CoapRequesterEvents events) {
        return platform.make(std::move(events));
      }};
  std::unique_ptr<core::OutboxPump> pump;
  std::vector<std::string> commands;
};

TEST_F(CoapNorth, DeletesABatchWhenItsResponseSaysThatItIsAccepted) {
  platform.go_up();
  happen(Stream::kAlarm, 3);
  loop.run_for(milliseconds(90));
  EXPECT_EQ(waiting(Stream::kAlarm), 3U);
  loop.run_for(milliseconds(20));
  EXPECT_EQ(waiting(Stream::kAlarm), 0U);
  ASSERT_EQ(platform.arrivals.size(), 1U);
  EXPECT_EQ(platform.arrivals[0].path, "alarm");
}

TEST_F(CoapNorth, SendsABacklogInBlocksWithFewUnderWay) {
  happen(Stream::kTelemetry, 200, 500);
  happen(Stream::kAccess, 50, 500);
  platform.go_up();
  loop.run_for(seconds(120));
  EXPECT_EQ(waiting(Stream::kTelemetry), 0U);
  EXPECT_EQ(waiting(Stream::kAccess), 0U);
  EXPECT_GT(platform.blocks, 200);
  EXPECT_LE(platform.most_under_way, 3);  // two uploads and the observation
}

TEST_F(CoapNorth, AnAlarmOvertakesTheBlocksOfABacklog) {
  happen(Stream::kTelemetry, 200, 1000);
  platform.go_up();
  loop.run_for(milliseconds(1050));
  ASSERT_GT(waiting(Stream::kTelemetry), 100U);
  const auto before = loop.now();
  happen(Stream::kAlarm, 1);
  loop.run_for(milliseconds(150));
  ASSERT_FALSE(platform.arrivals.empty());
  EXPECT_EQ(platform.arrivals.back().path, "alarm");
  EXPECT_LE(platform.arrivals.back().at - before, milliseconds(100));
}

TEST_F(CoapNorth, AnAlarmGoesBeforeOtherUrgentBatchesThatWait) {
  happen(Stream::kAccess, 60, 1000);
  platform.go_up();
  loop.run_for(milliseconds(300));
  happen(Stream::kAlarm, 1);
  loop.run_for(seconds(30));
  ASSERT_GT(platform.arrivals.size(), 2U);
  EXPECT_EQ(platform.arrivals[1].path, "alarm");
}

TEST_F(CoapNorth, KeepsWhatWasRefusedAndSendsItAgainLater) {
  platform.refuses = net::CoapResponse{.code = CoapCode::kInternal};
  platform.go_up();
  happen(Stream::kMoney, 2);
  loop.run_for(seconds(60));
  EXPECT_EQ(waiting(Stream::kMoney), 2U);
  EXPECT_GE(link.counts().refused, 2U);
  EXPECT_LE(platform.blocks, 40);
  platform.refuses.reset();
  loop.run_for(seconds(301));
  EXPECT_EQ(waiting(Stream::kMoney), 0U);
}

TEST_F(CoapNorth, SendsNothingBeforeTheTimeThatABusyPlatformNames) {
  platform.refuses = net::CoapResponse{.code = CoapCode::kUnavailable, .max_age_s = 120};
  platform.go_up();
  happen(Stream::kAlarm, 1);
  loop.run_for(seconds(1));
  EXPECT_EQ(platform.blocks, 1);
  platform.refuses.reset();
  happen(Stream::kAccess, 1);
  happen(Stream::kTelemetry, 1);
  loop.run_for(seconds(118));
  EXPECT_EQ(platform.blocks, 1);
  loop.run_for(seconds(2));
  EXPECT_EQ(waiting(Stream::kAlarm), 0U);
  EXPECT_EQ(waiting(Stream::kAccess), 0U);
  EXPECT_EQ(waiting(Stream::kTelemetry), 0U);
}

TEST_F(CoapNorth, SendsAgainWhatWasUnderWayWhenTheAssociationWasLost) {
  platform.answers = false;
  platform.go_up();
  happen(Stream::kAlarm, 1);
  happen(Stream::kTelemetry, 40, 1000);
  loop.run_for(seconds(5));
  platform.go_down();
  platform.answers = true;
  loop.run_for(seconds(5));
  EXPECT_EQ(waiting(Stream::kAlarm), 1U);
  platform.go_up();
  loop.run_for(seconds(30));
  EXPECT_EQ(waiting(Stream::kAlarm), 0U);
  EXPECT_EQ(waiting(Stream::kTelemetry), 0U);
}

TEST_F(CoapNorth, GivesUpABatchThatIsNotAnsweredAndSendsItAgain) {
  platform.answers = false;
  platform.go_up();
  happen(Stream::kAlarm, 1);
  loop.run_for(seconds(31));
  platform.answers = true;
  loop.run_for(seconds(10));
  EXPECT_EQ(waiting(Stream::kAlarm), 0U);
}

TEST_F(CoapNorth, BelievesNoAcceptedOfAnotherEpoch) {
  platform.epoch = "other";
  platform.go_up();
  happen(Stream::kAlarm, 1);
  loop.run_for(seconds(1));
  EXPECT_EQ(waiting(Stream::kAlarm), 1U);
  EXPECT_EQ(link.counts().foreign_accepted, 1U);
}

TEST_F(CoapNorth, HearsCommandsByObservingThem) {
  platform.go_up();
  loop.run_for(seconds(1));
  EXPECT_TRUE(commands.empty());
  platform.command(R"({"id":"c1","target":"device/door1","action":"unlock"})");
  platform.command(R"({"id":"c2","target":"device/door1","action":"unlock"})");
  platform.command("{no command");
  EXPECT_EQ(commands, (std::vector<std::string>{"c1", "c2"}));
  EXPECT_EQ(link.counts().invalid_commands, 1U);
}

TEST_F(CoapNorth, RegistersAgainBeforeTheObservationEndsAndAfterAReconnect) {
  platform.go_up();
  loop.run_for(seconds(44));
  EXPECT_EQ(platform.registrations, 1);
  loop.run_for(seconds(2));
  EXPECT_EQ(platform.registrations, 2);
  platform.go_down();
  loop.run_for(seconds(100));
  EXPECT_EQ(platform.registrations, 2);
  platform.go_up();
  EXPECT_EQ(platform.registrations, 3);
  loop.run_for(seconds(1));
  platform.command(R"({"id":"c1","target":"device/door1","action":"unlock"})");
  EXPECT_EQ(commands.size(), 1U);
}

TEST_F(CoapNorth, SaysThatCommandsAreNotHeardAndAsksAgain) {
  platform.keeps_observations = false;
  platform.go_up();
  happen(Stream::kAlarm, 1);
  loop.run_for(seconds(1));
  EXPECT_EQ(waiting(Stream::kAlarm), 0U);
  EXPECT_TRUE(link.status().up);
  EXPECT_NE(link.status().last_error.find("commands are not heard"), std::string::npos);
  platform.keeps_observations = true;
  loop.run_for(seconds(300));
  EXPECT_EQ(link.status().last_error, "");
}

// Its token is from an earlier association: the reset ends it at the platform.
TEST_F(CoapNorth, ResetsAnObservationThatItDoesNotKnow) {
  platform.go_up();
  loop.run_for(seconds(1));
  net::CoapResponse stale;
  stale.token = "old";
  stale.observe = 9;
  stale.payload = R"({"id":"c9","target":"device/door1","action":"unlock"})";
  EXPECT_FALSE(platform.say(stale));
  EXPECT_TRUE(commands.empty());
}

}  // namespace
}  // namespace linli::story
