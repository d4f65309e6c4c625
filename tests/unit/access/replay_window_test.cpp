#include "firmware/domain/access/replay_window.hpp"

#include <gtest/gtest.h>

namespace linli::domain::access {
namespace {

constexpr std::int64_t kNowS = 1'795'680'000;
constexpr std::int64_t kNowMs = kNowS * 1000;

PassToken pass(std::uint64_t id, std::uint8_t uses = 1) {
  return {PassKind::kVisitor, 1, 7, 1, kNowS, kNowS + 60, uses, id};
}

TEST(ReplayWindow, OfAHundredPresentationsAtOnceExactlyOneOpens) {
  ReplayWindow window;
  int opened = 0;
  for (int i = 0; i < 100; ++i)
    opened += window.take(pass(1), kNowMs + i).refusal == PassRefusal::kNone ? 1 : 0;
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(window.take(pass(1), kNowMs).refusal, PassRefusal::kReplayed);
}

TEST(ReplayWindow, AVisitorsPassOpensAsOftenAsItSays) {
  ReplayWindow window;
  for (std::uint32_t i = 1; i <= 3; ++i) EXPECT_EQ(window.take(pass(1, 3), kNowMs).use.uses, i);
  EXPECT_EQ(window.take(pass(1, 3), kNowMs).refusal, PassRefusal::kReplayed);
}

TEST(ReplayWindow, AUseThatWasNotMadeIsGivenBack) {
  ReplayWindow window;
  window.take(pass(1), kNowMs);
  window.give_back(1);
  EXPECT_EQ(window.size(), 0U);
  window.give_back(1);
  EXPECT_EQ(window.take(pass(1), kNowMs).refusal, PassRefusal::kNone);
  window.take(pass(2, 2), kNowMs);
  window.take(pass(2, 2), kNowMs);
  window.give_back(2);
  EXPECT_EQ(window.take(pass(2, 2), kNowMs).use.uses, 2U);
}

TEST(ReplayWindow, ARestartDoesNotLetAPassInAgain) {
  ReplayWindow before;
  const PassUse use = before.take(pass(0xFF), kNowMs).use;
  ReplayWindow after;
  after.restore(pass_use_from_row(hex64(use.pass), to_row(use)).value(), kNowMs + 30'000);
  EXPECT_EQ(after.take(pass(0xFF), kNowMs + 30'000).refusal, PassRefusal::kReplayed);
}

TEST(ReplayWindow, AClockThatIsSetBackByAnHourLetsNobodyInAgain) {
  ReplayWindow window;
  window.take(pass(1), kNowMs);
  EXPECT_TRUE(window.expire(kNowMs + 3'600'000).empty());
  EXPECT_EQ(window.take(pass(1), kNowMs).refusal, PassRefusal::kReplayed);
}

TEST(ReplayWindow, ForgetsOnlyWhatHasEndedLongAgo) {
  ReplayWindow window;
  window.take(pass(1), kNowMs);
  const std::int64_t end = (kNowS + 60 + ReplayWindow::kKeepS) * 1000;
  EXPECT_TRUE(window.expire(end - 1).empty());
  EXPECT_EQ(window.expire(end), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(window.size(), 0U);
  window.restore({2, kNowS + 60, 1}, end);
  EXPECT_EQ(window.size(), 0U);
}

TEST(ReplayWindow, AFullOneRefusesRatherThanForgets) {
  ReplayWindow window;
  for (std::uint64_t i = 0; i < ReplayWindow::kMost; ++i)
    ASSERT_EQ(window.take(pass(i), kNowMs).refusal, PassRefusal::kNone);
  EXPECT_EQ(window.take(pass(ReplayWindow::kMost), kNowMs).refusal, PassRefusal::kBusy);
  EXPECT_EQ(window.take(pass(0), kNowMs).refusal, PassRefusal::kReplayed);
  const std::int64_t later = (kNowS + 61 + ReplayWindow::kKeepS) * 1000;
  EXPECT_EQ(window.take(pass(ReplayWindow::kMost), later).refusal, PassRefusal::kNone);
  EXPECT_EQ(window.size(), 1U);
}

TEST(PassUse, ARowThatIsWrongIsRefused) {
  EXPECT_FALSE(pass_use_from_row("12", R"({"expires":1,"uses":1})").has_value());
  EXPECT_FALSE(pass_use_from_row(hex64(1), R"({"expires":1,"uses":0})").has_value());
  EXPECT_FALSE(pass_use_from_row(hex64(1), R"({"expires":1})").has_value());
}

}  // namespace
}  // namespace linli::domain::access
