#include "firmware/console/request_target.hpp"

#include <gtest/gtest.h>

#include "firmware/console/limits.hpp"

namespace linli::console {
namespace {

struct GoodRow {
  std::string target;
  std::string path;
};

class GoodTarget : public testing::TestWithParam<GoodRow> {};

TEST_P(GoodTarget, IsDecodedOnce) {
  const auto target = parse_target(GetParam().target);
  ASSERT_TRUE(target) << target.error().what;
  EXPECT_EQ(target->path, GetParam().path);
}

INSTANTIATE_TEST_SUITE_P(
    Paths, GoodTarget,
    testing::Values(GoodRow{"/", "/"},
                    GoodRow{"/api/v1/devices/smoke-1", "/api/v1/devices/smoke-1"},
                    GoodRow{"/a%20b", "/a b"}, GoodRow{"/a+b", "/a+b"}, GoodRow{"/a%252e", "/a%2e"},
                    GoodRow{"/%E6%9C%88", "/月"}, GoodRow{"/app/", "/app/"},
                    GoodRow{"/a..b/..c/d..", "/a..b/..c/d.."}, GoodRow{"/...", "/..."},
                    GoodRow{"/a%2Fb", "/a/b"}, GoodRow{"/?x=/../", "/"}));

class BadTarget : public testing::TestWithParam<std::string> {};

TEST_P(BadTarget, IsRefused) {
  const auto target = parse_target(GetParam());
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().code, base::Code::kInvalid);
}

INSTANTIATE_TEST_SUITE_P(Paths, BadTarget,
                         testing::Values("", "*", "a", "http://gateway.local/", "/..",
                                         "/../etc/passwd", "/a/../b", "/a/..", "/%2e%2e/",
                                         "/%2E./x", "/..%2fetc", "/.", "/a/./b", "/a//b", "//x",
                                         "/a%00b", "/a%0ab", "/a\\b", "/a%5Cb", "/%7f", "/%", "/%4",
                                         "/%zz", "/%ff", "/%c0%ae%c0%ae/", "/#a", "/?a=%",
                                         "/?a=%ff", "/?a%00=b",
                                         "/" + std::string(limits::kTargetBytes, 'a')));

TEST(Query, IsDecodedAndTheLastOfEqualNamesCounts) {
  const auto target = parse_target("/x?limit=50&q=a+b%2Bc&q=%E6%A5%BC&empty=&flag&&=nameless");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->query,
            (std::map<std::string, std::string>{
                {"limit", "50"}, {"q", "楼"}, {"empty", ""}, {"flag", ""}, {"", "nameless"}}));
}

TEST(Query, HasALimitedNumberOfParameters) {
  std::string target = "/x?";
  for (std::size_t i = 0; i < limits::kParameters; ++i) target += "a=1&";
  EXPECT_TRUE(parse_target(target));
  EXPECT_FALSE(parse_target(target + "a=1"));
}

}  // namespace
}  // namespace linli::console
