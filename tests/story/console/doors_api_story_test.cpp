#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/story/console/api_site.hpp"

namespace linli::story {
namespace {

using base::Json;

Json body_of(const console::Response& response) {
  return base::parse_json(response.body).value_or(Json());
}

// A compound with its manager and the guard of building b1.
class DoorsApi : public testing::Test {
 protected:
  Json door(const std::string& id = "own-gate") {
    return site.json({"GET", "/api/v1/doors/" + id}, manager);
  }
  console::Response act(const std::string& what, const Ticket& who,
                        const Json& body = Json::object(), const std::string& door = "own-gate") {
    return site.ask({"POST", "/api/v1/doors/" + door + "/" + what, {}, {}, body.dump()}, who);
  }
  void lock_says(double level) {
    domain::Report told;
    told.device = *domain::DeviceId::parse("own-door");
    told.readings.push_back({0, domain::Value(level)});
    site.report(std::move(told));
  }
  // With a contact: the lock's level is 1 when the door stands open.
  void give_contact() {
    site.put_door("own-gate", R"({"name":"our gate","place":"u1","lock":{"device":"own-door"},
        "contact":{"device":"own-door","property":"level","open":1}})");
  }

  void use_rule() const {
    site.interlocks->use(domain::access::parse_interlocks(
                             R"({"rules":[{"name":"3号楼",
                                 "when":[{"device":"own-door","event":"smoke"}],
                                 "release":[{"door":"own-gate","device":"own-door"}]}]})")
                             .value());
  }
  console::Response fire(const std::string& what, const Ticket& who) {
    return site.ask({"POST", "/api/v1/fire/" + what, {}, {}, R"({"rule":"3号楼"})"}, who);
  }
  Json rule() { return site.json({"GET", "/api/v1/fire"}, manager)["items"][0]; }
  console::Response put(const std::string& path, const Json& body, const Ticket& who) {
    return site.ask({"PUT", "/api/v1/" + path, {}, {}, body.dump()}, who);
  }

  ApiSite site;
  Ticket manager = site.claim();
  Ticket guard = site.person(manager, "on_call", "guard", {"b1"});
};

TEST_F(DoorsApi, OpensADoorAsThePersonWhoAskedAndTellsHowItStands) {
  const auto opened = act("open", guard, {{"reason", "parcel"}, {"unlock_s", 8}});
  ASSERT_EQ(opened.status, 200) << opened.body;
  ASSERT_EQ(site.driver.requests.size(), 1U);
  EXPECT_EQ(site.driver.requests[0].device.str(), "own-door");
  EXPECT_EQ(body_of(opened)["door"]["phase"], "unlocked");
  const Json command = site.json(
      {"GET", "/api/v1/commands/" + body_of(opened)["command"].get<std::string>()}, manager);
  EXPECT_EQ(command["issuer"], "person:" + guard.person);
  EXPECT_EQ(command["role"], "on_call");
  EXPECT_EQ(command["state"], "confirmed");
  EXPECT_EQ(command["input"], Json::object());
  const Json audit = site.json({"GET", "/api/v1/audit"}, manager);
  EXPECT_EQ(audit["items"][0]["action"], "command.send");
  EXPECT_EQ(audit["items"][0]["target"], "door:own-gate");
  EXPECT_EQ(audit["items"][0]["detail"]["reason"], "parcel");
}

TEST_F(DoorsApi, NeverCallsADoorOpenBecauseItWasUnlocked) {
  ASSERT_EQ(act("open", manager).status, 200);
  EXPECT_EQ(door()["open"], nullptr);
  EXPECT_EQ(door()["contact"], "none");
  give_contact();
  EXPECT_EQ(door()["open"], nullptr);
  EXPECT_EQ(door()["contact"], "unknown");
  lock_says(0);
  EXPECT_EQ(door()["open"], false);
  lock_says(1);
  EXPECT_EQ(door()["open"], true);
}

TEST_F(DoorsApi, SaysHowFarATerminalIsWithThePeopleThatItKnows) {
  site.put_door("own-gate", R"({"name":"our gate","place":"u1","lock":{"device":"own-door"},
      "readers":[{"device":"own-door"},{"device":"own-terminal"}]})");
  EXPECT_FALSE(door()["readers"][1].contains("persons"));
  drivers::terminal::TerminalStatus told;
  told.device = "own-terminal";
  told.persons = {38, 37, 1};
  told.refusals = {{"ann", "no picture"}};
  site.terminals = {told};
  const Json readers = door()["readers"];
  EXPECT_FALSE(readers[0].contains("persons")) << "a reader that asks for everybody";
  EXPECT_EQ(readers[1]["persons"],
            Json({{"wanted", 38}, {"in_effect", 37}, {"to_remove", 1}, {"refused", 1}}));
  const Json all = site.json({"GET", "/api/v1/doors"}, guard);
  EXPECT_EQ(all["items"][0]["readers"][1]["persons"]["in_effect"], 37);
}

TEST_F(DoorsApi, SaysSinceWhenADoorStandsAsItDoes) {
  give_contact();
  lock_says(0);
  site.loop.run_for(std::chrono::minutes(5));
  ASSERT_EQ(act("open", manager).status, 200);
  const std::string unlocked = door()["since"];
  site.loop.run_for(std::chrono::seconds(2));
  lock_says(1);
  EXPECT_EQ(door()["phase"], "open");
  EXPECT_GT(door()["since"].get<std::string>(), unlocked);
}

TEST_F(DoorsApi, OpensOnceForTwoRequestsWithTheSameKey) {
  Asked asked{"POST", "/api/v1/doors/own-gate/open", {}, {}, "{}"};
  asked.headers["idempotency-key"] = "k1";
  const auto first = site.ask(asked, manager);
  const auto again = site.ask(asked, manager);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(site.driver.requests.size(), 1U);
}

TEST_F(DoorsApi, SaysInTheAskersLanguageWhyADoorStaysShut) {
  site.driver.fails_with = base::Error{base::Code::kOffline, "the device is not connected"};
  const auto zh = act("open", manager);
  EXPECT_EQ(zh.status, 503);
  EXPECT_EQ(body_of(zh)["code"], "offline");
  Asked asked{"POST", "/api/v1/doors/own-gate/open", {}, {{"accept-language", "en"}}, "{}"};
  const auto en = site.ask(asked, manager);
  EXPECT_EQ(body_of(en)["detail"], "the device is not connected");
  EXPECT_EQ(site.driver.requests.size(), 0U);
}

TEST_F(DoorsApi, OpensWhileNobodyKnowsTheTime) {
  site.clock.quality = domain::TimeQuality::kUnknown;
  EXPECT_EQ(act("open", manager).status, 200);
  EXPECT_EQ(site.driver.requests.size(), 1U);
}

TEST_F(DoorsApi, ABlockedDoorIsShownSoUntilTheBlockIsTakenAway) {
  EXPECT_EQ(act("block", guard).status, 200);
  EXPECT_EQ(door()["blocked"], true);
  EXPECT_EQ(act("unblock", guard).status, 200);
  EXPECT_EQ(door()["blocked"], false);
  EXPECT_EQ(act("unlock-keypad", guard).status, 200);
}

TEST_F(DoorsApi, NamesTheFireRuleThatHoldsADoor) {
  use_rule();
  ASSERT_EQ(fire("release", manager).status, 200);
  EXPECT_EQ(door()["phase"], "fire_released");
  EXPECT_EQ(door()["released_by"], Json::array({"3号楼"}));
  EXPECT_EQ(door()["alarms"], Json::array({"fire_released"}));
}

TEST_F(DoorsApi, AFireRuleIsReleasedAndResetByAPersonAndShowsWhatDidNotConfirm) {
  use_rule();
  EXPECT_EQ(rule()["active"], false);
  EXPECT_EQ(rule()["when"][0]["event"], "smoke");
  site.driver.fails_with = base::Error{base::Code::kOffline, "the device is not connected"};
  ASSERT_EQ(fire("release", manager).status, 200);
  EXPECT_EQ(rule()["active"], true);
  EXPECT_EQ(rule()["releases"][0]["name"], "our gate");
  EXPECT_EQ(rule()["releases"][0]["held"], true);
  EXPECT_EQ(rule()["releases"][0]["confirmed"], false);
  ASSERT_EQ(fire("reset", manager).status, 200);
  EXPECT_EQ(rule()["active"], false);
  EXPECT_EQ(door()["phase"], "locked");
  EXPECT_EQ(fire("reset", manager).status, 404);
  EXPECT_EQ(fire("release", guard).status, 403) << "a rule holds in the whole compound";
}

TEST_F(DoorsApi, ShowsARuleToThoseWhoSeeOneOfItsDoors) {
  use_rule();
  const Ticket elsewhere = site.person(manager, "on_call", "elsewhere", {"b2"});
  EXPECT_EQ(site.json({"GET", "/api/v1/fire"}, guard)["items"].size(), 1U);
  EXPECT_EQ(site.json({"GET", "/api/v1/fire"}, elsewhere)["items"].size(), 0U);
}

TEST_F(DoorsApi, ShowsAGuardTheDoorsOfTheirBuildingOnly) {
  const Json seen = site.json({"GET", "/api/v1/doors"}, guard);
  ASSERT_EQ(seen["items"].size(), 1U);
  EXPECT_EQ(seen["items"][0]["id"], "own-gate");
  EXPECT_EQ(seen["items"][0]["lock"]["device"], "own-door");
  EXPECT_EQ(seen["items"][0]["lock"]["why"]["code"], "never_seen");
  EXPECT_EQ(site.json({"GET", "/api/v1/doors"}, manager)["total"], 2);
  EXPECT_EQ(act("open", guard, Json::object(), "far-gate").status, 404);
  EXPECT_EQ(site.driver.requests.size(), 0U);
}

TEST_F(DoorsApi, TellsWhichMemberOfARequestIsWrong) {
  const auto wrong = act("open", manager, {{"unlock_s", 500}});
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(body_of(wrong)["field"], "/unlock_s");
}

TEST_F(DoorsApi, ADoorIsSetUpChangedAndRemoved) {
  const Json wish = {{"name", "side door"}, {"place", "b1"}, {"lock", {{"device", "no-such"}}}};
  const auto missing = put("doors/side", wish, manager);
  EXPECT_EQ(missing.status, 404) << missing.body;
  site.add_device("side-lock", "b1");
  Json right = wish;
  right["lock"]["device"] = "side-lock";
  const auto made = put("doors/side", right, manager);
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(body_of(made)["definition"]["lock"]["action"], "unlock");
  EXPECT_EQ(body_of(made)["phase"], "locked");

  Asked change{"PUT", "/api/v1/doors/side", {}, {{"if-match", "\"other\""}}, right.dump()};
  EXPECT_EQ(site.ask(change, manager).status, 412);
  EXPECT_EQ(site.ask({"DELETE", "/api/v1/doors/side"}, manager).status, 204);
  EXPECT_EQ(site.ask({"GET", "/api/v1/doors/side"}, manager).status, 404);
  const Json audit = site.json({"GET", "/api/v1/audit"}, manager);
  EXPECT_EQ(audit["items"][0]["action"], "access.remove_door");
  EXPECT_EQ(audit["items"][0]["actor"], "person:" + manager.person);
}

TEST_F(DoorsApi, NamesTheMemberOfADefinitionThatIsWrong) {
  const auto wrong = put("doors/own-gate", {{"name", "x"}, {"place", "u1"}}, manager);
  EXPECT_EQ(wrong.status, 422) << wrong.body;
  EXPECT_EQ(body_of(wrong)["field"], "/lock");
  const Json other = {{"id", "gate"}, {"name", "x"}, {"lock", {{"device", "own-door"}}}};
  EXPECT_EQ(body_of(put("doors/own-gate", other, manager))["field"], "/id");
}

TEST_F(DoorsApi, AManagerOfOneBuildingSetsUpNoDoorOfAnother) {
  const Ticket bound = site.person(manager, "manager", "bound", {"b1"});
  const Json theirs = {{"name", "x"}, {"place", "b2"}, {"lock", {{"device", "own-door"}}}};
  EXPECT_EQ(put("doors/own-gate", theirs, bound).status, 403);
  const Json lock = {{"name", "x"}, {"place", "u1"}, {"lock", {{"device", "far-door"}}}};
  EXPECT_EQ(put("doors/own-gate", lock, bound).status, 404);
  EXPECT_EQ(door()["name"], "our gate");
}

TEST_F(DoorsApi, KeepsPassingHoursAndTheHolidaysThatTheyLookAt) {
  const Json school = {{"name", "学校"}, {"week", {{"mon-fri", {"07:00-18:00"}}}}};
  const auto put_school = put("schedules/school", school, manager);
  ASSERT_EQ(put_school.status, 200) << put_school.body;
  const Json schedules = site.json({"GET", "/api/v1/schedules"}, guard)["items"];
  ASSERT_EQ(schedules.size(), 1U);
  EXPECT_EQ(schedules[0]["id"], "school");
  EXPECT_EQ(schedules[0]["schedule"]["name"], "学校");
  const auto wrong =
      put("schedules/night", {{"name", "夜"}, {"week", {{"mon", {"7-8"}}}}}, manager);
  EXPECT_EQ(wrong.status, 422);

  Json year = {{"year", 2026}, {"source", "国务院办公厅"}, {"make_up_workdays", {"2026-10-10"}}};
  year["holidays"] = {{{"name", "国庆节"}, {"from", "2026-10-01"}, {"to", "2026-10-07"}}};
  EXPECT_EQ(put("calendars/2027", year, manager).status, 422);
  ASSERT_EQ(put("calendars/2026", year, manager).status, 200);
  EXPECT_EQ(site.json({"GET", "/api/v1/calendars"}, guard)["items"], Json::array({year}));
}

// The journal of an evening: let in, refused, opened from afar, forced.
class AccessLog : public DoorsApi {
 protected:
  AccessLog() {
    add("linli.access.decision", {{"granted", true},
                                  {"reason", "granted"},
                                  {"kind", "card"},
                                  {"holder", "r-1"},
                                  {"credential", "card-1"}});
    add("linli.access.decision",
        {{"granted", false}, {"reason", "unknown_credential"}, {"kind", "card"}});
    add("linli.access.decision", {{"granted", true},
                                  {"reason", "granted"},
                                  {"kind", "remote"},
                                  {"asked_by", "person:" + guard.person}});
    add("linli.access.door", {{"record", "door_opened"}});
    add("linli.access.door", {{"record", "exit_requested"}});
    add("linli.access.alarm",
        {{"alarm", "forced_open"}, {"severity", "critical"}, {"active", true}},
        domain::Stream::kAlarm);
    add("linli.thing.event", {{"event", "smoke"}}, domain::Stream::kAlarm);
  }
  void add(const std::string& type, Json data, domain::Stream stream = domain::Stream::kAccess,
           const std::string& door = "own-gate") {
    data["door"] = door;
    ports::KeptEvent event;
    event.seq = site.history.kept.size() + 1;
    event.id = "e-" + std::to_string(event.seq);
    event.stream = stream;
    event.type = type;
    event.device = door == "own-gate" ? "own-door" : "far-door";
    event.place = door == "own-gate" ? "u1" : "b2";
    event.unix_ms = 1'764'000'000'000 + static_cast<std::int64_t>(event.seq) * 1'000;
    event.quality = domain::TimeQuality::kSynchronised;
    event.data = data.dump();
    site.history.kept.push_back(std::move(event));
  }
  Json log(const std::map<std::string, std::string>& query, const Ticket& who) {
    return site.json({"GET", "/api/v1/access-log", query}, who);
  }
  std::vector<std::string> kinds(const std::map<std::string, std::string>& query) {
    std::vector<std::string> all;
    const Json page = log(query, manager);
    for (const Json& each : page["items"]) all.push_back(each["kind"]);
    return all;
  }
  using Kinds = std::vector<std::string>;
};

TEST_F(AccessLog, SaysWhatHappenedAtTheDoorsNewestFirstAndNothingElse) {
  EXPECT_EQ(kinds({}), (Kinds{"alarm", "exit", "door", "granted", "denied", "granted"}));
}

TEST_F(AccessLog, IsAskedByDoorKindMeansPersonAndTime) {
  EXPECT_EQ(kinds({{"kind", "denied"}}), Kinds{"denied"});
  EXPECT_EQ(kinds({{"means", "remote"}}), Kinds{"granted"});
  EXPECT_EQ(kinds({{"person", "r-1"}}), Kinds{"granted"});
  EXPECT_EQ(kinds({{"person", guard.person}, {"kind", "granted"}}), Kinds{"granted"});
  EXPECT_EQ(kinds({{"door", "own-gate"}, {"kind", "alarm"}}), Kinds{"alarm"});
  EXPECT_EQ(kinds({{"door", "far-gate"}}), Kinds{});
  EXPECT_EQ(kinds({{"to", "2025-11-24T16:00:02Z"}}), Kinds{"granted"});
}

TEST_F(AccessLog, NamesPeopleOnlyToWhoMayManageThem) {
  const Json seen = log({{"means", "remote"}}, manager)["items"][0];
  EXPECT_EQ(seen["person"]["id"], guard.person);
  EXPECT_EQ(seen["person"]["name"], "guard");
  EXPECT_EQ(seen["name"], "our gate");
  const Json to_guard = log({{"means", "remote"}}, guard)["items"][0];
  EXPECT_EQ(to_guard["person"]["id"], guard.person);
  EXPECT_EQ(to_guard["person"]["name"], nullptr);
}

TEST_F(AccessLog, HoldsToThePlacesOfWhoAsks) {
  add("linli.access.decision", {{"granted", true}, {"reason", "granted"}, {"kind", "card"}},
      domain::Stream::kAccess, "far-gate");
  EXPECT_EQ(log({}, manager)["items"].size(), 7U);
  EXPECT_EQ(log({}, guard)["items"].size(), 6U);
}

TEST_F(AccessLog, IsReadInPagesAlsoWhereLittleFits) {
  for (int i = 0; i < 450; ++i) add("linli.access.door", {{"record", "door_closed"}});
  const Json first = log({{"means", "card"}, {"limit", "1"}}, manager);
  ASSERT_EQ(first["items"].size(), 1U);
  EXPECT_EQ(first["items"][0]["reason"], "unknown_credential");
  const Json second = log({{"means", "card"}, {"limit", "1"}, {"cursor", first["next"]}}, manager);
  ASSERT_EQ(second["items"].size(), 1U);
  EXPECT_EQ(second["items"][0]["person"]["id"], "r-1");
}

TEST_F(AccessLog, GoesOnWhereItStoppedLookingWhenNothingFits) {
  for (int i = 0; i < 2'100; ++i) add("linli.access.door", {{"record", "door_closed"}});
  const Json first = log({{"means", "card"}}, manager);
  EXPECT_EQ(first["items"].size(), 0U);
  ASSERT_TRUE(first["next"].is_string());
  EXPECT_EQ(log({{"means", "card"}, {"cursor", first["next"]}}, manager)["items"].size(), 2U);
}

}  // namespace
}  // namespace linli::story
