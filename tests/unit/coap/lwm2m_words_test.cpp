#include "drivers/coap/lwm2m_words.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"
#include "firmware/domain/profile_codec.hpp"

namespace linli::drivers::coap {
namespace {

using base::Json;
using net::CoapFormat;
using net::CoapMethod;

constexpr const char* kModel = R"({"@type":"tm:ThingModel","titles":{"zh":"x","en":"x"},
  "properties":{
    "battery":{"titles":{"zh":"x","en":"x"},"type":"integer","forms":[{"href":"/3/0/9","subprotocol":"lwm2m"}]},
    "maker":{"titles":{"zh":"x","en":"x"},"type":"string","forms":[{"href":"/3/0/0","subprotocol":"lwm2m"}]},
    "temperature":{"titles":{"zh":"x","en":"x"},"type":"number","forms":[{"href":"/3303/0/5700","subprotocol":"lwm2m"}]}},
  "actions":{
    "sound":{"titles":{"zh":"x","en":"x"},"linli:safety":"none","input":{"type":"object","properties":{"on":{"type":"boolean"}}},
      "forms":[{"href":"/3338/0/5850","subprotocol":"lwm2m","lwm2m:operation":"write","linli:payload":"{on}"}]}}})";

// The device object of LwM2M's example for TLV: a read of /3/0 (as in lwm2m_tlv_test.cpp).
constexpr const char* kDevice =
    "c800144f70656e204d6f62696c6520416c6c69616e6365c801164c69676874776569676874204d324d20436c69656e"
    "74c80209333435303030313233c303312e30860641000141010588070842000ed842011388870841007d42010384"
    "c10964c10a0f830b410000c40d5182428fc60e2b30323a3030c11055";

class Lwm2mWordsTest : public testing::Test {
 protected:
  Lwm2mWords answered(const std::vector<std::string>& path, std::uint16_t format,
                      const std::string& payload, std::uint8_t code = 0x45) {
    net::CoapAnswer answer;
    answer.code = code;
    answer.content_format = format;
    answer.payload = payload;
    answer.observe = observe;
    return words_of(answer, path, profile);
  }
  static Json json(const Lwm2mWords& words) { return base::parse_json(words.decoded).value(); }
  static Json row(const Json& decoded, const std::string& path) {
    for (const Json& each : decoded["resources"]) {
      if (each["path"] == path) return each;
    }
    return {};
  }

  domain::Profile profile = domain::parse_profile("x/y", kModel).value();
  std::optional<std::uint32_t> observe;
};

TEST_F(Lwm2mWordsTest, SayTheDeviceObjectOfTheStandardWithTheNamesOfTheModel) {
  const auto words = answered({"3", "0"}, 11542, base::from_hex(kDevice).value());
  const Json decoded = json(words);
  EXPECT_EQ(decoded["lwm2m"], "answer");
  EXPECT_EQ(decoded["path"], "/3/0");
  EXPECT_EQ(decoded["resources"].size(), 16U);
  EXPECT_EQ(row(decoded, "/3/0/9"),
            (Json{{"path", "/3/0/9"}, {"name", "battery"}, {"value", 100}}));
  EXPECT_EQ(row(decoded, "/3/0/0"),
            (Json{{"path", "/3/0/0"}, {"name", "maker"}, {"value", "Open Mobile Alliance"}}));
  EXPECT_EQ(row(decoded, "/3/0/1")["text"], "Lightweight M2M Client");
  EXPECT_EQ(row(decoded, "/3/0/7/1"), (Json{{"path", "/3/0/7/1"}, {"hex", "1388"}}));
  EXPECT_EQ(words.summary.substr(0, 40), "answer: maker=\"Open Mobile Alliance\" /3/");
  EXPECT_NE(words.summary.find(" battery=100 "), std::string::npos) << words.summary;
}

TEST_F(Lwm2mWordsTest, SayANotificationInEveryFormat) {
  observe = 7;
  const std::vector<std::string> path{"lwm2m", "3303", "0", "5700"};
  const Json row = {{"path", "/3303/0/5700"}, {"name", "temperature"}, {"value", 21.375}};
  const std::string tlv = base::from_hex("e4164441ab0000").value();
  for (const auto& [format, payload] : std::vector<std::pair<std::uint16_t, std::string>>{
           {0, "21.375"}, {110, R"([{"n":"/3303/0/5700","v":21.375}])"}, {11542, tlv}}) {
    const auto words = answered(path, format, payload);
    EXPECT_EQ(words.summary, "notify: temperature=21.375") << format;
    EXPECT_EQ(json(words), (Json{{"lwm2m", "notify"},
                                 {"path", "/3303/0/5700"},
                                 {"name", "temperature"},
                                 {"resources", {row}}}));
  }
}

TEST_F(Lwm2mWordsTest, SayWhatCannotBeRead) {
  const auto cut = answered({"3", "0", "9"}, 11542, "\xc1\x09");
  EXPECT_EQ(json(cut)["rejected"], "TLV: it ends too early");
  EXPECT_EQ(cut.summary, "answer: rejected, TLV: it ends too early");
  EXPECT_EQ(json(answered({"3", "0", "9"}, 60, "x"))["rejected"],
            "the Content-Format 60 is not understood");
  EXPECT_EQ(json(answered({"3", "0", "9"}, 0, std::string(1025, 'x')))["rejected"],
            "more than 1024 bytes");
  const Json wrong = row(json(answered({"3", "0", "9"}, 0, "full")), "/3/0/9");
  EXPECT_EQ(wrong["problem"], "expected an integer, found 'full'");
  EXPECT_EQ(wrong["text"], "full");
}

TEST_F(Lwm2mWordsTest, SayWhoseRefusalItIsAndNothingOfACallThatIsNotKnown) {
  EXPECT_EQ(answered({"3338", "0", "5850"}, 0, "", 0x85).summary, "answer sound");
  EXPECT_EQ(answered({}, 0, "21").summary, "answer");
  EXPECT_EQ(json(answered({}, 0, "21")), (Json{{"lwm2m", "answer"}}));
}

TEST_F(Lwm2mWordsTest, AreBounded) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += base::from_hex("c16401").value();
  const auto words = answered({"9", "0"}, 11542, many);
  EXPECT_EQ(json(words)["resources"].size(), kMaxWordedResources);
  EXPECT_EQ(json(words)["more"], 68);
}

TEST_F(Lwm2mWordsTest, SayWhatIsAskedAndWritten) {
  net::CoapCall call;
  call.path = {"3303", "0", "5700"};
  call.observe = 0;
  EXPECT_EQ(words_of(call, profile).summary, "observe temperature");
  call.observe.reset();
  EXPECT_EQ(words_of(call, profile).summary, "read temperature");
  call.path = {"3338", "0", "5850"};
  call.method = CoapMethod::kPut;
  call.format = CoapFormat::kTlv;
  call.payload = base::from_hex("e116da01").value();
  EXPECT_EQ(words_of(call, profile).summary, "write: sound=true");
  EXPECT_EQ(row(json(words_of(call, profile)), "/3338/0/5850")["value"], true);
  call = {};
  call.path = {"5", "0", "2"};
  call.method = CoapMethod::kPost;
  EXPECT_EQ(words_of(call, profile).summary, "execute /5/0/2");
}

TEST_F(Lwm2mWordsTest, SayARegistrationAndItsEnd) {
  net::CoapRequest request;
  request.method = CoapMethod::kPost;
  request.path = {"rd"};
  request.query = {"ep=th1", "lt=300", "b=U", "bad=\x01\xff"};
  request.payload = R"(</>;rt="oma.lwm2m";ct=110,</3/0>,</3303/0>,</5>)";
  const auto words = words_of(request, profile);
  EXPECT_EQ(words.summary,
            "register ep=th1 lt=300 b=U: /3/0 (battery, maker), /3303/0 (temperature), /5");
  EXPECT_EQ(json(words)["query"]["lt"], "300");
  EXPECT_EQ(json(words)["objects"]["/3303/0"], Json::array({"temperature"}));
  request.path = {"rd", "1-1"};
  request.query.clear();
  request.payload.clear();
  EXPECT_EQ(words_of(request, profile).summary, "update");
  request.payload = "nonsense";
  EXPECT_TRUE(json(words_of(request, profile)).contains("rejected"));
  request.method = CoapMethod::kDelete;
  EXPECT_EQ(words_of(request, profile).summary, "deregister");
  request.path = {"bs"};
  EXPECT_EQ(words_of(request, profile).summary, "");
  net::CoapReply reply;
  EXPECT_EQ(words_of(reply).summary, "");
  reply.location = {"rd", "1-1"};
  EXPECT_EQ(words_of(reply).summary, "registered as /rd/1-1");
}

}  // namespace
}  // namespace linli::drivers::coap
