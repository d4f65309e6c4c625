#include "firmware/core/send_budget.hpp"

#include <gtest/gtest.h>

namespace linli::core {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMost = 1600 * 1024;

TEST(SendBudget, GrowsToTheMostOnAFastLine) {
  SendBudget budget(kMost);
  for (int i = 0; i < 100; ++i) budget.after_delivery(milliseconds(5));
  EXPECT_EQ(budget.bytes(), kMost);
}

TEST(SendBudget, GrowsOnALineThatIsFarButWide) {
  SendBudget budget(kMost);
  for (int i = 0; i < 100; ++i) budget.after_delivery(milliseconds(600 + i % 7 * 20));
  EXPECT_EQ(budget.bytes(), kMost);
}

TEST(SendBudget, ShrinksWhenAQueueBuildsUpAndKeepsALittle) {
  SendBudget budget(kMost);
  budget.after_delivery(milliseconds(50));
  for (int i = 0; i < 100; ++i) budget.after_delivery(milliseconds(900));
  EXPECT_EQ(budget.bytes(), 64U * 1024);
}

TEST(SendBudget, ForgetsTheLineWithTheConnection) {
  SendBudget budget(kMost);
  for (int i = 0; i < 100; ++i) budget.after_delivery(milliseconds(5));
  budget.reset();
  EXPECT_LT(budget.bytes(), kMost);
  budget.after_delivery(milliseconds(900));
  EXPECT_GE(budget.bytes(), 256U * 1024);
}

}  // namespace
}  // namespace linli::core
