#include "firmware/console/outlet_queue.hpp"

#include <gtest/gtest.h>

#include "firmware/console/limits.hpp"

namespace linli::console {
namespace {

using Pushed = OutletQueue::Pushed;

TEST(OutletQueue, WakesTheWriterOnceAndKeepsTheOrder) {
  OutletQueue queue;
  EXPECT_EQ(queue.push("a"), Pushed::kFirst);
  EXPECT_EQ(queue.push("b"), Pushed::kQueued);
  EXPECT_EQ(queue.pop(), "a");
  EXPECT_EQ(queue.push("c"), Pushed::kQueued);
  EXPECT_EQ(queue.pop(), "b");
  EXPECT_EQ(queue.pop(), "c");
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.push("d"), Pushed::kFirst);
}

TEST(OutletQueue, GivesUpWhoLetsTooManyWait) {
  OutletQueue queue;
  for (std::size_t i = 0; i < limits::kOutletMessages; ++i)
    ASSERT_NE(queue.push("x"), Pushed::kOver);
  EXPECT_FALSE(queue.has_overflowed());
  EXPECT_EQ(queue.push("x"), Pushed::kOver);
  EXPECT_TRUE(queue.has_overflowed());
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.push("x"), Pushed::kOver);
}

TEST(OutletQueue, CountsTheBytesThatAreBeingWritten) {
  OutletQueue queue;
  ASSERT_EQ(queue.push(std::string(limits::kOutletBytes, 'x')), Pushed::kFirst);
  ASSERT_TRUE(queue.pop());
  EXPECT_EQ(queue.push("x"), Pushed::kOver);
}

TEST(OutletQueue, HasRoomAgainWhenATextIsWritten) {
  OutletQueue queue;
  ASSERT_EQ(queue.push(std::string(limits::kOutletBytes, 'x')), Pushed::kFirst);
  ASSERT_TRUE(queue.pop());
  ASSERT_FALSE(queue.pop());
  EXPECT_EQ(queue.push(std::string(limits::kOutletBytes, 'x')), Pushed::kFirst);
}

TEST(OutletQueue, IsClosedWhenWhatWaitsHasGoneOut) {
  OutletQueue queue;
  queue.push("a");
  EXPECT_TRUE(queue.close());
  EXPECT_FALSE(queue.close());
  EXPECT_FALSE(queue.is_closed());
  EXPECT_EQ(queue.push("b"), Pushed::kOver);
  EXPECT_FALSE(queue.has_overflowed());
  EXPECT_EQ(queue.pop(), "a");
  EXPECT_TRUE(queue.is_closed());
}

TEST(OutletQueue, TakesNothingWhenTheOtherSideIsGone) {
  OutletQueue queue;
  queue.push("a");
  queue.break_off();
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_EQ(queue.push("b"), Pushed::kOver);
}

}  // namespace
}  // namespace linli::console
