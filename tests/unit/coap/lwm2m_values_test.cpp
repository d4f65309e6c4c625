#include "drivers/coap/lwm2m_values.hpp"

#include <gtest/gtest.h>

#include "firmware/base/bytes.hpp"
#include "firmware/domain/profile_codec.hpp"

namespace linli::drivers::coap {
namespace {

using domain::ObjectPath;
using net::CoapFormat;

constexpr const char* kModel = R"({"@type":"tm:ThingModel","titles":{"zh":"x","en":"x"},
  "properties":{
    "level":{"titles":{"zh":"x","en":"x"},"type":"integer","forms":[{"href":"/3/0/9","subprotocol":"lwm2m"}]},
    "present":{"titles":{"zh":"x","en":"x"},"type":"boolean","forms":[{"href":"/3302/0/5500","subprotocol":"lwm2m"}]},
    "name":{"titles":{"zh":"x","en":"x"},"type":"string","forms":[{"href":"/3/0/1","subprotocol":"lwm2m"}]},
    "value":{"titles":{"zh":"x","en":"x"},"type":"number","forms":[{"href":"/3303/1/5700","subprotocol":"lwm2m","linli:transforms":[{"scale":10}]}]}},
  "events":{
    "motion":{"titles":{"zh":"x","en":"x"},"linli:stream":"alarm","forms":[{"href":"/3302/0/5500","subprotocol":"lwm2m","linli:when":true}]},
    "press":{"titles":{"zh":"x","en":"x"},"linli:stream":"alarm","forms":[{"href":"/3347/0/5501","subprotocol":"lwm2m","lwm2m:type":"integer"}]}},
  "actions":{
    "sound":{"titles":{"zh":"x","en":"x"},"linli:safety":"none","input":{"type":"object","properties":{"on":{"type":"boolean"}}},
      "forms":[{"href":"/3338/0/5850","subprotocol":"lwm2m","lwm2m:operation":"write","linli:payload":"{on}"}]},
    "volume":{"titles":{"zh":"x","en":"x"},"linli:safety":"none","input":{"type":"object","properties":{"level":{"type":"integer"}}},
      "forms":[{"href":"/3338/0/5548","subprotocol":"lwm2m","lwm2m:operation":"write","linli:payload":"{level}","lwm2m:type":"number","linli:transforms":[{"scale":0.5}]}]},
    "mode":{"titles":{"zh":"x","en":"x"},"linli:safety":"none",
      "forms":[{"href":"/3338/0/5750","subprotocol":"lwm2m","lwm2m:operation":"write","linli:payload":"night"}]}}})";

class Lwm2mValues : public testing::Test {
 protected:
  domain::Report decode(ObjectPath path, std::optional<std::uint16_t> format,
                        const std::string& payload) {
    return decode_resource(profile, {path, format, payload}, raised);
  }
  domain::Report tlv(ObjectPath path, const std::string& hex) {
    return decode(path, 11542, base::from_hex(hex).value());
  }
  std::string write(const std::string& action, const std::string& input, CoapFormat format) {
    const auto index = domain::action_index(profile, action).value();
    for (const domain::DownForm& form : profile.down) {
      if (form.action == index) return encode_write(form, input, format).value();
    }
    return "no form";
  }

  domain::Profile profile = domain::parse_profile("x/y", kModel).value();
  RaisedForms raised;
  std::uint16_t level = domain::property_index(profile, "level").value();
  std::uint16_t value = domain::property_index(profile, "value").value();
};

TEST_F(Lwm2mValues, AreReadFromTheResourceOrTheInstanceAroundIt) {
  const std::vector<domain::Reading> read{{level, std::int64_t{100}}};
  EXPECT_EQ(tlv({3, 0, 9}, "c10964").readings, read);
  EXPECT_EQ(tlv({3, 0, 9}, "c10a64").rejection, "/3/0/9: the payload does not hold it");
}

TEST_F(Lwm2mValues, InAnObjectInstanceAreThoseOfTheInstanceThatWasAsked) {
  // object instance 1 (7 bytes): resource 5700 as a float; object instance 0 with another value
  const std::string one =
      "0801"
      "07"
      "e41644"
      "3f800000";
  const std::string zero =
      "0800"
      "07"
      "e41644"
      "40000000";
  EXPECT_EQ(tlv({3303, 1, 5700}, zero + one).readings,
            (std::vector<domain::Reading>{{value, 10.0}}));
}

TEST_F(Lwm2mValues, WithSeveralInstancesAreRefused) {
  EXPECT_EQ(tlv({3, 0, 9},
                "86094100014101"
                "02")
                .rejection,
            "/3/0/9: it has several values");
  EXPECT_EQ(tlv({3, 0, 9}, "8309410064").readings.size(), 1U);
}

TEST_F(Lwm2mValues, OfAnIntegerMayBeSaidAsAWholeNumberInSenml) {
  EXPECT_EQ(decode({3, 0, 9}, 110, R"([{"bn":"/3/0/","n":"9","v":55}])").readings,
            (std::vector<domain::Reading>{{level, std::int64_t{55}}}));
  EXPECT_TRUE(decode({3, 0, 9}, 110, R"([{"n":"/3/0/9","v":55.5}])").rejection.has_value());
  EXPECT_TRUE(decode({3, 0, 9}, 110, R"([{"n":"/3/0/9","vs":"55"}])").rejection.has_value());
}

TEST_F(Lwm2mValues, OfASeriesTheLastCountsWithItsTime) {
  const auto report =
      decode({3, 0, 9}, 110, R"([{"bn":"/3/0/9","bt":1764000000,"v":1},{"t":5,"v":2}])");
  EXPECT_EQ(report.readings, (std::vector<domain::Reading>{{level, std::int64_t{2}}}));
  EXPECT_EQ(report.device_time_ms, 1'764'000'005'000);
  EXPECT_FALSE(decode({3, 0, 9}, 110, R"([{"n":"/3/0/9","t":-5,"v":1}])").device_time_ms);
}

TEST_F(Lwm2mValues, AreRefusedWithTheirPathWhenTheyAreNone) {
  EXPECT_EQ(decode({3, 0, 9}, 0, "4 ").rejection, "/3/0/9: expected an integer, found '4 '");
  EXPECT_EQ(decode({3302, 0, 5500}, std::nullopt, "true").rejection,
            "/3302/0/5500: expected 0 or 1, found 'true'");
  EXPECT_EQ(decode({3, 0, 9}, 60, "x").rejection,
            "/3/0/9: the Content-Format 60 is not understood");
  EXPECT_EQ(decode({3, 0, 1}, 0, std::string(kMaxResourceBytes + 1, 'x')).rejection,
            "/3/0/1: more than 1024 bytes");
  EXPECT_EQ(decode({3303, 1, 5700}, 0, "nan").rejection.value_or(""),
            "/3303/1/5700: scale: the result is no number");
  EXPECT_TRUE(decode({3, 0, 1}, 0, "\xff").rejection.has_value());
  EXPECT_TRUE(tlv({3, 0, 9}, "c1").rejection.has_value());
}

TEST_F(Lwm2mValues, RaiseAnEventWhenItsConditionBeginsToHold) {
  EXPECT_EQ(decode({3302, 0, 5500}, 0, "1").events.size(), 1U);
  EXPECT_EQ(decode({3302, 0, 5500}, 0, "1").events.size(), 0U);
  EXPECT_EQ(decode({3302, 0, 5500}, 0, "x").events.size(), 0U);
  EXPECT_EQ(decode({3302, 0, 5500}, 0, "1").events.size(), 0U) << "a rejection changes nothing";
  EXPECT_EQ(decode({3302, 0, 5500}, 0, "0").events.size(), 0U);
  EXPECT_EQ(decode({3302, 0, 5500}, 0, "1").events.size(), 1U);
}

TEST_F(Lwm2mValues, WithoutAConditionEachOneIsAnEvent) {
  EXPECT_EQ(decode({3347, 0, 5501}, 0, "1").events.size(), 1U);
  EXPECT_EQ(decode({3347, 0, 5501}, 0, "2").events.size(), 1U);
}

TEST_F(Lwm2mValues, AreWrittenInTheFormatOfTheDevice) {
  EXPECT_EQ(write("sound", R"({"on":true})", CoapFormat::kText), "1");
  EXPECT_EQ(base::to_hex(write("sound", R"({"on":true})", CoapFormat::kTlv)), "e116da01");
  EXPECT_EQ(write("sound", R"({"on":false})", CoapFormat::kSenmlJson),
            R"([{"n":"/3338/0/5850","vb":false}])");
  EXPECT_EQ(write("volume", R"({"level":3})", CoapFormat::kText), "1.5");
  EXPECT_EQ(write("mode", "{}", CoapFormat::kText), "night");
  EXPECT_EQ(base::to_hex(write("mode", "{}", CoapFormat::kTlv)),
            "e51676"
            "6e69676874");
}

TEST_F(Lwm2mValues, ThatAreNotInTheInputAreNotWritten) {
  domain::DownForm form;
  form.payload = R"("{on}")";
  form.resource = domain::ResourceForm{{3338, 0, 5850}, domain::ValueType::kBoolean};
  EXPECT_EQ(encode_write(form, "{}", CoapFormat::kText).error().what, "input.on: is missing");
}

}  // namespace
}  // namespace linli::drivers::coap
