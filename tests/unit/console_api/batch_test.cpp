#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "firmware/console/api/device_batch.hpp"

namespace linli::console::api {
namespace {

base::Result<std::vector<BatchRow>> rows(const std::string& json) {
  const auto plan = batch_plan(base::parse_json(json).value());
  if (!plan) return base::Failure(plan.error());
  return batch_rows(*plan);
}

std::string body(const std::string& pattern, const std::string& ranges) {
  return R"({"pattern":")" + pattern + R"(","profile":"generic/smoke","ranges":)" + ranges +
         R"(,"dry_run":true})";
}

TEST(Batch, CountsTheLastNameFastestAndPads) {
  const auto all = rows(body("s-{b}-{n:02}", R"({"b":[1,2],"n":[9,10]})"));
  ASSERT_TRUE(all) << all.error().what;
  ASSERT_EQ(all->size(), 4U);
  EXPECT_EQ((*all)[0].id, "s-1-09");
  EXPECT_EQ((*all)[1].id, "s-1-10");
  EXPECT_EQ((*all)[2].id, "s-2-09");
}

TEST(Batch, NamesWhatIsWrong) {
  EXPECT_EQ(rows(body("s-{x}", R"({})")).error().what, "ranges: has no range for 'x'");
  EXPECT_FALSE(rows(body("s-{n", R"({"n":[1,2]})")));
  EXPECT_FALSE(rows(body("s-{n:2}", R"({"n":[1,2]})")));
  EXPECT_FALSE(rows(body("s-{n:099999}", R"({"n":[1,2]})")));
  EXPECT_FALSE(rows(body("s-{n}", R"({"n":[1,201]})")));
  EXPECT_FALSE(rows(body("s-{n}", R"({"n":[2,1]})")));
  EXPECT_FALSE(rows(body("s-{n}", R"({"n":[-1,1]})")));
  EXPECT_FALSE(rows(body("s-{n}", R"({"n":[1,2],"m":[1,2]})")));
  EXPECT_FALSE(rows(body("s-{n}", R"({"n":"1-2"})")));
}

TEST(Batch, ExactlyTwoHundredAreAllowed) {
  EXPECT_EQ(rows(body("s-{n}", R"({"n":[1,200]})"))->size(), kMaxBatch);
}

TEST(Batch, ASecondRowOfTheSameIdIsMarked) {
  const auto all = rows(body("s-{a}{b}", R"({"a":[1,11],"b":[1,11]})"));
  ASSERT_TRUE(all);
  std::size_t marked = 0;
  for (const BatchRow& row : *all) marked += row.problem_code == "conflict" ? 1 : 0;
  EXPECT_EQ(marked, 1U);  // 1|11 and 11|1
}

}  // namespace
}  // namespace linli::console::api
