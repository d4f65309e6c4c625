#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/story/console/api_site.hpp"

namespace linli::story {
namespace {

using base::Json;

std::string header_of(const console::Response& response, const std::string& wanted) {
  for (const auto& [name, value] : response.headers) {
    if (name == wanted) return value;
  }
  return "";
}

Json body_of(const console::Response& response) {
  return base::parse_json(response.body).value_or(Json());
}

TEST(ConsoleApi, FromTheClaimToADoorThatWasOpenedAndTheLineInTheAudit) {
  ApiSite site;
  EXPECT_EQ(site.json({"GET", "/api/v1/welcome"})["claimed"], false);
  const Ticket manager = site.claim();
  EXPECT_EQ(site.json({"GET", "/api/v1/welcome"})["claimed"], true);

  const auto added = site.ask(
      {"POST", "/api/v1/devices", {}, {}, R"({"id":"gate","profile":"test/door","place":"u1"})"},
      manager);
  ASSERT_EQ(added.status, 201) << added.body;
  EXPECT_FALSE(body_of(added)["credentials"]["credentials"]["password"].get<std::string>().empty());
  EXPECT_EQ(body_of(added)["device"]["why"]["code"], "never_seen");

  domain::Report told;
  told.device = *domain::DeviceId::parse("gate");
  told.readings.push_back({0, domain::Value(4.5)});
  site.report(std::move(told));
  const Json device = site.json({"GET", "/api/v1/devices/gate"}, manager);
  EXPECT_EQ(device["properties"][0]["value"], 4.5);
  EXPECT_EQ(device["state"], "online");

  const auto sent = site.ask({"POST",
                              "/api/v1/commands",
                              {},
                              {},
                              R"({"device":"gate","action":"unlock","reason":"parcel"})"},
                             manager);
  ASSERT_EQ(sent.status, 202) << sent.body;
  EXPECT_EQ(body_of(sent)["shown"], "sent");
  const auto id = body_of(sent)["id"].get<std::string>();
  site.answer_command("gate", id);
  const Json command = site.json({"GET", "/api/v1/commands/" + id}, manager);
  EXPECT_EQ(command["state"], "confirmed");
  EXPECT_EQ(command["issuer"], "person:" + manager.person);
  EXPECT_EQ(command["final"], true);

  const Json audit = site.json({"GET", "/api/v1/audit"}, manager);
  EXPECT_EQ(audit["items"][0]["action"], "command.send");
  EXPECT_EQ(audit["items"][0]["actor"], "person:" + manager.person);
  EXPECT_EQ(audit["items"][0]["detail"]["reason"], "parcel");
  EXPECT_EQ(audit["items"][1]["action"], "device.add");
}

TEST(ConsoleApi, AnswersARepeatWithTheSameKeyLikeTheFirst) {
  ApiSite site;
  const Ticket manager = site.claim();
  Asked asked{"POST", "/api/v1/devices", {}, {}, R"({"id":"gate","profile":"test/door"})"};
  asked.headers["idempotency-key"] = "k1";
  const auto first = site.ask(asked, manager);
  const auto again = site.ask(asked, manager);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  asked.body = R"({"id":"gate2","profile":"test/door"})";
  EXPECT_EQ(body_of(site.ask(asked, manager))["code"], "invalid");
  asked.headers["idempotency-key"] = "k2";
  asked.body = R"({"id":"gate","profile":"test/door"})";
  EXPECT_EQ(site.ask(asked, manager).status, 409);
}

TEST(ConsoleApi, ChangesADeviceOnlyForWhoHasReadItsLatestForm) {
  ApiSite site;
  const Ticket manager = site.claim();
  Asked change{"PATCH", "/api/v1/devices/own-door", {}, {}, R"({"name":"Front door"})"};
  EXPECT_EQ(site.ask(change, manager).status, 428);
  const auto read = site.ask({"GET", "/api/v1/devices/own-door"}, manager);
  const std::string etag = header_of(read, "ETag");
  Asked known{"GET", "/api/v1/devices/own-door"};
  known.headers["if-none-match"] = etag;
  EXPECT_EQ(site.ask(known, manager).status, 304);
  change.headers["if-match"] = etag;
  const auto changed = site.ask(change, manager);
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(body_of(changed)["name"], "Front door");
  EXPECT_EQ(site.ask(change, manager).status, 412);
}

TEST(ConsoleApi, NamesWhatIsWrongWithARequest) {
  ApiSite site;
  const Ticket manager = site.claim();
  const auto unknown = site.ask(
      {"POST", "/api/v1/devices", {}, {}, R"({"id":"x","profile":"test/door","plaec":"u1"})"},
      manager);
  EXPECT_EQ(unknown.status, 422);
  EXPECT_EQ(header_of(unknown, "Content-Type"), "application/problem+json");
  EXPECT_EQ(body_of(unknown)["field"], "/plaec");
  EXPECT_EQ(body_of(unknown)["type"], "/problems/invalid");
  EXPECT_EQ(site.ask({"POST", "/api/v1/devices", {}, {}, "{"}, manager).status, 400);
  Asked plain{"POST", "/api/v1/devices"};
  plain.raw_body = "{}";
  EXPECT_EQ(site.ask(plain, manager).status, 415);
  EXPECT_EQ(site.ask({"GET", "/api/v1/devices", {{"limit", "201"}}}, manager).status, 422);
  EXPECT_EQ(site.ask({"GET", "/api/v1/devices", {{"nonsense", "1"}}}, manager).status, 422);
  EXPECT_EQ(site.ask({"GET", "/api/v1/devices", {{"cursor", "1234"}}}, manager).status, 422);
  const auto put = site.ask({"PUT", "/api/v1/devices"}, manager);
  EXPECT_EQ(put.status, 405);
  EXPECT_EQ(header_of(put, "Allow"), "GET, HEAD, POST");
  Asked xml{"GET", "/api/v1/devices"};
  xml.headers["accept"] = "text/xml";
  EXPECT_EQ(site.ask(xml, manager).status, 406);
  EXPECT_EQ(site.ask({"GET", "/api/v1/nothing"}, manager).status, 404);
}

TEST(ConsoleApi, SpeaksTheLanguageThatIsAskedFor) {
  ApiSite site;
  Asked asked{"GET", "/api/v1/devices"};
  EXPECT_EQ(body_of(site.ask(asked))["title"], "尚未登录");
  asked.headers["accept-language"] = "en-GB,en;q=0.9,zh;q=0.8";
  EXPECT_EQ(body_of(site.ask(asked))["title"], "Not signed in");
}

TEST(ConsoleApi, SaysWhatIsWrongInTheLanguageThatIsAskedFor) {
  ApiSite site;
  const Ticket manager = site.claim();
  Asked device{"GET", "/api/v1/devices/nobody"};
  Asked batch{"POST", "/api/v1/devices/batch"};
  batch.body = R"({"pattern":"own-door","profile":"test/door","ranges":{},"dry_run":true})";
  EXPECT_EQ(body_of(site.ask(device, manager))["detail"], "没有登记设备“nobody”");
  EXPECT_EQ(site.json(batch, manager)["rows"][0]["problem"]["detail"],
            "这个编号已被使用：请换一个");
  batch.body = R"({"pattern":"a b","profile":"test/door","ranges":{},"dry_run":true})";
  EXPECT_EQ(site.json(batch, manager)["rows"][0]["problem"]["detail"],
            "“a b”不能作设备编号：请用 1 到 64 个 a-z A-Z 0-9 . _ -");
  device.headers["accept-language"] = batch.headers["accept-language"] = "en";
  EXPECT_EQ(body_of(site.ask(device, manager))["detail"], "no device 'nobody' is registered");
  EXPECT_EQ(site.json(batch, manager)["rows"][0]["problem"]["detail"],
            "'a b' is not a valid device id: use 1 to 64 of a-z A-Z 0-9 . _ -");
}

TEST(ConsoleApi, ListsInPagesThatFollowEachOther) {
  ApiSite site;
  const Ticket manager = site.claim();
  const auto batch =
      site.ask({"POST",
                "/api/v1/devices/batch",
                {},
                {},
                R"({"pattern":"s-{b}-{n:02}","profile":"test/door","place_pattern":"b{b}",)"
                R"("name_pattern":"Smoke {n}","ranges":{"b":[1,2],"n":[1,30]},"dry_run":false})"},
               manager);
  ASSERT_EQ(body_of(batch)["created"], 60) << batch.body;
  EXPECT_EQ(body_of(batch)["rows"][1]["id"], "s-1-02");
  EXPECT_EQ(body_of(batch)["rows"][1]["place"], "b1");
  std::size_t seen = 0;
  std::string cursor;
  do {
    Asked page{"GET", "/api/v1/devices", {{"limit", "25"}, {"q", "s-"}}};
    if (!cursor.empty()) page.query["cursor"] = cursor;
    const Json json = site.json(page, manager);
    seen += json["items"].size();
    EXPECT_EQ(json["total"], 60);
    cursor = json["next"].is_string() ? json["next"].get<std::string>() : "";
  } while (!cursor.empty());
  EXPECT_EQ(seen, 60U);
}

TEST(ConsoleApi, ADryRunSaysWhatWouldBeWrongAndMakesNothing) {
  ApiSite site;
  const Ticket manager = site.claim();
  const Json json = site.json({"POST",
                               "/api/v1/devices/batch",
                               {},
                               {},
                               R"({"pattern":"own-door","profile":"test/door","ranges":{},)"
                               R"("dry_run":true})"},
                              manager);
  EXPECT_EQ(json["rows"][0]["problem"]["code"], "conflict");
  EXPECT_EQ(json["created"], 0);
  EXPECT_EQ(site.devices.size(), 2U);
}

TEST(ConsoleApi, TakesTheSessionAwayFromTheBrowserThatSignsOut) {
  ApiSite site;
  const Ticket manager = site.claim();
  const auto out = site.ask({"DELETE", "/api/v1/session"}, manager);
  EXPECT_EQ(out.status, 204);
  EXPECT_NE(header_of(out, "Set-Cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(site.ask({"GET", "/api/v1/session"}, manager).status, 401);
}

TEST(ConsoleApi, TheCookieIsForThisHostAndNoScript) {
  ApiSite site;
  const auto code = site.accounts->claim_code();
  const Json body = {{"code", code->reveal()},
                     {"name", "M"},
                     {"login", "manager"},
                     {"password", "a long enough one"}};
  const auto claimed = site.ask({"POST", "/api/v1/claim", {}, {}, body.dump()});
  ASSERT_EQ(claimed.status, 201) << claimed.body;
  const std::string cookie = header_of(claimed, "Set-Cookie");
  EXPECT_TRUE(cookie.starts_with("__Host-linli="));
  for (const char* rule : {"HttpOnly", "Secure", "SameSite=Strict", "Path=/"})
    EXPECT_NE(cookie.find(rule), std::string::npos) << rule;
  EXPECT_EQ(cookie.find("Domain"), std::string::npos);
}

TEST(ConsoleApi, IsReadyWithoutAPlatformAndNotWithoutItsStore) {
  ApiSite site;
  EXPECT_EQ(site.ask({"GET", "/healthz"}).body, "ok\n");
  EXPECT_EQ(site.ask({"GET", "/readyz"}).status, 200);
  site.house.store_works = false;
  EXPECT_EQ(site.ask({"GET", "/readyz"}).status, 503);
}

TEST(ConsoleApi, SaysWhomToTellOfAWeaknessOnceItIsSet) {
  ApiSite site;
  EXPECT_EQ(site.ask({"GET", "/.well-known/security.txt"}).status, 404);
  site.house.contact = "mailto:security@example.org";
  const auto text = site.ask({"GET", "/.well-known/security.txt"});
  EXPECT_EQ(text.status, 200);
  EXPECT_NE(text.body.find("Contact: mailto:security@example.org\n"), std::string::npos);
  EXPECT_NE(text.body.find("\nExpires: 20"), std::string::npos);
}

TEST(ConsoleApi, InvokesAnActionAndWaitsForTheDevice) {
  ApiSite site;
  const Ticket manager = site.claim();
  site.driver.answer_follows = false;
  const auto invoked = site.ask({"POST", "/api/v1/things/own-door/actions/unlock"}, manager);
  EXPECT_EQ(invoked.status, 200) << invoked.body;
  site.driver.fails_with = base::Error{base::Code::kOffline, "the device is not connected"};
  EXPECT_EQ(site.ask({"POST", "/api/v1/things/own-door/actions/unlock"}, manager).status, 503);
}

TEST(ConsoleApi, SettingsAreChangedByWhoHasReadThem) {
  ApiSite site;
  const Ticket manager = site.claim();
  const auto read = site.ask({"GET", "/api/v1/settings"}, manager);
  Asked change{"PUT", "/api/v1/settings", {}, {}, R"({"changes":{"log.level":"debug"}})"};
  change.headers["if-match"] = header_of(read, "ETag");
  EXPECT_EQ(site.ask(change, manager).status, 200);
  EXPECT_EQ(site.ask(change, manager).status, 412);
  ASSERT_EQ(site.upkeep.calls.size(), 1U);
  const Json audit = site.json({"GET", "/api/v1/audit"}, manager);
  EXPECT_EQ(audit["items"][0]["action"], "settings.change");
  EXPECT_EQ(audit["items"][0]["detail"]["paths"][0], "log.level");
}

TEST(ConsoleApi, WhatADeviceOrAPersonIsCalledIsOnlyData) {
  ApiSite site;
  const Ticket manager = site.claim();
  const std::string wild = "</script><b>\"'\\\u2028";
  const Json wish = {{"id", "gate"}, {"profile", "test/door"}, {"name", wild}};
  EXPECT_EQ(site.ask({"POST", "/api/v1/devices", {}, {}, wish.dump()}, manager).status, 201);
  EXPECT_EQ(site.json({"GET", "/api/v1/devices/gate"}, manager)["name"], wild);
  for (const char* path : {"/api/v1/devices/gate", "/api/v1/things/gate"}) {
    const auto type = header_of(site.ask({"GET", path}, manager), "Content-Type");
    EXPECT_NE(type.find("json"), std::string::npos);
  }
}

}  // namespace
}  // namespace linli::story
