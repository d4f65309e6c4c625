#include "firmware/console/api/spoken.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "firmware/domain/envelope.hpp"

namespace linli::console::api {
namespace {

using base::Json;

TEST(Spoken, TheHelpOfASettingIsSpokenAndItsValueStays) {
  const Json settings = {
      {"rows", {{{"path", "data_dir"}, {"help", "where the database lives"}, {"value", "read"}}}}};
  const Json zh = spoken("settings", settings, Language::kZh);
  EXPECT_EQ(zh["rows"][0]["help"], "数据库所在的文件夹");
  EXPECT_EQ(zh["rows"][0]["value"], "read");
  EXPECT_EQ(spoken("settings", settings, Language::kEn), settings);
}

TEST(Spoken, ADriversLinesAreSpoken) {
  const Json operations = {
      {"drivers",
       {{{"name", "coap"},
         {"speaks",
          "native contract over CoAP, and LwM2M 1.1; DTLS 1.2 with a key for each device"}}}}};
  EXPECT_EQ(spoken("operations", operations, Language::kZh)["drivers"][0]["speaks"],
            "邻里协议，走 CoAP；以及 LwM2M 1.1；DTLS 1.2，每台设备一把密钥");
}

TEST(Spoken, TheOutcomeOfACommandIsSpokenAndWhatTheDeviceGaveStays) {
  const Json command = {{"reason", "no answer within 5000 ms: look at the device"},
                        {"output", {{"reason", "is missing"}}}};
  const Json zh = spoken("command", command, Language::kZh);
  EXPECT_EQ(zh["reason"], "5000 毫秒内没有回答，不知道是否已执行：请到现场查看");
  EXPECT_EQ(zh["output"]["reason"], "is missing");
}

TEST(Spoken, OfAnEventOnlyWhatTheGatewayItselfTellsIsSpoken) {
  Json event = {{"type", domain::kRejectedEvent}, {"data", {{"reason", "level: is missing"}}}};
  EXPECT_EQ(spoken_event(event, Language::kZh)["data"]["reason"], "level：没有填写");
  EXPECT_EQ(spoken_event(event, Language::kEn), event);
  EXPECT_EQ(spoken_event(base::dump_json(event), Language::kZh),
            base::dump_json(spoken_event(event, Language::kZh)));
  event["type"] = domain::kThingEvent;
  EXPECT_EQ(spoken_event(event, Language::kZh), event);
}

TEST(Spoken, WhatIsNotThereOrOfAnotherShapeIsPassedOver) {
  for (const Json& json : {Json(), Json(7), Json::array(), Json{{"last_error", nullptr}},
                           Json{{"last_error", {"what"}}}, Json{{"last_error", {{"what", 3}}}}})
    EXPECT_EQ(spoken("platform", json, Language::kZh), json);
}

TEST(Spoken, AnOperationWithoutSentencesStays) {
  const Json json = {{"reason", "is missing"}};
  EXPECT_EQ(spoken("site", json, Language::kZh), json);
}

}  // namespace
}  // namespace linli::console::api
