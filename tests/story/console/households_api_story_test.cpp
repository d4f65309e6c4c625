#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/story/console/api_site.hpp"

namespace linli::story {
namespace {

using base::Json;

Json body_of(const console::Response& response) {
  return base::parse_json(response.body).value_or(Json());
}

// A compound with its manager, in whose building b1, unit u1, stands "own-gate" of group 3.
class HouseholdsApi : public testing::Test {
 protected:
  HouseholdsApi() {
    site.put_place("u1-501", "u1", core::PlaceKind::kPoint);
    site.put_place("b2-1", "b2", core::PlaceKind::kPoint);
  }

  console::Response send(const std::string& method, const std::string& path, const Ticket& who,
                         const Json& body = Json::object()) {
    return site.ask({method, "/api/v1" + path, {}, {}, method == "DELETE" ? "" : body.dump()}, who);
  }
  Json get(const std::string& path, const Ticket& who) {
    return site.json({"GET", "/api/v1" + path}, who);
  }
  // Ann moves in with a card, and her phone is let into the app.
  Ticket ann_moves_in() {
    const auto moved = send("POST", "/households/move-in", manager,
                            {{"place", "u1-501"},
                             {"groups", {3}},
                             {"people",
                              {{{"id", "ann"},
                                {"name", "安女士"},
                                {"phone", "13800000000"},
                                {"card", "0xd41b8100"},
                                {"bits", 26}}}}});
    EXPECT_EQ(moved.status, 201) << moved.body;
    return join("ann");
  }
  Ticket join(const std::string& person) {
    const auto offer =
        send("POST", "/households/h-u1-501/people/" + person + "/invitation", manager);
    EXPECT_EQ(offer.status, 201) << offer.body;
    const Json form{{"code", body_of(offer)["code"]}, {"name", "安"}};
    return ApiSite::ticket_of(
        site.ask({"POST", "/api/v1/invitations/accept", {}, {}, form.dump()}));
  }

  ApiSite site;
  Ticket manager = site.claim();
};

TEST_F(HouseholdsApi, MoveInGivesTheDoorTheCardAndTheAppToOnePerson) {
  const Ticket ann = ann_moves_in();
  EXPECT_EQ(ann.person, "ann") << "the account is the resident";
  const Json doors = get("/my/doors", ann);
  ASSERT_EQ(doors["items"].size(), 1U) << doors;
  EXPECT_EQ(doors["items"][0]["id"], "own-gate");
  const auto opened = send("POST", "/my/doors/own-gate/open", ann);
  ASSERT_EQ(opened.status, 200) << opened.body;
  EXPECT_EQ(site.driver.requests.size(), 1U);
  EXPECT_TRUE(body_of(opened)["open"].is_null()) << "no contact: nobody says that it is open";
  EXPECT_EQ(send("POST", "/my/doors/far-gate/open", ann).status, 404);
  EXPECT_EQ(site.driver.requests.size(), 1U);
}

TEST_F(HouseholdsApi, MoveOutEndsDoorAppAndInvitationAndSaysWhatItEnded) {
  const Ticket ann = ann_moves_in();
  send("POST", "/my/visits", ann, {{"kind", "code"}, {"group", 3}, {"life_s", 600}});
  const auto out = send("POST", "/households/h-u1-501/move-out", manager);
  ASSERT_EQ(out.status, 200) << out.body;
  const Json ended = body_of(out)["ended"];
  EXPECT_EQ(ended["cards"], 1);
  EXPECT_EQ(ended["codes"], 1);
  EXPECT_EQ(send("POST", "/my/doors/own-gate/open", ann).status, 401) << "the session has ended";
  EXPECT_TRUE(site.driver.requests.empty());
  EXPECT_EQ(send("GET", "/households/h-u1-501", manager).status, 404);
}

TEST_F(HouseholdsApi, ListsMaskNamesAndAHouseholdShowsThemAndNotesWhoLooked) {
  const Ticket ann = ann_moves_in();
  const Json list = get("/households", manager);
  EXPECT_EQ(list["items"][0]["people"][0]["name"], "安**");
  EXPECT_EQ(list.dump().find("13800000000"), std::string::npos);
  const Json home = get("/households/h-u1-501", manager);
  EXPECT_EQ(home["people"][0]["name"], "安女士");
  EXPECT_EQ(home["people"][0]["phone"], "13800000000");
  EXPECT_EQ(home["people"][0]["account"], "active");
  const Json data = get("/account/data", ann);
  const auto& seen = data["seen_by"];
  EXPECT_TRUE(std::any_of(seen.begin(), seen.end(), [](const Json& each) {
    return each["what"] == "household.look";
  })) << seen;
}

TEST_F(HouseholdsApi, MyDataHoldsWhatTheDoorsKeepAndNothingOfItIsASecret) {
  const Ticket ann = ann_moves_in();
  const auto code =
      send("POST", "/my/visits", ann, {{"kind", "code"}, {"group", 3}, {"life_s", 60}});
  const Json data = get("/account/data", ann);
  EXPECT_EQ(data["household"]["id"], "h-u1-501");
  EXPECT_EQ(data["credentials"].size(), 2U);
  EXPECT_EQ(data["visits"].size(), 1U);
  EXPECT_EQ(data.dump().find(body_of(code)["code"].get<std::string>()), std::string::npos);
  EXPECT_EQ(data.dump().find("d41b81"), data.dump().find("0xd41b81") + 2)
      << "of a card only what is printed on it";
}

TEST_F(HouseholdsApi, AVisitorsCodeIsShownOnceAndTakenBack) {
  const Ticket ann = ann_moves_in();
  const auto made =
      send("POST", "/my/visits", ann, {{"kind", "code"}, {"group", 3}, {"life_s", 60}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string code = body_of(made)["code"].get<std::string>();
  EXPECT_EQ(code.size(), 6U);
  const Json mine = get("/my/visits", ann);
  ASSERT_EQ(mine["items"].size(), 1U);
  EXPECT_EQ(mine["items"][0]["doors"], Json::array({"our gate"}));
  EXPECT_EQ(mine.dump().find(code), std::string::npos);
  EXPECT_EQ(get("/visits", manager)["items"][0]["name"], "安**");
  const std::string id = body_of(made)["id"].get<std::string>();
  EXPECT_EQ(send("DELETE", "/my/visits/" + id, ann).status, 204);
  EXPECT_TRUE(get("/my/visits", ann)["items"].empty());
  EXPECT_EQ(send("DELETE", "/my/visits/" + id, ann).status, 404);
}

TEST_F(HouseholdsApi, AVisitorsPassIsASignedTextThatNoCommandShows) {
  const Ticket ann = ann_moves_in();
  const auto made = send("POST", "/my/visits", ann,
                         {{"kind", "pass"}, {"group", 3}, {"life_s", 86'400}, {"uses", 2}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string pass = body_of(made)["pass"].get<std::string>();
  EXPECT_EQ(pass.size(), 72U);
  EXPECT_EQ(get("/commands", manager).dump().find(pass), std::string::npos);
}

TEST_F(HouseholdsApi, AFaceIsAgreedToAndDeletedByThePerson) {
  const Ticket ann = ann_moves_in();
  const std::string at = "/households/h-u1-501/people/ann/credentials";
  const Json face{{"kind", "face"}, {"face_id", "face-7"}};
  EXPECT_EQ(send("POST", at, manager, face).status, 403);
  EXPECT_EQ(send("POST", "/my/face", ann, {{"text", "face-2026-01"}}).status, 204);
  EXPECT_EQ(send("POST", at, manager, face).status, 201);
  EXPECT_EQ(get("/my/face", ann)["faces"], 1);
  const auto deleted = send("DELETE", "/my/face", ann);
  EXPECT_EQ(body_of(deleted)["faces"], 1) << deleted.body;
  EXPECT_FALSE(body_of(deleted)["proof"].get<std::string>().empty());
  EXPECT_EQ(body_of(deleted)["at"], get("/my/face", ann)["consent"]["withdrawn_at"]);
  EXPECT_EQ(get("/my/face", ann)["faces"], 0);
  EXPECT_FALSE(get("/my/face", ann)["consent"]["withdrawn_at"].is_null());
}

TEST_F(HouseholdsApi, AConsentOnPaperIsNotedAndTakenBackAtTheDeskWhichEndsTheFace) {
  const Ticket ann = ann_moves_in();
  const std::string at = "/households/h-u1-501/people/ann";
  EXPECT_EQ(send("DELETE", at + "/consent", manager).status, 404) << "there is none";
  EXPECT_EQ(send("POST", at + "/consent", manager, {{"text", "face-2026-01"}}).status, 204);
  const Json face{{"kind", "face"}, {"face_id", "face-7"}};
  EXPECT_EQ(send("POST", at + "/credentials", manager, face).status, 201);
  EXPECT_EQ(send("DELETE", at + "/consent", ann).status, 403) << "hers is /my/face";
  EXPECT_EQ(get("/my/face", ann)["faces"], 1);
  const auto deleted = send("DELETE", at + "/consent", manager);
  EXPECT_EQ(body_of(deleted)["faces"], 1) << deleted.body;
  EXPECT_EQ(get("/my/face", ann)["faces"], 0);
  const Json consent = get("/households/h-u1-501", manager)["people"][0]["face_consent"];
  EXPECT_FALSE(consent["withdrawn_at"].is_null());
  EXPECT_EQ(consent["text"], "face-2026-01");
}

TEST_F(HouseholdsApi, EverybodyErasesTheirOwnAndTheOfficeWhatIsLeftOfWhoMovedOut) {
  const Ticket ann = ann_moves_in();
  const auto own = send("POST", "/my/data/erase", ann);
  ASSERT_EQ(own.status, 200) << own.body;
  EXPECT_EQ(body_of(own)["erased"]["names"], 1);
  EXPECT_EQ(body_of(own)["lives_here"], true);
  EXPECT_FALSE(body_of(own)["proof"].get<std::string>().empty());
  EXPECT_EQ(get("/account/data", ann)["household"]["name"], "");
  const Json wish{{"person", "ann"}};
  EXPECT_EQ(send("POST", "/households/erase-person", ann, wish).status, 403);
  EXPECT_EQ(send("POST", "/households/erase-person", manager, wish).status, 409);
  ASSERT_EQ(send("POST", "/households/h-u1-501/move-out", manager).status, 200);
  const auto rest = send("POST", "/households/erase-person", manager, wish);
  ASSERT_EQ(rest.status, 200) << rest.body;
  EXPECT_EQ(body_of(rest)["erased"]["credentials"], 2);
  EXPECT_EQ(send("POST", "/households/erase-person", manager, wish).status, 404);
}

TEST_F(HouseholdsApi, AFamilyMemberActsForSomebodyAndReadsTheirRecordForAWhile) {
  const Ticket ann = ann_moves_in();
  send(
      "POST", "/households/move-in", manager,
      {{"place", "u1-501"}, {"people", {{{"id", "ben"}, {"name", "本先生"}, {"role", "family"}}}}});
  const Ticket ben = join("ben");
  EXPECT_EQ(send("GET", "/my/door-log", ben).status, 200);
  const auto theirs = [&] {
    Asked asked{"GET", "/api/v1/my/door-log"};
    asked.query["person"] = "ann";
    return site.ask(asked, ben).status;
  };
  EXPECT_EQ(theirs(), 403);
  const auto lent = send("POST", "/my/delegations", ann,
                         {{"to", "ben"}, {"actions", {"read_own_log"}}, {"days", 7}});
  ASSERT_EQ(lent.status, 201) << lent.body;
  EXPECT_EQ(theirs(), 200);
  EXPECT_EQ(get("/my/home", ben)["delegations"][0]["from_name"], "安女士");
  const std::string id = body_of(lent)["id"].get<std::string>();
  EXPECT_EQ(send("DELETE", "/my/delegations/" + id, ben).status, 404);
  EXPECT_EQ(send("DELETE", "/my/delegations/" + id, ann).status, 204);
  EXPECT_EQ(theirs(), 403);
}

TEST_F(HouseholdsApi, AListIsLookedThroughAndSaysItsProblemsInTheReadersLanguage) {
  // 房号,姓名 / b9,王 in UTF-8
  const Json body{{"list", {"5oi/5Y+3LOWnk+WQjQpiOSznjosK"}}, {"dry_run", true}};
  const auto looked = send("POST", "/households/import", manager, body);
  ASSERT_EQ(looked.status, 200) << looked.body;
  const Json report = body_of(looked);
  ASSERT_EQ(report["problem_count"], 1) << report;
  EXPECT_EQ(report["problems"][0]["line"], 2);
  const std::string what = report["problems"][0]["what"].get<std::string>();
  EXPECT_NE(what.find("没有房号"), std::string::npos) << what;
}

TEST_F(HouseholdsApi, WhatIsWrongWithAFormIsSaidAtItsMember) {
  ann_moves_in();
  const auto bad = send("POST", "/households/h-u1-501/people/ann/credentials", manager,
                        {{"kind", "pin"}, {"pin", "1111"}});
  EXPECT_EQ(bad.status, 422) << bad.body;
  EXPECT_EQ(body_of(bad)["field"], "/pin") << bad.body;
  EXPECT_EQ(send("POST", "/households/move-in", manager,
                 {{"place", "moon"}, {"people", {{{"name", "x"}}}}})
                .status,
            404);
}

}  // namespace
}  // namespace linli::story
