#include <gtest/gtest.h>

#include "firmware/domain/profile_codec.hpp"
#include "tests/unit/terminal/terminal_kit.hpp"

namespace linli::domain {
namespace {

std::string model(const std::string& terminal, const std::string& more = "") {
  return R"({"@type":"tm:ThingModel","titles":{"zh":"x","en":"x"},"linli:terminal":)" + terminal +
         more + "}";
}
const std::string kTopics =
    R"("topics":{"command":"t/{id}","answer":"t/{id}/Ack","record":"t/{id}/Rec","heartbeat":"t/hb"})";

TEST(TerminalModel, TheShippedOnesCanSayAllAndOpenNothing) {
  for (const char* name : {"mqtt_face", "mqtt_face_temp_card"}) {
    const auto profile = drivers::terminal::terminal_profile(name);
    EXPECT_EQ(dialect_of(*profile), Dialect::kTerminal);
    for (const std::string& words : profile->terminal->words) EXPECT_FALSE(words.empty()) << name;
    EXPECT_TRUE(profile->actions.empty()) << "how a door is opened is not known for sure";
    EXPECT_EQ(profile->terminal->topics.heartbeat, "mqtt/face/heartbeat");
  }
}

TEST(TerminalModel, ASiteMayAddHowItsDoorIsOpened) {
  const auto profile = parse_profile("x", model("{" + kTopics + "}", R"(,"actions":{"unlock":{
    "titles":{"zh":"开门","en":"Open"},"linli:safety":"door","forms":[{"href":"t/{id}",
    "linli:payload":{"messageId":"{message}","operator":"OpenDoor","info":{"facesluiceId":"{id}"}}}]}})"));
  ASSERT_TRUE(profile.has_value()) << profile.error().what;
  EXPECT_EQ(profile->down.size(), 1U);
}

TEST(TerminalModel, MistakesAreNamed) {
  const std::pair<std::string, const char*> bad[] = {
      {model("{}"), "linli:terminal: topics: is missing"},
      {model(
           R"({"topics":{"command":"t","answer":"t/{id}/Ack","record":"t/{id}/Rec","heartbeat":"t/hb"}})"),
       "must name the device with {id}"},
      {model(
           R"({"topics":{"command":"t/{id}","answer":"t/{id}","record":"t/{id}/Rec","heartbeat":"t/hb"}})"),
       "two members have the topic"},
      {model(
           R"({"topics":{"command":"t/{id}","answer":"t/{id}/+","record":"t/{id}/Rec","heartbeat":"t/hb"}})"),
       "expected a topic without"},
      {model(
           R"({"topics":{"command":"t/{id}","answer":"t/{id}/Ack","record":"t/{id}/Rec","heartbeat":"linli/v1/x"}})"),
       "belongs to the native contract"},
      {model("{" + kTopics + R"(,"words":{"probe":{"a":"{nobody}"}}})"), "'{nobody}' is nothing"},
      {model("{" + kTopics + R"(,"words":{"probe":{"a":"{person"}}})"), "'{person' is nothing"},
      {model("{" + kTopics + R"(,"words":{"putPerson":{"a":"{person}"}}})"), "needs removePerson"},
      {model("{" + kTopics + R"(,"words":{"shout":{}}})"), "shout"},
      {model("{" + kTopics + R"(,"decides":"nobody"})"), "expected gateway or terminal"},
      {model("{" + kTopics + R"(,"cardBits":32})"), "expected 26 or 34"},
      {model("{" + kTopics + R"(,"silenceSeconds":1})"), "silenceSeconds"},
      {model("{" + kTopics + "}",
             R"(,"actions":{"unlock":{"titles":{"zh":"x","en":"x"},"linli:safety":"door"}})"),
       "has no forms that say how"},
      {model("{" + kTopics + "}",
             R"(,"actions":{"unlock":{"titles":{"zh":"x","en":"x"},"linli:safety":"door",
        "forms":[{"href":"t/{id}","linli:payload":"open"}]}})"),
       "a terminal is told JSON objects"},
      {model("{" + kTopics + "}",
             R"(,"events":{"e":{"titles":{"zh":"x","en":"x"},"linli:stream":"access",
        "forms":[{"href":"t/{id}/e"}]}})"),
       "no forms but of actions"},
  };
  for (const auto& [text, words] : bad) {
    const auto profile = parse_profile("x", text);
    ASSERT_FALSE(profile.has_value()) << text;
    EXPECT_NE(profile.error().what.find(words), std::string::npos) << profile.error().what;
  }
}

TEST(TerminalModel, OnlyATerminalMayBeToldItsMessageAndId) {
  const auto profile = parse_profile("x", R"({"@type":"tm:ThingModel","titles":{"zh":"x","en":"x"},
    "actions":{"a":{"titles":{"zh":"x","en":"x"},"linli:safety":"none","forms":[{"href":"t/{id}",
    "linli:payload":{"m":"{message}"}}]}}})");
  ASSERT_FALSE(profile.has_value());
  EXPECT_NE(profile.error().what.find("is no member of the input"), std::string::npos);
}

}  // namespace
}  // namespace linli::domain
