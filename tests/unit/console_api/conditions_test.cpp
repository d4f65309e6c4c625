#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "firmware/console/api/cursor.hpp"
#include "firmware/console/api/etag.hpp"
#include "firmware/console/api/gate.hpp"
#include "firmware/console/api/rfc3339.hpp"

namespace linli::console::api {
namespace {

TEST(ETags, AreTheSameForTheSameAndOtherForAnother) {
  const base::Json a = {{"x", 1}};
  const base::Json b = {{"x", 2}};
  EXPECT_EQ(etag_of("v1", a), etag_of("v1", a));
  EXPECT_NE(etag_of("v1", a), etag_of("v1", b));
  EXPECT_NE(etag_of("v1", a), etag_of("v2", a));
}

TEST(ETags, AChangeIsHeldAgainstTheVersionAlone) {
  const std::string etag = etag_of("v1", base::Json{{"x", 1}});
  EXPECT_TRUE(matches_version(etag, "v1"));
  EXPECT_TRUE(matches_version("\"other\", " + etag, "v1"));
  EXPECT_TRUE(matches_version("*", "v1"));
  EXPECT_FALSE(matches_version(etag, "v2"));
  EXPECT_FALSE(matches_version("W/" + etag, "v1"));  // If-Match compares strongly
  EXPECT_FALSE(matches_version("", "v1"));
}

TEST(ETags, IfNoneMatchTakesListsWeakOnesAndTheStar) {
  const std::string etag = etag_of("v1", base::Json{{"x", 1}});
  EXPECT_TRUE(matches_any("\"a\" , W/" + etag, etag));
  EXPECT_TRUE(matches_any("*", etag));
  EXPECT_FALSE(matches_any("\"a\"", etag));
  EXPECT_FALSE(matches_any("", etag));
}

TEST(Cursors, GiveBackTheKeyAndNothingElse) {
  for (const std::string key : {"smoke-3-2-01", "0", "烟感"})
    EXPECT_EQ(key_of(cursor_of(key)).value(), key);
  EXPECT_EQ(key_of("").value(), "");
  for (const char* wrong : {"x", "00000000", "0000000061", "deadbeefzz"})
    EXPECT_FALSE(key_of(wrong)) << wrong;
  std::string bent = cursor_of("abc");
  bent.back() = bent.back() == '0' ? '1' : '0';
  EXPECT_FALSE(key_of(bent));
}

TEST(Headers, TheSessionsCookieIsFoundAmongOthers) {
  EXPECT_EQ(session_cookie("a=1; __Host-linli=token; b=2"), "token");
  EXPECT_EQ(session_cookie("__Host-linli=token"), "token");
  EXPECT_EQ(session_cookie("x__Host-linli=token"), "");
  EXPECT_EQ(session_cookie(""), "");
}

TEST(Headers, OnlyABearerIsAToken) {
  EXPECT_EQ(bearer_token("Bearer abc"), "abc");
  EXPECT_EQ(bearer_token("Basic abc"), "");
  EXPECT_EQ(bearer_token("Bearer "), "");
}

TEST(Headers, AcceptHasRangesAndRefusals) {
  EXPECT_TRUE(accepts("", "application/json"));
  EXPECT_TRUE(accepts("text/html, */*;q=0.1", "application/json"));
  EXPECT_TRUE(accepts("application/*", "application/json"));
  EXPECT_FALSE(accepts("text/*", "application/json"));
  EXPECT_FALSE(accepts("application/json;q=0", "application/json"));
  EXPECT_FALSE(accepts("application/json;q=0.0", "application/json"));
}

TEST(Times, AreReadAsRfc3339WritesThem) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_rfc3339("2026-11-24T08:30:00.125Z"), 1'795'509'000'125);
  EXPECT_EQ(parse_rfc3339("2026-11-24T16:30:00.125+08:00"), 1'795'509'000'125);
  EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00Z"), 1'709'164'800'000);
  for (const char* wrong :
       {"", "2026", "2026-11-24", "2026-02-30T00:00:00Z", "2026-11-24T08:30:00",
        "2026-11-24T25:00:00Z", "2026-11-24T08:30:00.Z", "2026-11-24T08:30:00Zx",
        "1969-12-31T00:00:00Z", "2026-11-24T08:30:00+8"}) {
    EXPECT_FALSE(parse_rfc3339(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace linli::console::api
