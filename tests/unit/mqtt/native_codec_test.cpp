#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "drivers/mqtt/native_codec.hpp"
#include "firmware/domain/profile_codec.hpp"

namespace linli::drivers::mqtt {
namespace {

TEST(NativeTopic, NamesDeviceAndKind) {
  const auto topic = parse_native_topic("linli/v1/door1/up/event");
  ASSERT_TRUE(topic.has_value());
  EXPECT_EQ(topic->device, "door1");
  EXPECT_EQ(topic->kind, NativeKind::kEvent);
}

TEST(NativeTopic, IsNothingElse) {
  for (const char* topic :
       {"", "linli/v1", "linli/v1/door1", "linli/v1/door1/up", "linli/v1/door1/up/other",
        "linli/v1/a/b/up/event", "linli/v2/door1/up/event", "linli/v1/door1/down/command",
        "/linli/v1/door1/up/event"}) {
    EXPECT_FALSE(parse_native_topic(topic).has_value()) << topic;
  }
}

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
  const auto report =
      decode_native(profile, domain::DeviceId::parse("d").value(), NativeKind::kProperties,
                    R"({"id":"m1","properties":{"nothing":1}})");
  EXPECT_EQ(report.message_id, "m1");
  EXPECT_TRUE(report.rejection.has_value());
}

}  // namespace
}  // namespace linli::drivers::mqtt
