#include "tests/unit/console/connection_kit.hpp"

namespace linli::console {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kHost = "Host: gateway.local:8443\r\n";

std::string get(const std::string& target, const std::string& headers = "") {
  return "GET " + target + " HTTP/1.1\r\n" + kHost + headers + "\r\n";
}

std::string post(const std::string& target, const std::string& body,
                 const std::string& headers = "") {
  return "POST " + target + " HTTP/1.1\r\n" + kHost + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_F(ConnectionTest, AnswersAPageAndGoesOn) {
  connect();
  say(get("/") + get("/assets/a-1.js"));
  ASSERT_TRUE(run_until_heard("the script"));
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(heard, HasSubstr("\r\n\r\nthe consoleHTTP/1.1 200"));
  EXPECT_FALSE(is_ended);
  EXPECT_EQ(counters.snapshot().files, 2U);
}

TEST_F(ConnectionTest, EveryAnswerCarriesTheSecurityHeadersAndNoName) {
  connect();
  say(get("/api/v1/site"));
  ASSERT_TRUE(run_until_asked());
  Response response;
  response.headers = {{"Content-Security-Policy", "default-src *"}, {"Content-Length", "7"}};
  response.body = "{}";
  answer(0, response);
  ASSERT_TRUE(run_until_heard("{}"));
  EXPECT_THAT(heard, HasSubstr("content-security-policy: default-src 'none'; script-src 'self'"));
  EXPECT_THAT(heard, HasSubstr("x-content-type-options: nosniff"));
  EXPECT_THAT(heard, HasSubstr("cache-control: no-store"));
  EXPECT_THAT(heard, HasSubstr("Content-Length: 2\r\n"));
  EXPECT_THAT(heard, Not(HasSubstr("default-src *")));
  EXPECT_THAT(heard, Not(HasSubstr("erver:")));
  EXPECT_THAT(heard, Not(HasSubstr("Strict-Transport")));
}

TEST_F(ConnectionTest, HandsTheWholeRequestToTheHandler) {
  connect();
  say(post("/api/v1/commands?dry_run=1", R"({"device":"d1"})", "Cookie: a=1\r\nCookie: b=2\r\n"));
  ASSERT_TRUE(run_until_asked());
  const Request& request = asked[0].request;
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path, "/api/v1/commands");
  EXPECT_EQ(request.parameter("dry_run"), "1");
  EXPECT_EQ(request.header("cookie"), "a=1; b=2");
  EXPECT_EQ(request.body, R"({"device":"d1"})");
  EXPECT_EQ(request.peer, "10.0.0.9");
  EXPECT_FALSE(request.is_websocket);
}

TEST_F(ConnectionTest, TellsTheLengthOfWhatHeadWouldBe) {
  connect();
  say("HEAD / HTTP/1.1\r\n" + kHost + "\r\nHEAD /api/v1/site HTTP/1.1\r\n" + kHost + "\r\n");
  ASSERT_TRUE(run_until_asked());
  EXPECT_EQ(asked[0].request.method, "GET");
  EXPECT_THAT(heard, HasSubstr("Content-Length: 11\r\n"));
  Response response;
  response.body = "12345";
  answer(0, response);
  ASSERT_TRUE(run_until_heard("Content-Length: 5\r\n"));
  say(get("/assets/a-1.js"));
  ASSERT_TRUE(run_until_heard("the script"));
  EXPECT_THAT(heard, Not(HasSubstr("12345")));
  EXPECT_THAT(heard, Not(HasSubstr("the console")));
}

struct RefusedRow {
  std::string name;
  std::string request;
  std::string status;
  Refused reason;
};

class Refuses : public ConnectionTest, public testing::WithParamInterface<RefusedRow> {};

TEST_P(Refuses, WithAProblemAndEndsTheConnection) {
  connect();
  say(GetParam().request + get("/api/v1/smuggled"));
  ASSERT_TRUE(run_until_ended());
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 " + GetParam().status));
  EXPECT_THAT(heard, HasSubstr("application/problem+json"));
  EXPECT_THAT(heard, HasSubstr("content-security-policy"));
  EXPECT_EQ(refused(GetParam().reason), 1U);
  EXPECT_TRUE(asked.empty());
  EXPECT_TRUE(run_until([this] { return connection.expired(); }));
  EXPECT_EQ(guests.size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Refuses,
    testing::Values(
        RefusedRow{"Garbage", "\x16\x03\x01\r\n\r\n", "400", Refused::kMalformed},
        RefusedRow{"NoHttp", "GET / SPDY/3\r\n\r\n", "400", Refused::kMalformed},
        RefusedRow{"Climbing", get("/api/../../etc/passwd"), "400", Refused::kMalformed},
        RefusedRow{"TwoHosts", get("/api/x", kHost), "400", Refused::kMalformed},
        RefusedRow{
            "TwoLengths",
            "POST /api/x HTTP/1.1\r\n" + kHost + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "400", Refused::kMalformed},
        RefusedRow{"LengthAndChunks",
                   "POST /api/x HTTP/1.1\r\n" + kHost +
                       "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                   "400", Refused::kMalformed},
        RefusedRow{"LongHeader", get("/api/x", "X: " + std::string(9000, 'x') + "\r\n"), "431",
                   Refused::kHeaderBytes},
        RefusedRow{"LongBody",
                   "POST /api/x HTTP/1.1\r\n" + kHost + "Content-Length: 262145\r\n\r\n", "413",
                   Refused::kBodyBytes},
        RefusedRow{
            "LongChunks",
            "POST /api/x HTTP/1.1\r\n" + kHost + "Transfer-Encoding: chunked\r\n\r\n40001\r\n",
            "413", Refused::kBodyBytes},
        RefusedRow{"OtherHost", "GET /api/x HTTP/1.1\r\nHost: evil.example\r\n\r\n", "421",
                   Refused::kHost},
        RefusedRow{"NoHost", "GET /api/x HTTP/1.1\r\n\r\n", "421", Refused::kHost},
        RefusedRow{"OtherOrigin", post("/api/x", "", "Origin: https://evil.example\r\n"), "403",
                   Refused::kCrossOrigin},
        RefusedRow{"Trace", "TRACE / HTTP/1.1\r\n" + kHost + "\r\n", "405", Refused::kMethod},
        RefusedRow{"Connect", "CONNECT a:1 HTTP/1.1\r\n" + kHost + "\r\n", "405", Refused::kMethod},
        RefusedRow{"Unknown", "BREW / HTTP/1.1\r\n" + kHost + "\r\n", "405", Refused::kMethod}),
    [](const auto& row) { return row.param.name; });

TEST_F(ConnectionTest, SaysTheProblemInTheReadersLanguage) {
  connect();
  say(get("/none.js") + get("/none.js", "Accept-Language: en-GB, zh;q=0.5\r\n"));
  ASSERT_TRUE(run_until_heard("No such page"));
  EXPECT_THAT(heard, HasSubstr("页面不存在"));
  EXPECT_FALSE(is_ended);
}

TEST_F(ConnectionTest, TakesAnArchiveOnItsOwnPathOnly) {
  connect();
  const std::string archive(limits::kBodyBytes + 1, 'a');
  say("POST /api/v1/operations/restore HTTP/1.1\r\n" + kHost + "Expect: 100-continue\r\n" +
      "Content-Length: " + std::to_string(archive.size()) + "\r\n\r\n");
  ASSERT_TRUE(run_until_heard("HTTP/1.1 100 Continue\r\n\r\n"));
  EXPECT_EQ(hub.uploads, 1U);
  std::size_t at = 0;
  ASSERT_TRUE(run_until([this, &archive, &at] {
    const ssize_t sent = send(peer, archive.data() + at, archive.size() - at, MSG_DONTWAIT);
    if (sent > 0) at += static_cast<std::size_t>(sent);
    return !asked.empty();
  }));
  EXPECT_EQ(asked[0].request.body.size(), archive.size());
  answer(0, {});
  ASSERT_TRUE(run_until_heard("HTTP/1.1 200"));
  EXPECT_EQ(hub.uploads, 0U);
}

TEST_F(ConnectionTest, TakesOnlySoManyArchivesAtOnce) {
  hub.uploads = limits::kUploads;
  connect();
  say("POST /api/v1/operations/restore HTTP/1.1\r\n" + kHost + "Content-Length: 300000\r\n\r\n");
  ASSERT_TRUE(run_until_ended());
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(heard, HasSubstr("retry-after: 5"));
  EXPECT_EQ(hub.uploads, limits::kUploads);
  hub.uploads = 0;
}

TEST_F(ConnectionTest, IsTurnedAwayWithAWordWhenAllPlacesAreTaken) {
  connect(true);
  say(get("/"));
  ASSERT_TRUE(run_until_ended());
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(heard, HasSubstr("retry-after: 5"));
  EXPECT_EQ(refused(Refused::kTooMany), 1U);
}

TEST_F(ConnectionTest, DoesNotWaitForHeadersThatDrip) {
  timing.header = milliseconds(30);
  connect();
  say("GET / HTTP/1.1\r\n");
  const auto begun = base::Clock::now();
  ASSERT_TRUE(run_until_tired_of_drops());
  EXPECT_LT(base::Clock::now() - begun, std::chrono::seconds(2));
  EXPECT_TRUE(run_until([this] { return refused(Refused::kHeaderSlow) == 1; }));
}

TEST_F(ConnectionTest, DoesNotWaitForABodyThatDrips) {
  timing.body = milliseconds(30);
  connect();
  say("POST /api/x HTTP/1.1\r\n" + kHost + "Content-Length: 100000\r\n\r\n");
  ASSERT_TRUE(run_until_tired_of_drops());
  EXPECT_TRUE(run_until([this] { return refused(Refused::kBodySlow) == 1; }));
  EXPECT_TRUE(asked.empty());
}

TEST_F(ConnectionTest, EndsWhenNothingMoreIsAsked) {
  timing.idle = milliseconds(30);
  connect();
  say(get("/"));
  ASSERT_TRUE(run_until_ended());
  EXPECT_THAT(heard, HasSubstr("the console"));
  EXPECT_TRUE(run_until([this] { return connection.expired(); }));
}

TEST_F(ConnectionTest, CutsWhoDoesNotTakeTheAnswer) {
  timing.write = milliseconds(30);
  connect();
  is_hearing = false;
  say(get("/api/x"));
  ASSERT_TRUE(run_until_asked());
  Response response;
  response.body = std::string(16 * 1024 * 1024, 'x');
  answer(0, std::move(response));
  EXPECT_TRUE(run_until([this] { return refused(Refused::kReaderSlow) == 1; }));
  EXPECT_TRUE(run_until([this] { return connection.expired(); }));
}

TEST_F(ConnectionTest, SaysThatTheGatewayDidNotAnswerAndIgnoresTheLateAnswer) {
  timing.answer = milliseconds(30);
  connect();
  say(get("/api/x"));
  ASSERT_TRUE(run_until_heard("HTTP/1.1 504"));
  EXPECT_EQ(refused(Refused::kAnswerLate), 1U);
  ASSERT_TRUE(run_until_ended());
  Response late;
  late.body = "late";
  answer(0, late);
  EXPECT_TRUE(run_until([this] { return connection.expired(); }));
  EXPECT_THAT(heard, Not(HasSubstr("late\"")));
}

TEST_F(ConnectionTest, WritesNoHeaderThatWouldBeTwo) {
  connect();
  say(get("/api/x"));
  ASSERT_TRUE(run_until_asked());
  Response response;
  response.headers = {{"location", "/x\r\nSet-Cookie: a=1"}};
  answer(0, response);
  ASSERT_TRUE(run_until_heard("HTTP/1.1 500"));
  EXPECT_THAT(heard, Not(HasSubstr("Set-Cookie")));
}

TEST_F(ConnectionTest, AnEmptyAnswerHasNoLength) {
  connect();
  say(get("/api/x"));
  ASSERT_TRUE(run_until_asked());
  Response response;
  response.status = 204;
  answer(0, response);
  ASSERT_TRUE(run_until_heard("HTTP/1.1 204"));
  EXPECT_THAT(heard, Not(HasSubstr("Content-Length")));
}

TEST_F(ConnectionTest, OutlivesNeitherItsCutNorItsServer) {
  connect();
  say(get("/api/x"));
  ASSERT_TRUE(run_until_asked());
  front.reset();
  postbox->close();
  answer(0, {});
  loop.run_ready();
  EXPECT_FALSE(connection.expired());
}

}  // namespace
}  // namespace linli::console
