#include "drivers/coap/cbor_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "firmware/base/bytes.hpp"

namespace linli::drivers::coap {
namespace {

std::string json_of(std::string_view hex) {
  const auto json = cbor_to_json(base::from_hex(hex).value());
  return json ? *json : "refused: " + json.error().what;
}

// RFC 8949 appendix A, all that JSON can say.
TEST(CborToJson, ReadsTheExamplesOfRfc8949AppendixA) {
  const std::vector<std::pair<const char*, const char*>> golden{
      {"00", "0"},
      {"17", "23"},
      {"1818", "24"},
      {"1903e8", "1000"},
      {"1a000f4240", "1000000"},
      {"1b000000e8d4a51000", "1000000000000"},
      {"1bffffffffffffffff", "18446744073709551615"},
      {"20", "-1"},
      {"3863", "-100"},
      {"3903e7", "-1000"},
      {"f90000", "0"},
      {"f93c00", "1"},
      {"fb3ff199999999999a", "1.1"},
      {"f93e00", "1.5"},
      {"f97bff", "65504"},
      {"fa47c35000", "1e+05"},
      {"fb7e37e43c8800759c", "1e+300"},
      {"f90400", "6.103515625e-05"},
      {"f9c400", "-4"},
      {"fbc010666666666666", "-4.1"},
      {"f4", "false"},
      {"f5", "true"},
      {"f6", "null"},
      {"60", R"("")"},
      {"6449455446", R"("IETF")"},
      {"62225c", R"("\"\\")"},
      {"62c3bc", "\"\xc3\xbc\""},
      {"63e6b0b4", "\"\xe6\xb0\xb4\""},
      {"80", "[]"},
      {"83010203", "[1,2,3]"},
      {"8301820203820405", "[1,[2,3],[4,5]]"},
      {"a0", "{}"},
      {"a26161016162820203", R"({"a":1,"b":[2,3]})"},
      {"826161a161626163", R"(["a",{"b":"c"}])"},
      {"7f657374726561646d696e67ff", R"("streaming")"},
      {"9fff", "[]"},
      {"9f018202039f0405ffff", "[1,[2,3],[4,5]]"},
      {"bf61610161629f0203ffff", R"({"a":1,"b":[2,3]})"},
      {"bf6346756ef563416d7421ff", R"({"Fun":true,"Amt":-2})"},
  };
  for (const auto& [hex, json] : golden) EXPECT_EQ(json_of(hex), json) << hex;
}

TEST(CborToJson, KeepsTheShortFormOfASinglePrecisionNumber) {
  EXPECT_EQ(json_of("fa41ab3333"), "21.4");
}

TEST(CborToJson, RefusesWhatJsonCannotSay) {
  for (const char* hex :
       {"4401020304", "c11a514b67b0", "f7", "f97c00", "f97e00", "fb7ff0000000000000", "a10102",
        "3bffffffffffffffff", "f0", "f8ff", "d9d9f7a0", "5f42010243030405ff"}) {
    EXPECT_TRUE(json_of(hex).starts_with("refused")) << hex << " " << json_of(hex);
  }
}

TEST(CborToJson, RefusesWhatIsCutOffOrGoesOn) {
  for (const char* hex : {"",
                          "18",
                          "19ff",
                          "61",
                          "62c3",
                          "61c3",
                          "81",
                          "a1",
                          "a16161",
                          "9f",
                          "bf",
                          "7f",
                          "7f61",
                          "0000",
                          "ff",
                          "1c",
                          "1f",
                          "3f",
                          "df",
                          "9bffffffffffffffff",
                          "7bffffffffffffffff",
                          "bbffffffffffffffff",
                          "7f6161",
                          "7f0161ff"}) {
    EXPECT_TRUE(json_of(hex).starts_with("refused")) << hex << " " << json_of(hex);
  }
}

TEST(CborToJson, RefusesMoreLevelsThanTheContractHas) {
  std::string deep(static_cast<std::size_t>(kMaxCborDepth), '\x81');
  EXPECT_TRUE(cbor_to_json(deep + '\x01').has_value());
  EXPECT_FALSE(cbor_to_json('\x81' + deep + '\x01').has_value());
  EXPECT_FALSE(cbor_to_json(std::string(60'000, '\x9f')).has_value());
}

// An encoder and decoder that we did not write says the same.
TEST(CborToJson, AgreesWithAnotherImplementation) {
  const auto value = nlohmann::json::parse(
      R"({"id":"m1","time":1764000000000,"properties":{"temperature":21.5,"on":true,"n":-7,"s":"水"}})");
  const auto cbor = nlohmann::json::to_cbor(value);
  EXPECT_EQ(nlohmann::json::parse(cbor_to_json(std::string(cbor.begin(), cbor.end())).value()),
            value);
  EXPECT_EQ(nlohmann::json::from_cbor(json_to_cbor(value.dump()).value()), value);
}

TEST(JsonToCbor, RefusesWhatIsNoJson) {
  EXPECT_FALSE(json_to_cbor("{").has_value());
}

}  // namespace
}  // namespace linli::drivers::coap
