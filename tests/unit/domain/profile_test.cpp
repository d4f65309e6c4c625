#include <gtest/gtest.h>

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

struct BadModel {
  const char* rule;
  std::string json;
  const char* said;
};

class ParseProfileRefuses : public testing::TestWithParam<BadModel> {};

TEST_P(ParseProfileRefuses, WithThePath) {
  const auto profile = parse_profile("x/y", GetParam().json);
  ASSERT_FALSE(profile.has_value()) << GetParam().rule;
  EXPECT_NE(profile.error().what.find(GetParam().said), std::string::npos) << profile.error().what;
}

constexpr const char* kTitles = R"("titles":{"zh":"a","en":"b"})";

INSTANTIATE_TEST_SUITE_P(
    Table, ParseProfileRefuses,
    testing::Values(
        BadModel{"no model", "[]", "expected an object"},
        BadModel{"wrong type", R"({"@type":"Thing"})", "tm:ThingModel"},
        BadModel{"unknown member", model(R"(,"propertys":{})"), "did you mean 'properties'"},
        BadModel{"no type", model(std::string(R"(,"properties":{"a":{)") + kTitles + "}}"),
                 "properties.a: type: is missing"},
        BadModel{
            "range upside down",
            model(std::string(R"(,"properties":{"a":{"type":"number","minimum":2,"maximum":1,)") +
                  kTitles + "}}"),
            "above maximum"},
        BadModel{"no titles", model(R"(,"properties":{"a":{"type":"number"}})"), "titles"},
        BadModel{"no safety", model(std::string(R"(,"actions":{"a":{)") + kTitles + "}}"),
                 "linli:safety: is missing"},
        BadModel{"unknown safety",
                 model(std::string(R"(,"actions":{"a":{"linli:safety":"big",)") + kTitles + "}}"),
                 "none, actuator, door, life"},
        BadModel{"no stream", model(std::string(R"(,"events":{"a":{)") + kTitles + "}}"),
                 "linli:stream: is missing"},
        BadModel{"name with a slash", model(std::string(R"(,"events":{"a/b":{)") + kTitles + "}}"),
                 "no usable name"},
        BadModel{
            "wildcard topic",
            model(std::string(
                      R"(,"properties":{"a":{"type":"number","forms":[{"href":"x/{id}/#"}],)") +
                  kTitles + "}}"),
            "href"},
        BadModel{
            "topic of nobody",
            model(std::string(R"(,"properties":{"a":{"type":"number","forms":[{"href":"x/y"}],)") +
                  kTitles + "}}"),
            "{id}"},
        BadModel{
            "unknown transform",
            model(
                std::string(
                    R"(,"properties":{"a":{"type":"number","forms":[{"href":"{id}","linli:transforms":[{"eval":"x"}]}],)") +
                kTitles + "}}"),
            "expected one of scale"},
        BadModel{
            "required of nothing",
            model(
                std::string(
                    R"(,"events":{"a":{"linli:stream":"alarm","data":{"type":"object","properties":{},"required":["b"]},)") +
                kTitles + "}}"),
            "which is no property"}));

}  // namespace
}  // namespace linli::domain
