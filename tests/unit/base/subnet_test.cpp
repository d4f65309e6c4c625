#include "firmware/base/subnet.hpp"

#include <gtest/gtest.h>

namespace linli::base {
namespace {

TEST(Subnet, HoldsTheAddressesThatShareItsPrefix) {
  const auto subnet = Subnet::parse("192.168.6.0/23").value();
  EXPECT_TRUE(subnet.contains("192.168.6.1"));
  EXPECT_TRUE(subnet.contains("192.168.7.255"));
  EXPECT_FALSE(subnet.contains("192.168.8.0"));
  EXPECT_FALSE(subnet.contains("fd00::1"));
  EXPECT_FALSE(subnet.contains("gate"));
  EXPECT_TRUE(Subnet::parse("fd00::/8")->contains("fdff::1"));
  EXPECT_TRUE(Subnet::parse("0.0.0.0/0")->contains("8.8.8.8"));
}

TEST(Subnet, IsOneAddressWithoutAPrefix) {
  const auto subnet = Subnet::parse("10.0.0.7").value();
  EXPECT_TRUE(subnet.contains("10.0.0.7"));
  EXPECT_FALSE(subnet.contains("10.0.0.6"));
}

TEST(Subnet, IsNothingElse) {
  for (const char* text : {"", "/", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.7/24",
                           "fd00::/129", "fd00::1/64", "10.0.0/8", "gate", "10.0.0.0/8x"}) {
    EXPECT_FALSE(Subnet::parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace linli::base
