#include "drivers/gpio/line_spec.hpp"

#include <gtest/gtest.h>

namespace linli::drivers::gpio {
namespace {

using Bias = ports::LinePlace::Bias;

TEST(LineSpec, SaysWhereALineIsAndWhatItMeans) {
  const auto contact = parse_line("gate-contact=gpiochip0/17 in pull-up low").value();
  EXPECT_EQ(contact.name, "gate-contact");
  EXPECT_EQ(contact.place, (ports::LinePlace{"gpiochip0", 17, true, Bias::kPullUp}));
  EXPECT_FALSE(contact.is_output);
  const auto lock = parse_line("l=gpiochip12/0 out fail-safe").value();
  EXPECT_EQ(lock.place, (ports::LinePlace{"gpiochip12", 0, false, Bias::kAsIs}));
  EXPECT_TRUE(lock.is_output);
  EXPECT_TRUE(lock.is_fail_safe);
  EXPECT_FALSE(parse_line("l=gpiochip0/1 out")->is_fail_safe);
}

TEST(LineSpec, WhatIsNoLineIsToldHowToWriteOne) {
  for (const char* bad :
       {"", "x", "x=", "=gpiochip0/1 in", "x y=gpiochip0/1 in", "x=gpiochip0/1", "x=gpiochip0 in",
        "x=gpiochip/1 in", "x=gpiochip0/ in", "x=gpiochip0/1024 in", "x=gpiochip0/-1 in",
        "x=/dev/gpiochip0/1 in", "x=gpiochip0/1 inout", "x=gpiochip0/1 in fail-safe",
        "x=gpiochip0/1 in pull-up pull-down", "x=gpiochip0/1 out soft"}) {
    const auto line = parse_line(bad);
    ASSERT_FALSE(line.has_value()) << bad;
    EXPECT_NE(line.error().what.find("write name=gpiochip0/17 in"), std::string::npos);
  }
}

TEST(DoorLines, AreNamedByTheirPart) {
  const auto door = parse_door_lines("lock=a contact=b exit=c d0=d d1=e").value();
  EXPECT_EQ(door, (DoorLines{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(parse_door_lines("contact=b").value(), (DoorLines{"", "b", "", "", ""}));
}

TEST(DoorLines, AreNotGuessed) {
  for (const char* bad : {"", " ", "lock", "lock=", "lock=a lock=b", "lock=a contact=a", "bell=a",
                          "d0=a", "d1=a", "lock=a/b"})
    EXPECT_FALSE(parse_door_lines(bad).has_value()) << bad;
}

}  // namespace
}  // namespace linli::drivers::gpio
