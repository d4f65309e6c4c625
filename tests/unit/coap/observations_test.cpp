#include "drivers/coap/observations.hpp"

#include <gtest/gtest.h>

namespace linli::drivers::coap {
namespace {

domain::DeviceId id(const std::string& text) {
  return domain::DeviceId::parse(text).value();
}

TEST(Observations, ADevicesNewRegistrationReplacesItsOldOne) {
  Observations observations;
  observations.add({id("a"), 1, "t1"});
  EXPECT_FALSE(observations.add({id("a"), 2, "t2"}).has_value());
  EXPECT_EQ(observations.size(), 1U);
  EXPECT_EQ(observations.find(id("a"))->token, "t2");
}

TEST(Observations, EndWithTheirSessionOrByTheirToken) {
  Observations observations;
  observations.add({id("a"), 1, "t1"});
  observations.add({id("b"), 2, "t2"});
  observations.cancel(id("a"), "other");
  EXPECT_NE(observations.find(id("a")), nullptr);
  observations.cancel(id("a"), "t1");
  observations.end_session(2);
  EXPECT_EQ(observations.size(), 0U);
}

TEST(Observations, TheOldestMakesRoomAndIsNamed) {
  Observations observations;
  for (std::size_t i = 0; i < Observations::kMax; ++i)
    observations.add({id("d" + std::to_string(i)), i, "t"});
  const auto evicted = observations.add({id("new"), 999, "t"});
  ASSERT_TRUE(evicted.has_value());
  EXPECT_EQ(evicted->device, id("d0"));
  EXPECT_EQ(observations.size(), Observations::kMax);
  EXPECT_EQ(observations.evicted(), 1U);
}

TEST(Observations, NumbersGrowWithin24Bits) {
  Observations observations;
  observations.start_sequence(0x1ff'fffe);
  EXPECT_EQ(observations.next_sequence(), 0xff'ffffU);
  EXPECT_EQ(observations.next_sequence(), 0U);
}

}  // namespace
}  // namespace linli::drivers::coap
