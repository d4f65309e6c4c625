#include "firmware/platform/json_check.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "firmware/base/bytes.hpp"

namespace linli::platform {
namespace {

TEST(JsonCheck, TakesObjectsOnly) {
  EXPECT_TRUE(is_json_object("{}"));
  EXPECT_TRUE(is_json_object(R"( {"a":[1,-0.5e+3,true,false,null,"x\u00e9\n"],"b":{"c":{}}} )"));
  EXPECT_FALSE(is_json_object(""));
  EXPECT_FALSE(is_json_object("[]"));
  EXPECT_FALSE(is_json_object("1"));
  EXPECT_FALSE(is_json_object("{} {}"));
  EXPECT_FALSE(is_json_object("{}x"));
}

TEST(JsonCheck, RefusesWhatAReaderWouldRefuse) {
  for (const char* text : {"{",
                           R"({"a"})",
                           R"({"a":})",
                           R"({"a":1,})",
                           R"({,})",
                           R"({"a":01})",
                           R"({"a":1.})",
                           R"({"a":.5})",
                           R"({"a":+1})",
                           R"({"a":1e})",
                           R"({"a":tru})",
                           R"({"a":"\x"})",
                           R"({"a":"\u12g4"})",
                           R"({"a":[1 2]})",
                           R"({a:1})",
                           "{\"a\":\"\n\"}",
                           "{\"a\":\"\xFF\"}",
                           R"({"a":[1,]})",
                           R"({"a":-})",
                           R"({"a":"\)",
                           R"({"a":"\u)"}) {
    EXPECT_FALSE(is_json_object(text)) << text;
  }
}

TEST(JsonCheck, BoundsTheDepth) {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 1; i < depth; ++i) text += R"({"a":)";
    return text + "{}" + std::string(depth - 1, '}');
  };
  EXPECT_TRUE(is_json_object(nested(32)));
  EXPECT_FALSE(is_json_object(nested(33)));
  EXPECT_FALSE(is_json_object(nested(200'000)));
}

TEST(JsonCheck, AgreesWithTheLibraryOnDamagedTexts) {
  const std::string whole =
      R"({"p":{"temperature":21.5,"t":[true,null,-7],"n":"\"\n\\"},"m":{"q":{}}})";
  std::mt19937 random(7);
  std::uniform_int_distribution<std::size_t> place(0, whole.size() - 1);
  const std::string bytes = "{}[]\",:0-.tfn\\ \n\x7F\xC3";
  std::uniform_int_distribution<std::size_t> pick(0, bytes.size() - 1);
  for (int i = 0; i < 50'000; ++i) {
    std::string text = whole;
    for (int cuts = 0; cuts < 1 + i % 3; ++cuts) text[place(random)] = bytes[pick(random)];
    const auto json = nlohmann::json::parse(text, nullptr, false);
    EXPECT_EQ(is_json_object(text), json.is_object()) << text;
  }
}

}  // namespace
}  // namespace linli::platform
