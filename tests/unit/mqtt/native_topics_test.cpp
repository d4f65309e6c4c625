#include <gtest/gtest.h>

#include "drivers/mqtt/native_topics.hpp"

namespace linli::drivers::mqtt {
namespace {

TEST(NativeTopic, NamesDeviceAndKind) {
  const auto topic = parse_native_topic("linli/v1/door1/up/event");
  ASSERT_TRUE(topic.has_value());
  EXPECT_EQ(topic->device, "door1");
  EXPECT_EQ(topic->kind, native::Kind::kEvent);
}

TEST(NativeTopic, IsNothingElse) {
  for (const char* topic :
       {"", "linli/v1", "linli/v1/door1", "linli/v1/door1/up", "linli/v1/door1/up/other",
        "linli/v1/a/b/up/event", "linli/v2/door1/up/event", "linli/v1/door1/down/command",
        "/linli/v1/door1/up/event"}) {
    EXPECT_FALSE(parse_native_topic(topic).has_value()) << topic;
  }
}

}  // namespace
}  // namespace linli::drivers::mqtt
