#include "drivers/osdp/bus.hpp"

#include <gtest/gtest.h>

#include "tests/unit/osdp/fake_reader.hpp"
#include "tests/unit/osdp/panel_kit.hpp"

namespace linli::drivers::osdp {
namespace {

base::Result<std::string> random_eight() {
  return hex("B0 B1 B2 B3 B4 B5 B6 B7");
}

// A bus and all readers on it. Readers answer after a moment; one that is silent lets the bus wait.
struct Line {
  void run(base::Duration duration) {
    const base::TimePoint end = now + duration;
    while (std::max(now, bus.due()) <= end) {
      now = std::max(now, bus.due());
      step();
    }
    now = end;
  }
  void step() {
    const auto sent = bus.next(now);
    if (!sent) return;
    EXPECT_FALSE(bus.next(now).has_value()) << "two frames in flight";
    asked.push_back(decode(*sent)->address);
    for (FakeReader& reader : readers) {
      const auto answer = reader.answer(*sent);
      if (!answer) continue;
      now += milliseconds(20);
      bus.on_bytes(now, "\xFF" + *answer);
    }
  }
  long turns(std::uint8_t address) const { return std::count(asked.begin(), asked.end(), address); }

  base::TimePoint now{std::chrono::hours(1)};
  Bus bus{BusPace{}};
  std::vector<FakeReader> readers;
  std::vector<std::uint8_t> asked;
};

TEST(OsdpBus, TwoReadersHaveFairTurns) {
  Line line;
  line.readers = {FakeReader(1), FakeReader(2)};
  line.bus.add(1, {}, random_eight);
  line.bus.add(2, {}, random_eight);
  line.run(seconds(10));
  EXPECT_TRUE(line.bus.find(1)->is_online());
  EXPECT_TRUE(line.bus.find(2)->is_online());
  EXPECT_GT(line.turns(1), 100);
  EXPECT_NEAR(static_cast<double>(line.turns(1)), static_cast<double>(line.turns(2)), 2);
}

TEST(OsdpBus, ADeadReaderDoesNotTakeTheOthersAway) {
  Line line;
  line.readers = {FakeReader(1), FakeReader(2)};
  line.bus.add(1, {}, random_eight);
  line.bus.add(2, {}, random_eight);
  line.run(seconds(2));
  line.readers[0].is_silent = true;
  line.asked.clear();
  line.run(seconds(60));
  EXPECT_FALSE(line.bus.find(1)->is_online());
  EXPECT_TRUE(line.bus.find(2)->is_online());
  EXPECT_GT(line.turns(2), 500);
}

TEST(OsdpBus, OurOwnEchoIsNoAnswer) {
  Line line;
  line.bus.add(1, {}, random_eight);
  const std::string sent = line.bus.next(line.bus.due()).value();
  line.bus.on_bytes(line.now, sent);
  EXPECT_EQ(line.bus.counts().strays, 1U);
  EXPECT_FALSE(line.bus.next(line.now).has_value()) << "it still waits";
}

TEST(OsdpBus, WaitsForTheTimeThatItsOwnBytesTakeOnTheLine) {
  Bus slow(BusPace{9600});
  Bus fast(BusPace{115200});
  const base::TimePoint now{std::chrono::hours(1)};
  for (Bus* bus : {&slow, &fast}) {
    bus->add(1, {}, random_eight);
    ASSERT_TRUE(bus->next(now).has_value());
  }
  EXPECT_GT(slow.due(), fast.due());
  EXPECT_GE(slow.due() - now, milliseconds(210)) << "ten bytes of ten bits, and 200 ms";
}

TEST(OsdpBus, RestsBetweenTwoFrames) {
  Line line;
  line.readers = {FakeReader(1), FakeReader(2)};
  line.bus.add(1, {}, random_eight);
  line.bus.add(2, {}, random_eight);
  line.step();
  EXPECT_FALSE(line.bus.next(line.now).has_value());
  EXPECT_TRUE(line.bus.next(line.now + milliseconds(5)).has_value());
}

TEST(OsdpBus, ASearchFindsReadersAndLeavesThoseInServiceAlone) {
  Line line;
  line.readers = {FakeReader(1), FakeReader(7), FakeReader(126)};
  line.bus.add(1, {}, random_eight);
  ASSERT_TRUE(line.bus.search().has_value());
  EXPECT_EQ(line.bus.search().error().code, base::Code::kConflict);
  line.run(seconds(90));
  ASSERT_FALSE(line.bus.is_searching());
  ASSERT_EQ(line.bus.found().size(), 2U);
  EXPECT_EQ(line.bus.found()[0].address, 7);
  EXPECT_EQ(line.bus.found()[1].address, 126);
  EXPECT_EQ(line.bus.found()[1].identity.serial, "4c8fbcf4");
  EXPECT_TRUE(line.bus.find(1)->is_online()) << "served all the time";
}

TEST(OsdpBus, AFullBusIsSearchedToo) {
  Line line;
  for (std::uint8_t address = 0; address < 8; ++address) {
    line.readers.emplace_back(address);
    line.bus.add(address, {}, random_eight);
  }
  line.readers.emplace_back(std::uint8_t{100});
  line.run(seconds(5));
  ASSERT_TRUE(line.bus.search().has_value());
  line.run(seconds(60));
  ASSERT_FALSE(line.bus.is_searching());
  EXPECT_EQ(line.bus.found().at(0).address, 100);
  for (const auto& [address, panel] : line.bus.panels()) EXPECT_TRUE(panel->is_online());
}

TEST(OsdpBus, TheOnlyReaderTakesAnAddressByBroadcast) {
  Line line;
  line.readers = {FakeReader(0)};
  ASSERT_TRUE(line.bus.set_com(kBroadcast, {9, 9600}).has_value());
  line.run(seconds(1));
  const auto com = line.bus.take_com();
  ASSERT_TRUE(com.has_value());
  EXPECT_EQ(com->value().address, 9);
  EXPECT_FALSE(line.bus.take_com().has_value()) << "said once";
  line.bus.add(9, {}, random_eight);
  line.run(seconds(1));
  EXPECT_TRUE(line.bus.find(9)->is_online());
}

TEST(OsdpBus, NoAddressIsTakenFromAReaderInService) {
  Line line;
  line.bus.add(3, {}, random_eight);
  EXPECT_EQ(line.bus.set_com(kBroadcast, {9, 9600}).error().code, base::Code::kConflict);
  EXPECT_EQ(line.bus.set_com(3, {9, 9600}).error().code, base::Code::kConflict);
  EXPECT_EQ(line.bus.set_com(0, {3, 9600}).error().code, base::Code::kConflict);
  EXPECT_EQ(line.bus.set_com(0, {9, 1200}).error().code, base::Code::kInvalid);
}

TEST(OsdpBus, SaysWhenNobodyTookTheAddress) {
  Line line;
  ASSERT_TRUE(line.bus.set_com(0, {9, 9600}).has_value());
  line.run(seconds(1));
  EXPECT_EQ(line.bus.take_com()->error().code, base::Code::kTimeout);
}

TEST(OsdpBus, NoiseAndFramesInPiecesDoNotDisturb) {
  Line line;
  line.readers = {FakeReader(1)};
  line.bus.add(1, {}, random_eight);
  line.run(seconds(1));
  for (int i = 0; i < 20; ++i) {
    line.now = std::max(line.now, line.bus.due());
    const auto sent = line.bus.next(line.now);
    if (!sent) continue;
    const std::string answer = "\x53\x01noise" + line.readers[0].answer(*sent).value();
    for (const char c : answer) line.bus.on_bytes(line.now, std::string(1, c));
  }
  EXPECT_TRUE(line.bus.find(1)->is_online());
  EXPECT_GT(line.bus.line_counts().noise_bytes, 0U);
}

TEST(OsdpBus, AnObserverSeesWhatWasAskedAndAnswered) {
  Line line;
  line.readers = {FakeReader(1)};
  std::vector<std::string> seen;
  line.bus.observe([&seen](const Frame& frame) {
    seen.push_back(fmt::format("{}{:02X}", frame.is_reply ? "<" : ">", frame.code));
  });
  line.bus.add(1, {}, random_eight);
  line.run(milliseconds(60));
  ASSERT_GE(seen.size(), 2U);
  EXPECT_EQ(seen[0], ">61");
  EXPECT_EQ(seen[1], "<45");
}

}  // namespace
}  // namespace linli::drivers::osdp
