#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "firmware/base/json.hpp"
#include "firmware/base/json_reader.hpp"

namespace linli::base {
namespace {

struct BadJson {
  const char* rule;
  std::string text;
  const char* said;
};

class ParseJsonRefuses : public testing::TestWithParam<BadJson> {};

TEST_P(ParseJsonRefuses, WithTheReason) {
  const auto parsed = parse_json(GetParam().text);
  ASSERT_FALSE(parsed.has_value()) << GetParam().rule;
  EXPECT_EQ(parsed.error().code, Code::kInvalid);
  EXPECT_NE(parsed.error().what.find(GetParam().said), std::string::npos) << parsed.error().what;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ParseJsonRefuses,
    testing::Values(BadJson{"depth 33", std::string(33, '[') + std::string(33, ']'), "32 levels"},
                    BadJson{"a million brackets", std::string(60'000, '['), "32 levels"},
                    BadJson{"duplicate keys", R"({"amount":1,"amount":9999})", "twice"},
                    BadJson{"integer beyond 64 bits", "[18446744073709551616]", "64 bits"},
                    BadJson{"number beyond double", "[1e400]", "byte"},
                    BadJson{"lone surrogate", R"(["\ud800"])", "byte"},
                    BadJson{"bad UTF-8", "[\"\xC3\x28\"]", "byte"},
                    BadJson{"NUL in text", std::string("[\"a\0b\"]", 7), "byte"},
                    BadJson{"byte-order mark", "\xEF\xBB\xBF{}", "byte-order mark"},
                    BadJson{"too large", "\"" + std::string(70'000, 'a') + "\"", "allowed"},
                    BadJson{"long string", "\"" + std::string(20'000, 'a') + "\"", "longer than"},
                    BadJson{"comment", "{} // x", "byte"}, BadJson{"truncated", R"({"a":)", "byte"},
                    BadJson{"empty", "", "byte"}, BadJson{"trailing text", "{} {}", "byte"},
                    BadJson{"NaN", "[NaN]", "byte"}));

TEST(ParseJson, KeepsThirtyTwoLevels) {
  EXPECT_TRUE(parse_json(std::string(32, '[') + std::string(32, ']')).has_value());
}

TEST(ParseJson, BuildsTheSameValueAsTheLibrary) {
  const std::string text =
      R"({"a":[1,-2,3.5,true,null,"中文"],"b":{"c":{}}, "d":18446744073709551615})";
  EXPECT_EQ(parse_json(text).value(), Json::parse(text));
}

TEST(ParseJson, AllowsCommentsOnlyWhenAsked) {
  JsonLimits limits;
  limits.allow_comments = true;
  EXPECT_TRUE(parse_json("{ // why\n \"a\": 1 }", limits).has_value());
}

TEST(AppendJsonString, EscapesAndReadsBackTheSame) {
  std::string out;
  append_json_string(out, "a\"b\\c\n\x01\x7F中");
  EXPECT_EQ(Json::parse(out).get<std::string>(), "a\"b\\c\n\x01\x7F中");
}

TEST(AppendJsonString, ReplacesBytesThatAreNotUtf8) {
  std::string out;
  append_json_string(out, "a\xFFz");
  EXPECT_EQ(Json::parse(out).get<std::string>(), "a\xEF\xBF\xBDz");
}

TEST(JsonReader, NamesThePathOfAWrongType) {
  const Json json = Json::parse(R"({"port":"x"})");
  JsonReader in(json, "platform");
  in.integer("port", {1, 65535});
  EXPECT_EQ(in.finish().error().what, "platform.port: expected an integer, found \"x\"");
}

TEST(JsonReader, NamesTheRangeOfAWrongNumber) {
  const Json json = Json::parse(R"({"port":70000})");
  JsonReader in(json, "platform");
  in.integer("port", {1, 65535});
  EXPECT_EQ(in.finish().error().what,
            "platform.port: expected an integer from 1 to 65535, found 70000");
}

TEST(JsonReader, SuggestsTheNearestKnownKey) {
  const Json json = Json::parse(R"({"prot":1})");
  JsonReader in(json, "");
  in.optional_integer("port", {1, 65535});
  EXPECT_EQ(in.finish().error().what, "prot: unknown key, did you mean 'port'?");
}

TEST(JsonReader, SaysOnceThatARequiredMemberIsMissing) {
  const Json json = Json::object();
  JsonReader in(json, "command");
  in.text("id", 64);
  EXPECT_EQ(in.finish().error().what, "command.id: is missing");
}

TEST(JsonReader, RefusesWhatIsNoObject) {
  const Json json = Json::array();
  JsonReader in(json, "command");
  EXPECT_EQ(in.text("id", 64), "");
  EXPECT_EQ(in.finish().error().what, "command: expected an object, found an array");
}

}  // namespace
}  // namespace linli::base
