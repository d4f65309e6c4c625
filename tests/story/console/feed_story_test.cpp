#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "tests/story/console/api_site.hpp"

namespace linli::story {
namespace {

using base::Json;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<Json> messages(const HeldOutlet& outlet, const std::string& kind = "") {
  std::vector<Json> all;
  for (const std::string& text : outlet.sent) {
    Json json = base::parse_json(text).value_or(Json());
    if (kind.empty() || json["kind"] == kind) all.push_back(std::move(json));
  }
  return all;
}

domain::Report level(const std::string& device, double value) {
  domain::Report report;
  report.device = *domain::DeviceId::parse(device);
  report.readings.push_back({0, domain::Value(value)});
  return report;
}

domain::Report smoke(const std::string& device) {
  domain::Report report;
  report.device = *domain::DeviceId::parse(device);
  report.events.push_back({0, R"({"level":3})"});
  return report;
}

class Feed : public ::testing::Test {
 protected:
  std::shared_ptr<HeldOutlet> connect(const Ticket& ticket, const std::string& resume = "",
                                      const std::string& language = "") {
    Asked asked{"GET", "/api/v1/feed"};
    if (!language.empty()) asked.query["language"] = language;
    if (!resume.empty()) asked.query["resume"] = resume;
    asked.is_websocket = true;
    const auto response = site.ask(asked, ticket);
    EXPECT_EQ(response.status, 101) << response.body;
    return ApiSite::open(response);
  }

  ApiSite site;
  Ticket manager = site.claim();
};

TEST_F(Feed, TellsOfAValueWithinAFifthOfASecond) {
  const auto outlet = connect(manager);
  site.report(level("own-door", 7));
  site.loop.run_for(milliseconds(200));
  const auto told = messages(*outlet, "device");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["data"]["id"], "own-door");
  EXPECT_EQ(told[0]["data"]["values"]["level"], 7.0);
  EXPECT_EQ(told[0]["data"]["state"], "online");
}

TEST_F(Feed, TellsADeviceAtMostFiveTimesASecondWithItsLastValue) {
  const auto outlet = connect(manager);
  for (int i = 0; i < 100; ++i) {
    site.report(level("own-door", i * 10));
    site.loop.run_for(milliseconds(10));
  }
  site.loop.run_for(milliseconds(200));
  const auto told = messages(*outlet, "device");
  EXPECT_LE(told.size(), 6U);
  EXPECT_EQ(told.back()["data"]["values"]["level"], 990.0);
}

TEST_F(Feed, LosesNothingAcrossAReconnect) {
  const auto first = connect(manager);
  site.report(smoke("own-door"));
  site.loop.run_for(seconds(1));
  const auto resume = messages(*first).back()["resume"].get<std::string>();
  first->is_gone = true;
  site.report(smoke("own-door"));
  site.report(smoke("far-door"));
  site.loop.run_for(seconds(1));
  const auto second = connect(manager, resume);
  site.loop.run_for(seconds(1));
  EXPECT_EQ(messages(*second, "event").size(), 2U);
  EXPECT_TRUE(messages(*second, "reset").empty());
}

TEST_F(Feed, SaysResetWhenItCannotKnowWhatWasMissed) {
  const auto outlet = connect(manager, "0000000000000000-5");
  EXPECT_EQ(messages(*outlet, "reset").size(), 1U);
}

TEST_F(Feed, SaysResetToWhoWasGoneForMoreThanItKeeps) {
  const auto first = connect(manager);
  const auto resume = messages(*first).back()["resume"].get<std::string>();
  first->is_gone = true;
  for (int i = 0; i < 9000; ++i) site.report(smoke("own-door"));
  site.loop.run_for(seconds(1));
  const auto second = connect(manager, resume);
  EXPECT_EQ(messages(*second, "reset").size(), 1U);
}

TEST_F(Feed, KeepsToThePlacesOfWhoListens) {
  const Ticket guard = site.person(manager, "on_call", "guard", {"b1"});
  const auto outlet = connect(guard);
  site.report(smoke("far-door"));
  site.report(level("far-door", 5));
  site.report(smoke("own-door"));
  site.loop.run_for(seconds(1));
  const auto events = messages(*outlet, "event");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["data"]["device"], "own-door");
  for (const std::string& text : outlet->sent) EXPECT_EQ(text.find("far-door"), std::string::npos);
}

TEST_F(Feed, TellsWhatHappensAtADoorToWhoIsBoundToItsPlaceAlone) {
  const Ticket guard = site.person(manager, "on_call", "guard", {"b1"});
  const auto outlet = connect(guard);
  for (const char* door : {"own-gate", "far-gate"}) {
    const Asked block{"POST", "/api/v1/doors/" + std::string(door) + "/block", {}, {}, "{}"};
    ASSERT_EQ(site.ask(block, manager).status, 200);
  }
  site.loop.run_for(seconds(1));
  const auto events = messages(*outlet, "event");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["data"]["data"]["door"], "own-gate");
  EXPECT_EQ(events[0]["data"]["place"], "u1");
}

TEST_F(Feed, FollowsACommandToItsEnd) {
  const auto outlet = connect(manager);
  const Json sent = site.json(
      {"POST", "/api/v1/commands", {}, {}, R"({"device":"own-door","action":"unlock"})"}, manager);
  site.loop.run_for(seconds(1));
  site.answer_command("own-door", sent["id"]);
  site.loop.run_for(seconds(1));
  const auto told = messages(*outlet, "command");
  ASSERT_GE(told.size(), 2U);
  EXPECT_EQ(told.front()["data"]["state"], "sent");
  EXPECT_EQ(told.back()["data"]["state"], "confirmed");
}

TEST_F(Feed, SpeaksTheLanguageOfThePageThatListens) {
  const auto zh = connect(manager);
  const auto en = connect(manager, "", "en");
  site.ask({"POST", "/api/v1/commands", {}, {}, R"({"device":"own-door","action":"unlock"})"},
           manager);
  site.loop.run_for(std::chrono::minutes(5));
  const auto said = [](const HeldOutlet& outlet) {
    return messages(outlet, "command").back()["data"]["reason"].get<std::string>();
  };
  EXPECT_TRUE(said(*en).starts_with("no answer within ")) << said(*en);
  EXPECT_TRUE(said(*zh).ends_with("毫秒内没有回答，不知道是否已执行：请到现场查看")) << said(*zh);
}

TEST_F(Feed, EndsWithTheSession) {
  const Ticket guard = site.person(manager, "on_call", "guard", {"b1"});
  const auto outlet = connect(guard);
  EXPECT_EQ(site.ask({"DELETE", "/api/v1/session"}, guard).status, 204);
  site.loop.run_for(seconds(6));
  EXPECT_TRUE(outlet->is_closed);
}

TEST_F(Feed, TellsWhatNeedsSomebodyWhenItChanges) {
  const auto outlet = connect(manager);
  site.loop.run_for(seconds(6));
  const std::size_t before = messages(*outlet, "todo").size();
  EXPECT_EQ(before, 1U);
  site.loop.run_for(seconds(20));
  EXPECT_EQ(messages(*outlet, "todo").size(), before);
  site.house.todo.store = ports::StoreHealth::kFull;
  site.loop.run_for(seconds(6));
  EXPECT_EQ(messages(*outlet, "todo").size(), before + 1);
}

TEST_F(Feed, AnEventStreamCarriesTheDataOfOneEvent) {
  Asked asked{"GET", "/api/v1/things/own-door/events/smoke"};
  asked.headers["accept"] = "text/event-stream";
  const auto response = site.ask(asked, manager);
  ASSERT_EQ(response.status, 200);
  const auto outlet = ApiSite::open(response);
  site.report(smoke("far-door"));
  site.report(smoke("own-door"));
  ASSERT_EQ(outlet->sent.size(), 2U);
  EXPECT_EQ(outlet->sent[1], "data: {\"level\":3}\n\n");
}

TEST_F(Feed, WhoAsksForTheHeadAloneWaitsForNoEvent) {
  Asked asked{"GET", "/api/v1/things/own-door/events/smoke"};
  asked.is_head = true;
  const auto before = site.loop.now();
  EXPECT_EQ(site.ask(asked, manager).status, 204);
  EXPECT_EQ(site.loop.now(), before);
}

TEST_F(Feed, ALongPollIsAnsweredByTheEventOrByNothing) {
  console::Response answer;
  console::Request request;
  request.method = "GET";
  request.path = "/api/v1/things/own-door/events/smoke";
  request.headers["cookie"] = "__Host-linli=" + manager.cookie;
  site.api->handle(request,
                   [&answer](console::Response response) { answer = std::move(response); });
  site.loop.run_for(seconds(1));
  site.report(smoke("own-door"));
  EXPECT_EQ(answer.body, R"({"level":3})");
  site.api->handle(request,
                   [&answer](console::Response response) { answer = std::move(response); });
  site.loop.run_for(seconds(56));
  EXPECT_EQ(answer.status, 204);
}

TEST_F(Feed, IsNotForWhoAsksWithoutAnUpgrade) {
  const auto response = site.ask({"GET", "/api/v1/feed"}, manager);
  EXPECT_EQ(response.status, 426);
}

}  // namespace
}  // namespace linli::story
