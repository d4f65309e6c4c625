#include "drivers/gpio/wiegand_wires.hpp"

#include <gtest/gtest.h>

#include "firmware/base/bytes.hpp"
#include "firmware/domain/access/card_number.hpp"
#include "firmware/domain/wiegand.hpp"

namespace linli::drivers::gpio {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

const base::TimePoint kStart{std::chrono::hours(1)};

class Wires : public testing::Test {
 protected:
  // "0" and "1", 1 ms apart.
  void send(const std::string& bits, base::Duration apart = milliseconds(1)) {
    for (const char bit : bits) {
      wires.pulse(bit == '1', now);
      now += apart;
    }
  }
  std::vector<WiegandWires::Frame> quiet() {
    now += WiegandWires::kQuiet;
    return wires.take(now);
  }
  WiegandWires wires;
  base::TimePoint now = kStart;
};

// The frames of the design text.
TEST_F(Wires, APulseABitAndAPauseAFrame) {
  send("00110010001001110001000001");
  EXPECT_TRUE(wires.take(now).empty()) << "perhaps there comes more";
  const auto frames = quiet();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(base::to_hex(frames[0].bits.reveal()), "32271040");
  EXPECT_EQ(frames[0].bit_count, 26U);
  const auto card = domain::decode_wiegand(frames[0].bits.reveal(), 26);
  EXPECT_EQ(card->facility, 100U);
  EXPECT_EQ(card->card, 20000U);
  EXPECT_TRUE(card->parity_ok);
  EXPECT_FALSE(wires.due());
}

TEST_F(Wires, AllCornersOfBothFormsComeThrough) {
  for (const int count : {26, 34}) {
    const std::uint64_t most = (std::uint64_t{1} << (count - 2)) - 1;
    for (const std::uint64_t number : {std::uint64_t{1}, most, most / 2, most / 3, most - 1}) {
      const auto card = domain::access::card_from_number(number, count).value();
      const std::string bytes = base::from_hex(card.bits_hex).value();
      std::string bits;
      for (int i = 0; i < count; ++i)
        bits +=
            ((static_cast<unsigned char>(bytes[static_cast<std::size_t>(i) / 8]) >> (7 - i % 8)) &
             1) != 0
                ? '1'
                : '0';
      send(bits);
      const auto frames = quiet();
      ASSERT_EQ(frames.size(), 1U);
      EXPECT_EQ(base::to_hex(frames[0].bits.reveal()), card.bits_hex);
    }
  }
}

TEST_F(Wires, TheSlowestAndTheFastestReadersAreHeard) {
  send("110100", milliseconds(20));
  EXPECT_EQ(quiet().at(0).bit_count, 6U);
  send("110100", microseconds(200));
  EXPECT_EQ(quiet().at(0).bit_count, 6U);
}

// The two wires are read one after the other: a late loop gets all zeros before all ones.
TEST_F(Wires, TheKernelsTimesGiveTheOrder) {
  const std::string bits = "00110010001001110001000001";
  for (const char wanted : {'0', '1'}) {
    for (std::size_t i = 0; i < bits.size(); ++i)
      if (bits[i] == wanted) wires.pulse(wanted == '1', kStart + i * milliseconds(1));
  }
  now = kStart + milliseconds(26);
  const auto frames = quiet();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(base::to_hex(frames[0].bits.reveal()), "32271040");
}

TEST_F(Wires, TwoFramesThatWaitAreTwo) {
  send("1010");
  now += WiegandWires::kFramePause;
  send("0101");
  const auto frames = quiet();
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(base::to_hex(frames[0].bits.reveal()), "a0");
  EXPECT_EQ(base::to_hex(frames[1].bits.reveal()), "50");
}

TEST_F(Wires, PulsesTooNearToEachOtherSpoilTheirFrame) {
  send("0101");
  wires.pulse(true, now);
  wires.pulse(false, now + microseconds(20));  // both wires at once
  now += milliseconds(1);
  send("01");
  EXPECT_TRUE(quiet().empty());
  EXPECT_EQ(wires.faults(), 1U);
  send("0101");
  EXPECT_EQ(quiet().size(), 1U) << "the next one is whole again";
}

TEST_F(Wires, ASingleSparkIsNoFrame) {
  send("1");
  EXPECT_TRUE(quiet().empty());
  EXPECT_EQ(wires.faults(), 1U);
}

TEST_F(Wires, AWireThatChattersIsOneFaultAndEndsSomewhere) {
  for (int i = 0; i < 100'000; ++i) send("1");
  EXPECT_TRUE(quiet().empty());
  EXPECT_EQ(wires.faults(), 1U);
}

TEST_F(Wires, ALostPulseIsSeenByTheCountOrByTheParity) {
  send("0011001000100111000100000");
  EXPECT_FALSE(domain::decode_wiegand(quiet().at(0).bits.reveal(), 25));
}

}  // namespace
}  // namespace linli::drivers::gpio
