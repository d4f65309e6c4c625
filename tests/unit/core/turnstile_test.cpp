#include "firmware/core/turnstile.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "tests/fakes/virtual_loop.hpp"

namespace linli::core {
namespace {

TEST(Turnstile, LetsTheNextInWhenTheOneBeforeHasLeft) {
  fakes::VirtualLoop loop;
  Turnstile turnstile(loop);
  std::string done;
  for (const char name : {'a', 'b', 'c'}) turnstile.enter([&done, name] { done += name; });
  EXPECT_EQ(done, "") << "never within the call";
  loop.run_ready();
  EXPECT_EQ(done, "a");
  turnstile.leave();
  EXPECT_EQ(done, "a") << "in a turn of its own";
  loop.run_ready();
  EXPECT_EQ(done, "ab");
  turnstile.leave();
  loop.run_ready();
  EXPECT_EQ(done, "abc");
}

TEST(Turnstile, IsFullOnlyByThoseThatWait) {
  fakes::VirtualLoop loop;
  Turnstile turnstile(loop);
  for (std::size_t i = 0; i < Turnstile::kMostWaiting; ++i) turnstile.enter([] {});
  EXPECT_TRUE(turnstile.is_full());
  loop.run_ready();
  EXPECT_FALSE(turnstile.is_full());
}

TEST(Turnstile, LetsNobodyInOnceItIsGone) {
  fakes::VirtualLoop loop;
  std::optional<Turnstile> turnstile(std::in_place, loop);
  bool has_run = false;
  turnstile->enter([&has_run] { has_run = true; });
  turnstile.reset();
  loop.run_ready();
  EXPECT_FALSE(has_run);
}

}  // namespace
}  // namespace linli::core
