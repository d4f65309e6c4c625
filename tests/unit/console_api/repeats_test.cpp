#include "firmware/console/api/repeats.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/virtual_loop.hpp"

namespace linli::console::api {
namespace {

using Verdict = Repeats::Verdict;

class RepeatsTest : public ::testing::Test {
 protected:
  Verdict begin(const std::string& id, const std::string& body = "{}",
                const std::string& actor = "person:a") {
    return repeats.begin(actor, id, body).verdict;
  }

  fakes::VirtualLoop loop;
  Repeats repeats{loop};
};

TEST_F(RepeatsTest, TheFirstIsDoneAndTheSecondIsAnsweredLikeIt) {
  EXPECT_EQ(begin("k"), Verdict::kFirst);
  EXPECT_EQ(begin("k"), Verdict::kUnderWay);
  repeats.finish("k", {201, {}, "made"});
  EXPECT_EQ(begin("k"), Verdict::kKnown);
  EXPECT_EQ(repeats.begin("person:a", "k", "{}").answer.body, "made");
  EXPECT_EQ(begin("k", "{\"x\":1}"), Verdict::kOtherBody);
}

TEST_F(RepeatsTest, AFailureOfOursMayBeTriedAgain) {
  EXPECT_EQ(begin("k"), Verdict::kFirst);
  repeats.finish("k", {503, {}, ""});
  EXPECT_EQ(begin("k"), Verdict::kFirst);
}

TEST_F(RepeatsTest, AreForgottenAfterADay) {
  EXPECT_EQ(begin("k"), Verdict::kFirst);
  repeats.finish("k", {201, {}, ""});
  loop.run_for(std::chrono::hours(24));
  EXPECT_EQ(begin("k"), Verdict::kFirst);
}

TEST_F(RepeatsTest, OneActorCannotPushTheOthersOut) {
  EXPECT_EQ(begin("mine", "{}", "person:a"), Verdict::kFirst);
  repeats.finish("mine", {201, {}, "made"});
  for (std::size_t i = 0; i < 2 * Repeats::kMaxOfActor; ++i) {
    EXPECT_EQ(begin("k" + std::to_string(i), "{}", "person:b"), Verdict::kFirst);
  }
  EXPECT_EQ(repeats.size(), Repeats::kMaxOfActor + 1);
  EXPECT_EQ(begin("mine", "{}", "person:a"), Verdict::kKnown);
}

TEST_F(RepeatsTest, AreBoundedInAll) {
  for (std::size_t i = 0; i < Repeats::kMax + 100; ++i)
    begin("k" + std::to_string(i), "{}", "person:" + std::to_string(i / 100));
  EXPECT_EQ(repeats.size(), Repeats::kMax);
}

TEST_F(RepeatsTest, AreBoundedInBytes) {
  const std::string large(1024 * 1024, 'x');
  for (const char* id : {"a", "b", "c", "d", "e", "f"}) {
    begin(id);
    repeats.finish(id, {200, {}, large});
  }
  EXPECT_EQ(repeats.size(), 4U);
  EXPECT_EQ(begin("f"), Verdict::kKnown);
  EXPECT_EQ(begin("a"), Verdict::kFirst);
}

}  // namespace
}  // namespace linli::console::api
