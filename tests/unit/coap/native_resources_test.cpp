#include "drivers/coap/native_resources.hpp"

#include <gtest/gtest.h>

#include "drivers/coap/cbor_json.hpp"
#include "tests/story/house.hpp"

namespace linli::drivers::coap {
namespace {

using net::CoapCode;
using net::CoapMethod;
using net::CoapReply;

const std::vector<std::string> kPaths{"properties", "event", "result", "presence",
                                      "command",    "model", "time"};

class NativeResources : public testing::Test {
 protected:
  Outcome ask(CoapMethod method, const std::string& name, const std::string& payload = "",
              std::optional<std::uint16_t> format = 50) {
    request.method = method;
    request.path = {"linli", "v1", name};
    request.exchange.confirmable = confirmable;
    request.content_format = format;
    const Caller caller{domain::DeviceId::parse("door1").value(), *profile, {1'764'000'000'000}};
    return handle(find_resource(request.path).value(), request, payload, caller);
  }
  CoapCode code(const Outcome& outcome) {
    const auto* stored = std::get_if<ToStore>(&outcome);
    return stored == nullptr ? std::get<CoapReply>(outcome).code : stored->reply.code;
  }

  std::shared_ptr<const domain::Profile> profile = story::test_profile();
  net::CoapRequest request;
  bool confirmable = true;
};

TEST_F(NativeResources, AreThoseThatWellKnownCoreLists) {
  const auto links = native_links();
  ASSERT_EQ(links.size(), kPaths.size());
  for (std::size_t i = 0; i < links.size(); ++i)
    EXPECT_EQ(links[i].target, "/linli/v1/" + kPaths[i]);
  EXPECT_FALSE(find_resource({"linli", "v1"}).has_value());
  EXPECT_FALSE(find_resource({"linli/v1/event"}).has_value());
  EXPECT_FALSE(find_resource({}).has_value());
}

TEST_F(NativeResources, CoreIsFilteredByItsQuery) {
  request.path = {".well-known", "core"};
  request.query = {"rt=linli.event"};
  const Caller caller{domain::DeviceId::parse("door1").value(), *profile, {}};
  const auto reply = std::get<CoapReply>(handle(Resource::kCore, request, "", caller));
  EXPECT_EQ(reply.payload, R"(</linli/v1/event>;rt="linli.event";ct="50 60")");
  EXPECT_EQ(reply.format, net::CoapFormat::kLink);
  request.accept = 50;
  EXPECT_EQ(std::get<CoapReply>(handle(Resource::kCore, request, "", caller)).code,
            CoapCode::kNotAcceptable);
}

TEST_F(NativeResources, AnEventIsAReportAndItsReplyWaitsForTheStore) {
  const auto outcome = ask(CoapMethod::kPost, "event", R"({"id":"m1","event":"smoke"})");
  const auto& stored = std::get<ToStore>(outcome);
  EXPECT_EQ(stored.report.message_id, "m1");
  EXPECT_EQ(stored.report.device.str(), "door1");
  ASSERT_EQ(stored.report.events.size(), 1U);
  EXPECT_EQ(stored.reply, CoapReply{CoapCode::kChanged});
}

TEST_F(NativeResources, CborSaysTheSameAsJson) {
  const std::string json = R"({"id":"m1","properties":{"level":2.5}})";
  const auto by_cbor =
      std::get<ToStore>(ask(CoapMethod::kPost, "properties", json_to_cbor(json).value(), 60));
  const auto by_json = std::get<ToStore>(ask(CoapMethod::kPut, "properties", json));
  EXPECT_EQ(by_cbor.report, by_json.report);
  EXPECT_EQ(by_json.report.readings.size(), 1U);
}

TEST_F(NativeResources, APayloadWithoutFormatIsJson) {
  EXPECT_EQ(code(ask(CoapMethod::kPost, "event", R"({"event":"smoke"})", std::nullopt)),
            CoapCode::kChanged);
}

TEST_F(NativeResources, AnotherFormatIs415) {
  for (const int format : {0, 40, 11050, 65535}) {
    EXPECT_EQ(code(ask(CoapMethod::kPost, "event", "{}", static_cast<std::uint16_t>(format))),
              CoapCode::kUnsupportedFormat);
  }
}

TEST_F(NativeResources, AnAlarmThatIsNotConfirmableIsRefusedWithAReason) {
  confirmable = false;
  const auto outcome = ask(CoapMethod::kPost, "event", R"({"event":"smoke"})");
  EXPECT_EQ(std::get<CoapReply>(outcome).code, CoapCode::kBadRequest);
  EXPECT_EQ(std::get<CoapReply>(outcome).payload, "an alarm must be confirmable (CON)");
  EXPECT_EQ(code(ask(CoapMethod::kPost, "properties", R"({"properties":{"level":1}})")),
            CoapCode::kChanged);
}

TEST_F(NativeResources, WhatIsRejectedIsReportedAndAnsweredWithTheReason) {
  for (const auto& [payload, format] : std::vector<std::pair<std::string, std::uint16_t>>{
           {"{", 50}, {R"({"event":"fire"})", 50}, {"\xff", 60}, {"", 50}, {"", 60}}) {
    const auto outcome = ask(CoapMethod::kPost, "event", payload, format);
    const auto& stored = std::get<ToStore>(outcome);
    EXPECT_TRUE(stored.report.rejection.has_value());
    EXPECT_TRUE(stored.report.events.empty());
    EXPECT_EQ(stored.reply.code, CoapCode::kBadRequest);
    EXPECT_FALSE(stored.reply.payload.empty());
    EXPECT_LE(stored.reply.payload.size(), 160U);
  }
}

TEST_F(NativeResources, PresenceIsPutAndTakenAway) {
  const auto here = std::get<ToStore>(ask(CoapMethod::kPut, "presence", R"({"online":true})"));
  EXPECT_EQ(here.report.presence, domain::Presence::kOnline);
  const auto gone = std::get<ToStore>(ask(CoapMethod::kDelete, "presence"));
  EXPECT_EQ(gone.report.presence, domain::Presence::kOffline);
  EXPECT_TRUE(gone.report.is_goodbye);
  EXPECT_EQ(gone.reply.code, CoapCode::kDeleted);
}

TEST_F(NativeResources, OnlyTheirOwnMethodsAreAllowed) {
  for (const std::string& path : kPaths) {
    for (const auto method : {CoapMethod::kFetch, CoapMethod::kPatch, CoapMethod::kIpatch})
      EXPECT_EQ(code(ask(method, path)), CoapCode::kMethodNotAllowed) << path;
  }
  EXPECT_EQ(code(ask(CoapMethod::kGet, "event")), CoapCode::kMethodNotAllowed);
  EXPECT_EQ(code(ask(CoapMethod::kPost, "time")), CoapCode::kMethodNotAllowed);
  EXPECT_EQ(code(ask(CoapMethod::kDelete, "properties")), CoapCode::kMethodNotAllowed);
}

TEST_F(NativeResources, AnswerInTheFormatThatAcceptAsksFor) {
  const auto json = std::get<CoapReply>(ask(CoapMethod::kGet, "time"));
  EXPECT_EQ(json.payload, R"({"quality":"unknown","time":1764000000000})");
  request.accept = 60;
  const auto cbor = std::get<CoapReply>(ask(CoapMethod::kGet, "time"));
  EXPECT_EQ(cbor.format, net::CoapFormat::kCbor);
  EXPECT_EQ(cbor_to_json(cbor.payload).value(), json.payload);
  request.accept = 41;
  EXPECT_EQ(code(ask(CoapMethod::kGet, "time")), CoapCode::kNotAcceptable);
}

TEST_F(NativeResources, TheModelNamesWhatTheGatewayUnderstands) {
  const auto reply = std::get<CoapReply>(ask(CoapMethod::kGet, "model"));
  EXPECT_EQ(reply.payload,
            R"({"actions":{"unlock":{"input":{}}},"events":{"smoke":{"data":{},"stream":"alarm"}},)"
            R"("profile":"test/door","properties":{"level":{"type":"number"}}})");
}

TEST_F(NativeResources, ACommandIsNotToldASecondTime) {
  EXPECT_EQ(std::get<CoapReply>(ask(CoapMethod::kGet, "command")).payload, "{}");
}

}  // namespace
}  // namespace linli::drivers::coap
