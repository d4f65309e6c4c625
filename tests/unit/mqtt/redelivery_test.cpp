#include <gtest/gtest.h>

#include "drivers/mqtt/redelivery.hpp"

namespace linli::drivers::mqtt {
namespace {

ports::InflightMark mark(std::uint16_t id, const char* payload) {
  return mark_of(id, "t", payload);
}

TEST(RedeliveryWindow, KnowsWhatWasCommittedBeforeTheConnectionBroke) {
  RedeliveryWindow window;
  window.remember(mark(1, "a"));
  window.remember(mark(2, "b"));
  window.after_connect(true);
  EXPECT_TRUE(window.is_repeat(mark(1, "a")));
  EXPECT_TRUE(window.is_repeat(mark(2, "b")));
  EXPECT_FALSE(window.is_repeat(mark(3, "c")));
}

TEST(RedeliveryWindow, TakesAnEqualMessageAsNewOnceNewOnesHaveCome) {
  RedeliveryWindow window;
  window.remember(mark(1, "pressed"));
  window.after_connect(true);
  EXPECT_FALSE(window.is_repeat(mark(9, "new")));
  EXPECT_FALSE(window.is_repeat(mark(1, "pressed")));
}

TEST(RedeliveryWindow, TakesTheSameIdWithOtherWordsAsNew) {
  RedeliveryWindow window;
  window.remember(mark(1, "a"));
  window.after_connect(true);
  EXPECT_FALSE(window.is_repeat(mark(1, "b")));
}

TEST(RedeliveryWindow, KnowsARepeatOnlyOnce) {
  RedeliveryWindow window;
  window.remember(mark(1, "a"));
  window.after_connect(true);
  EXPECT_TRUE(window.is_repeat(mark(1, "a")));
  EXPECT_FALSE(window.is_repeat(mark(1, "a")));
}

TEST(RedeliveryWindow, KnowsNothingWhenTheBrokerHasForgottenTheSession) {
  RedeliveryWindow window;
  window.remember(mark(1, "a"));
  window.after_connect(false);
  EXPECT_FALSE(window.is_repeat(mark(1, "a")));
}

TEST(RedeliveryWindow, TakesNothingForARepeatWithinAConnection) {
  RedeliveryWindow window;
  window.after_connect(true);
  window.remember(mark(1, "a"));
  EXPECT_FALSE(window.is_repeat(mark(1, "a")));
}

TEST(RedeliveryWindow, ForgetsWhatWasNotStored) {
  RedeliveryWindow window;
  window.remember(mark(1, "a"));
  window.forget({mark(1, "a")});
  window.after_connect(true);
  EXPECT_FALSE(window.is_repeat(mark(1, "a")));
}

TEST(RedeliveryWindow, RestoresWhatTheStoreKept) {
  RedeliveryWindow window;
  window.restore({mark(1, "a"), mark(2, "b")});
  window.after_connect(true);
  EXPECT_TRUE(window.is_repeat(mark(2, "b")));
}

}  // namespace
}  // namespace linli::drivers::mqtt
