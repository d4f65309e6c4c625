#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "firmware/domain/profile_codec.hpp"

namespace linli::domain {
namespace {

// A model with one mistake at a time.
std::string model(const std::string& members) {
  return R"({"@type":"tm:ThingModel","titles":{"zh":"门","en":"Door"})" + members + "}";
}

TEST(ParseProfile, ReadsPropertiesActionsAndEvents) {
  const auto profile = parse_profile("x/door", model(R"(,
    "properties":{"level":{"titles":{"zh":"液位","en":"Level"},"type":"integer","unit":"%","minimum":0,"maximum":100,
      "linli:deadBand":2,"linli:heartbeatSeconds":60}},
    "actions":{"open":{"titles":{"zh":"开","en":"Open"},"linli:safety":"door","linli:timeoutSeconds":7,
      "input":{"type":"object","properties":{"seconds":{"type":"integer","minimum":1}},"required":["seconds"]}}},
    "events":{"forced":{"titles":{"zh":"强开","en":"Forced"},"linli:stream":"alarm","linli:severity":"critical"}})"));
  ASSERT_TRUE(profile.has_value()) << profile.error().what;
  EXPECT_EQ(profile->title.zh, "门");
  ASSERT_EQ(profile->properties.size(), 1U);
  EXPECT_EQ(profile->properties[0].dead_band, 2);
  EXPECT_EQ(profile->properties[0].heartbeat, std::chrono::seconds(60));
  EXPECT_EQ(profile->actions[0].safety, SafetyClass::kDoor);
  EXPECT_TRUE(profile->actions[0].input[0].required);
  EXPECT_EQ(profile->events[0].stream, Stream::kAlarm);
}

std::string text_of(const std::string& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

const std::string kBad = LINLI_SOURCE_DIR "/tests/data/bad_profiles/";

std::vector<std::string> bad_models() {
  std::vector<std::string> stems;
  for (const auto& entry : std::filesystem::directory_iterator(kBad)) {
    if (entry.path().extension() == ".json") stems.push_back(entry.path().stem());
  }
  return stems;
}

// The same files are held to the JSON Schema in tests/system/test_schemas.py.
class BadModel : public testing::TestWithParam<std::string> {};

TEST_P(BadModel, IsRefusedWithWhatStandsBesideIt) {
  const auto profile = parse_profile("x/y", text_of(kBad + GetParam() + ".json"));
  ASSERT_FALSE(profile.has_value());
  EXPECT_EQ(profile.error().code, base::Code::kInvalid);
  std::string expected = text_of(kBad + GetParam() + ".txt");
  ASSERT_FALSE(expected.empty());
  expected.pop_back();
  EXPECT_TRUE(profile.error().what.starts_with(expected)) << profile.error().what;
}

INSTANTIATE_TEST_SUITE_P(All, BadModel, testing::ValuesIn(bad_models()),
                         [](const auto& each) { return each.param; });

std::string model_of(std::size_t properties) {
  std::string json = R"(,"properties":{)";
  for (std::size_t i = 0; i < properties; ++i)
    json += fmt::format(R"({}"p{}":{{"titles":{{"zh":"a","en":"b"}},"type":"number"}})",
                        i == 0 ? "" : ",", i);
  return model(json + "}");
}

TEST(ParseProfile, IsBounded) {
  EXPECT_TRUE(parse_profile("x/y", model_of(128)).has_value());
  EXPECT_EQ(parse_profile("x/y", model_of(129)).error().what,
            "x/y.properties: has too many members");
  EXPECT_FALSE(parse_profile("x/y", std::string(300'000, ' ')).has_value());
  EXPECT_FALSE(parse_profile("x/y", std::string(100'000, '[')).has_value());
  EXPECT_FALSE(parse_profile("x/y", "").has_value());
}

TEST(ParseProfile, ReadsFormsOfForeignDevices) {
  const auto profile = parse_profile("x/plug", model(R"(,
    "properties":{"on":{"titles":{"zh":"开","en":"On"},"type":"boolean",
      "forms":[{"href":"p/{id}/state","linli:pointer":"/a","linli:transforms":[{"bit":3},{"map":[[true,false],[18446744073709551615,1]]}]}]}},
    "actions":{"set":{"titles":{"zh":"开","en":"Set"},"linli:safety":"actuator",
      "input":{"type":"object","properties":{"on":{"type":"boolean"}}},
      "forms":[{"href":"p/{id}/set","linli:payload":{"on":"{on}"}}]}},
    "linli:presence":{"forms":[{"href":"p/{id}/lwt","linli:when":"up"}]})"));
  ASSERT_TRUE(profile.has_value()) << profile.error().what;
  ASSERT_EQ(profile->up.size(), 2U);
  EXPECT_EQ(profile->up[0].pointer, "/a");
  EXPECT_EQ(profile->up[0].transforms[0].bit, 3);
  EXPECT_EQ(profile->up[0].transforms[1].map[1].first, Value(18446744073709551615.0));
  EXPECT_EQ(profile->up[1].target, UpForm::Target::kPresence);
  EXPECT_EQ(profile->up[1].when, Value(std::string("up")));
  ASSERT_EQ(profile->down.size(), 1U);
  EXPECT_EQ(profile->down[0].payload, R"({"on":"{on}"})");
}

TEST(ParseProfile, ReadsResourcesOfLwm2mDevices) {
  const auto profile = parse_profile("x/buzzer", model(R"(,
    "properties":{"on":{"titles":{"zh":"开","en":"On"},"type":"boolean",
      "forms":[{"href":"/3338/0/5850","subprotocol":"lwm2m","contentType":"text/plain"}]}},
    "events":{"sounds":{"titles":{"zh":"响","en":"Sounds"},"linli:stream":"alarm",
      "forms":[{"href":"/3338/0/5850","subprotocol":"lwm2m","linli:when":true}]}},
    "actions":{"restart":{"titles":{"zh":"重启","en":"Restart"},"linli:safety":"actuator",
      "forms":[{"href":"/3/0/4","subprotocol":"lwm2m","lwm2m:operation":"execute"}]},
      "sound":{"titles":{"zh":"响","en":"Sound"},"linli:safety":"life",
      "input":{"type":"object","properties":{"level":{"type":"integer"}}},
      "forms":[{"href":"/3338/0/5548","subprotocol":"lwm2m","lwm2m:operation":"write",
        "linli:payload":"{level}","lwm2m:type":"number","linli:transforms":[{"scale":0.5}]}]}})"));
  ASSERT_TRUE(profile.has_value()) << profile.error().what;
  EXPECT_EQ(dialect_of(*profile), Dialect::kLwm2m);
  ASSERT_EQ(profile->up.size(), 2U);
  EXPECT_EQ(profile->up[0].resource->path, (ObjectPath{3338, 0, 5850}));
  EXPECT_EQ(profile->up[0].resource->type, ValueType::kBoolean);
  EXPECT_EQ(profile->up[0].resource->format, ResourceFormat::kText);
  EXPECT_EQ(profile->up[1].resource->type, ValueType::kBoolean);  // of what it is compared with
  ASSERT_EQ(profile->down.size(), 2U);
  EXPECT_TRUE(profile->down[0].executes);
  EXPECT_EQ(profile->down[1].payload, R"("{level}")");
  EXPECT_EQ(profile->down[1].resource->type, ValueType::kNumber);
}

std::string resources(std::size_t count) {
  std::string json = R"(,"properties":{)";
  for (std::size_t i = 0; i < count; ++i)
    json += fmt::format(
        R"({}"p{}":{{"titles":{{"zh":"a","en":"b"}},"type":"number","forms":[{{"href":"/3303/{}/5700","subprotocol":"lwm2m"}}]}})",
        i == 0 ? "" : ",", i, i);
  return model(json + "}");
}

TEST(ParseProfile, HasNoMoreResourcesThanAreAskedFor) {
  EXPECT_TRUE(parse_profile("x/y", resources(64)).has_value());
  EXPECT_EQ(parse_profile("x/y", resources(65)).error().what, "x/y.forms: more than 64 resources");
}

TEST(ObjectPath, IsThreeNumbersInTheirShortestForm) {
  for (const char* const good : {"/0/0/0", "/3/0/9", "/65534/65534/65534"})
    EXPECT_EQ(to_text(parse_object_path(good).value()), good);
  for (const char* const bad : {"", "/", "3/0/9", "/3/0", "/3/0/9/", "/3/0/9/1", "/3//9", "/03/0/9",
                                "/3/0/65535", "/3/0/-1", "/3/0/ 9", "/3/0/99999999999999999999"})
    EXPECT_FALSE(parse_object_path(bad).has_value()) << bad;
}

}  // namespace
}  // namespace linli::domain
