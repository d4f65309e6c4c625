#include "firmware/platform/down_messages.hpp"

#include <gtest/gtest.h>

namespace linli::platform {
namespace {

TEST(DownMessages, ReadsAccepted) {
  const auto accepted = parse_accepted(R"({"epoch":"3f9a","stream":"alarm","seq":17})");
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->epoch, "3f9a");
  EXPECT_EQ(accepted->stream, domain::Stream::kAlarm);
  EXPECT_EQ(accepted->seq, 17U);
}

TEST(DownMessages, RefusesAcceptedThatIsNotExactlyThat) {
  for (const char* text :
       {"", "[]", "17", R"({"epoch":"e","stream":"alarm"})",
        R"({"epoch":"e","stream":"alarms","seq":1})", R"({"epoch":"e","stream":"alarm","seq":0})",
        R"({"epoch":"e","stream":"alarm","seq":-1})",
        R"({"epoch":"e","stream":"alarm","seq":"17"})",
        R"({"epoch":"e","stream":"alarm","seq":1.5})",
        R"({"epoch":"e","stream":"alarm","seq":18446744073709551615})",
        R"({"epoch":1,"stream":"alarm","seq":1})",
        R"({"epoch":"e","stream":"alarm","seq":1,"seq":99})",
        R"({"epoch":"e","stream":"alarm","seq":1,"more":true})"}) {
    EXPECT_FALSE(parse_accepted(text)) << text;
  }
}

TEST(DownMessages, ReadsTheAcceptedOfAResponse) {
  const auto reply = parse_accepted_reply(R"({"epoch":"3f9a","accepted":17})");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->epoch, "3f9a");
  EXPECT_EQ(reply->seq, 17U);
  for (const char* text :
       {"", "{}", R"({"epoch":"e"})", R"({"accepted":1})", R"({"epoch":"e","accepted":-1})",
        R"({"epoch":"e","accepted":"1"})", R"({"epoch":"e","accepted":1,"stream":"alarm"})"}) {
    EXPECT_FALSE(parse_accepted_reply(text)) << text;
  }
}

TEST(DownMessages, TakesTheIssuerFromTheChannelNotFromTheText) {
  const auto command =
      parse_platform_command(R"({"id":"c1","target":"device/door1","action":"unlock"})");
  ASSERT_TRUE(command);
  EXPECT_EQ(command->issuer, "platform");
  EXPECT_EQ(command->role, "platform");
  EXPECT_FALSE(parse_platform_command(
      R"({"id":"c1","target":"device/door1","action":"unlock","role":"owner"})"));
}

}  // namespace
}  // namespace linli::platform
