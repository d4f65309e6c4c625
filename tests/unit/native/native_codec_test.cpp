#include <gtest/gtest.h>

#include "drivers/native/native_codec.hpp"

namespace linli::drivers::native {
namespace {

TEST(NativeCommand, IsWrittenAsTheContractSays) {
  domain::ActionModel unlock;
  unlock.name = "unlock";
  const ports::ActionRequest request{domain::CommandId::parse("c1").value(),
                                     domain::DeviceId::parse("door1").value(), 0,
                                     R"({"seconds":5})", std::chrono::milliseconds(7500)};
  EXPECT_EQ(encode_command(unlock, request),
            R"({"command":"c1","action":"unlock","input":{"seconds":5},"ttl_ms":7500})");
  EXPECT_EQ(encode_ack("m\"1"), R"({"id":"m\"1"})");
}

TEST(NativeReport, KeepsTheMessageIdOfWhatItRejects) {
  const domain::Profile profile;
  const auto report = decode(profile, domain::DeviceId::parse("d").value(), Kind::kProperties,
                             R"({"id":"m1","properties":{"nothing":1}})");
  EXPECT_EQ(report.message_id, "m1");
  EXPECT_TRUE(report.rejection.has_value());
}

domain::Report presence(const char* payload) {
  return decode({}, domain::DeviceId::parse("d").value(), Kind::kPresence, payload);
}

TEST(NativePresence, IsAGoodbyeOnlyIfTheDeviceSaysSoItself) {
  EXPECT_FALSE(presence(R"({"online":false})").is_goodbye);
  EXPECT_TRUE(presence(R"({"online":false,"goodbye":true})").is_goodbye);
  EXPECT_EQ(presence(R"({"online":false,"goodbye":true})").presence, domain::Presence::kOffline);
  EXPECT_TRUE(presence(R"({"online":true,"goodbye":true})").rejection.has_value());
}

}  // namespace
}  // namespace linli::drivers::native
