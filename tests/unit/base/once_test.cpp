#include <gtest/gtest.h>

#include <memory>

#include "firmware/base/handle.hpp"
#include "firmware/base/id.hpp"
#include "firmware/base/once.hpp"
#include "firmware/base/secret.hpp"

namespace linli::base {
namespace {

TEST(Once, IsEmptyAfterItsCall) {
  Once<int(int)> twice = [](int x) { return 2 * x; };
  EXPECT_EQ(std::move(twice)(21), 42);
  EXPECT_FALSE(twice);  // NOLINT(bugprone-use-after-move): emptiness after the call is the rule
}

TEST(Once, HoldsWhatCannotBeCopied) {
  auto number = std::make_unique<int>(7);
  Once<int()> take = [number = std::move(number)] { return *number; };
  EXPECT_EQ(std::move(take)(), 7);
}

TEST(Once, MayReplaceItselfWhileItRuns) {
  Once<void()> next;
  int runs = 0;
  next = [&next, &runs] {
    ++runs;
    next = [&runs] { ++runs; };
  };
  std::move(next)();
  std::move(next)();  // NOLINT(bugprone-use-after-move): it was given a new body while it ran
  EXPECT_EQ(runs, 2);
}

TEST(Handle, CancelsOnceWhenDestroyed) {
  int cancelled = 0;
  {
    Handle first([&cancelled] { ++cancelled; });
    Handle second = std::move(first);
  }
  EXPECT_EQ(cancelled, 1);
}

TEST(Handle, CancelsTheOldOneWhenReplaced) {
  int cancelled = 0;
  Handle handle([&cancelled] { ++cancelled; });
  handle = Handle();
  EXPECT_EQ(cancelled, 1);
}

struct Thing {
  static constexpr std::string_view kName = "thing";
};

TEST(Id, RefusesWhatMeansSomethingInATopicOrPath) {
  for (const char* text :
       {"", "a+b", "a#", "a/b", "$SYS", "../x", " a", "a b", "a\n", "-rf", "中"}) {
    EXPECT_FALSE(Id<Thing>::parse(text).has_value()) << text;
  }
  EXPECT_FALSE(Id<Thing>::parse(std::string(65, 'a')).has_value());
}

TEST(Id, TakesOrdinaryNames) {
  for (const char* text : {"door1", "A.b_c-9", "0x1"}) {
    EXPECT_TRUE(Id<Thing>::parse(text).has_value()) << text;
  }
}

TEST(Secret, IsEmptyAfterItWasMovedFrom) {
  SecretText password(std::string("correct horse"));
  const SecretText moved = std::move(password);
  EXPECT_TRUE(password.empty());  // NOLINT(bugprone-use-after-move): that is the rule
  EXPECT_EQ(moved.reveal(), "correct horse");
}

}  // namespace
}  // namespace linli::base
