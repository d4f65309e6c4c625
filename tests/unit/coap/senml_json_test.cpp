#include "drivers/coap/senml_json.hpp"

#include <gtest/gtest.h>

namespace linli::drivers::coap {
namespace {

// RFC 8428 §5.1.2, without the units.
TEST(SenmlJson, ReadsAnExampleOfRfc8428) {
  const auto records =
      decode_senml(R"([{"bn":"urn:dev:ow:10e2073a01080063:","n":"voltage","u":"V","v":120.1},)"
                   R"({"n":"current","u":"A","v":1.2}])");
  ASSERT_TRUE(records.has_value()) << records.error().what;
  ASSERT_EQ(records->size(), 2U);
  EXPECT_EQ(records->at(0).name, "urn:dev:ow:10e2073a01080063:voltage");
  EXPECT_EQ(records->at(1), (SenmlRecord{"urn:dev:ow:10e2073a01080063:current", {}, 1.2}));
}

// RFC 8428 §5.1.3.
TEST(SenmlJson, AddsBaseTimeAndTime) {
  const auto records =
      decode_senml(
          R"([{"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,"bu":"A","bver":10,)"
          R"("n":"voltage","u":"V","v":120.1},{"n":"current","t":-5,"v":1.2}])")
          .value();
  EXPECT_EQ(records[0].time_s, 1276020076.001);
  EXPECT_EQ(records[1].time_s, 1276020071.001);
}

TEST(SenmlJson, ReadsEachKindOfValueOfAnObject) {
  const auto records =
      decode_senml(
          R"([{"bn":"/3/0/","n":"0","vs":"Open Mobile Alliance"},{"n":"9","v":95},{"n":"11/0","vb":false},)"
          R"({"n":"22","vlo":"10:0"},{"n":"23","vd":"AQID_w"}])")
          .value();
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(records[0], (SenmlRecord{"/3/0/0", {}, std::string("Open Mobile Alliance")}));
  EXPECT_EQ(records[2], (SenmlRecord{"/3/0/11/0", {}, false}));
  EXPECT_EQ(records[3].value, SenmlRecord::Value(std::string("10:0")));
  EXPECT_EQ(records[4].value, SenmlRecord::Value(SenmlRecord::Opaque{"\x01\x02\x03\xff"}));
}

TEST(SenmlJson, WritesWhatItReads) {
  const std::vector<SenmlRecord> records{
      {"/3303/0/5700", 1764000000.0, 21.4},
      {"/3303/0/5701", {}, std::string("Cel \"x\"")},
      {"/3342/0/5500", {}, true},
      {"/3/0/23", {}, SenmlRecord::Opaque{std::string(3, '\0')}}};
  EXPECT_EQ(decode_senml(encode_senml(records)).value(), records);
}

TEST(SenmlJson, RefusesWhatItDoesNotUnderstand) {
  for (const char* text :
       {"", "{}", "[]", "[1]", "[{}]", R"([{"n":"a"}])", R"([{"v":1}])", R"([{"n":"a b","v":1}])",
        R"([{"n":"a","v":"1"}])", R"([{"n":"a","vs":1}])", R"([{"n":"a","vb":1}])",
        R"([{"n":"a","v":1,"vs":"x"}])", R"([{"n":"a","v":1,"must_":1}])",
        R"([{"bver":11,"n":"a","v":1}])", R"([{"n":"a","vd":"="}])", R"([{"n":"a","bv":1,"v":1}])",
        R"([{"n":1,"v":1}])", R"([{"n":"a","t":"x","v":1}])", R"([{"n":"a","v":1},{"n":"b"}])"}) {
    EXPECT_FALSE(decode_senml(text).has_value()) << text;
  }
}

TEST(SenmlJson, IsBounded) {
  std::string many = "[";
  for (std::size_t i = 0; i <= kMaxSenmlRecords; ++i) many += R"({"n":"a","v":1},)";
  many.back() = ']';
  EXPECT_FALSE(decode_senml(many).has_value());
}

// RFC 4648 §10, without the padding.
TEST(Base64url, HoldsToTheVectorsOfRfc4648) {
  for (const auto& [bytes, text] :
       std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                        {"f", "Zg"},
                                                        {"fo", "Zm8"},
                                                        {"foo", "Zm9v"},
                                                        {"foob", "Zm9vYg"},
                                                        {"fooba", "Zm9vYmE"},
                                                        {"foobar", "Zm9vYmFy"},
                                                        {"\xfb\xff", "-_8"}}) {
    EXPECT_EQ(to_base64url(bytes), text);
    EXPECT_EQ(from_base64url(text).value(), bytes);
  }
  for (const char* text : {"Z", "Zg==", "Zh", "Zm9=", "Zm 9", "Zm9v+A"})
    EXPECT_FALSE(from_base64url(text).has_value()) << text;
}

}  // namespace
}  // namespace linli::drivers::coap
