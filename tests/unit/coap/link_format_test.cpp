#include "drivers/coap/link_format.hpp"

#include <gtest/gtest.h>

namespace linli::drivers::coap {
namespace {

TEST(LinkFormat, ReadsTheExampleOfRfc6690Section5) {
  const auto links = parse_links(
      R"(</sensors>;ct=40;title="Sensor Index",</sensors/temp>;rt="temperature-c";if="sensor",)"
      R"(<http://www.example.com/sensors/t123>;anchor="/sensors/temp";rel="describedby",</t>;obs)");
  ASSERT_TRUE(links.has_value()) << links.error().what;
  ASSERT_EQ(links->size(), 4U);
  EXPECT_EQ(links->at(0), (Link{"/sensors", {{"ct", "40"}, {"title", "Sensor Index"}}}));
  EXPECT_EQ(links->at(2).target, "http://www.example.com/sensors/t123");
  EXPECT_EQ(links->at(3), (Link{"/t", {{"obs", ""}}}));
}

TEST(LinkFormat, WritesWhatItReads) {
  const std::string text =
      R"(</a>;rt="x y";ct=40;obs,</b>;title="say \"no\" \\ yes",</3/0>,</3302/0>)";
  EXPECT_EQ(encode_links(parse_links(text).value()), text);
  EXPECT_EQ(encode_links({}), "");
  EXPECT_TRUE(parse_links("").value().empty());
}

TEST(LinkFormat, RefusesWhatIsNoLink) {
  for (const char* text :
       {"a", "<", "<a", "<a>x", "<a>,", "<a>;", "<a>;=1", "<a>;b=", "<a>;b=\"", "<a>;b=\"c",
        "<a>;b=\"c\\", "<a>;b=c d", "<a><b>", "<a\n>", "<a>;b=\"\x01\"", ",<a>", "<a>;b=<c>"}) {
    EXPECT_FALSE(parse_links(text).has_value()) << text;
  }
}

TEST(LinkFormat, IsBounded) {
  std::string many = "<a>";
  for (std::size_t i = 0; i < kMaxLinks; ++i) many += ",<a>";
  EXPECT_FALSE(parse_links(many).has_value());
  std::string attributes = "<a>";
  for (std::size_t i = 0; i <= kMaxLinkAttributes; ++i) attributes += ";b";
  EXPECT_FALSE(parse_links(attributes).has_value());
  EXPECT_FALSE(parse_links(std::string(kMaxLinkBytes + 1, ' ')).has_value());
}

TEST(LinkFilter, SelectsByOneOfSeveralWordsByPrefixAndByTarget) {
  const Link link{"/linli/v1/event", {{"rt", "linli.event core.s"}, {"title", "a b"}, {"obs", ""}}};
  for (const char* filter : {"rt=linli.event", "rt=core.s", "rt=lin*", "href=/linli/v1/event",
                             "href=/linli/*", "title=a b", "title=a*"}) {
    EXPECT_TRUE(link_matches(link, filter)) << filter;
  }
  for (const char* filter : {"rt=linli", "rt=event", "rt=", "href=/linli", "title=a", "if=x", "rt",
                             "", "=", "nothing=1"}) {
    EXPECT_FALSE(link_matches(link, filter)) << filter;
  }
}

}  // namespace
}  // namespace linli::drivers::coap
