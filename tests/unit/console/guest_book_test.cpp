#include "firmware/console/guest_book.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "firmware/console/limits.hpp"

namespace linli::console {
namespace {

using Phase = GuestBook::Phase;

class GuestBookTest : public testing::Test {
 protected:
  std::uint64_t come(const std::string& address, Phase phase) {
    const auto admission = book.admit(address, [] {});
    if (!admission) return 0;
    const std::uint64_t guest = admission->guest;
    book.set_cut(guest, [this, guest] { cut.push_back(guest); });
    book.set_phase(guest, phase);
    return guest;
  }
  // From as many addresses as it takes.
  void fill(std::size_t count, Phase phase) {
    for (std::size_t i = 0; i < count; ++i) come("10.0.0." + std::to_string(next_++ / 10), phase);
  }

  std::vector<Refused> counted;
  GuestBook book{[this](Refused reason, const std::string&) { counted.push_back(reason); }};
  std::vector<std::uint64_t> cut;

 private:
  std::size_t next_ = 0;
};

TEST_F(GuestBookTest, LetsTheOldestSilentOneGoWhenItIsFull) {
  fill(limits::kConnections - 3, Phase::kBusy);
  const auto waiting = come("a", Phase::kWaiting);
  const auto first = come("b", Phase::kHandshake);
  const auto second = come("c", Phase::kHandshake);
  EXPECT_NE(come("d", Phase::kBusy), 0U);
  EXPECT_NE(come("e", Phase::kBusy), 0U);
  EXPECT_NE(come("f", Phase::kBusy), 0U);
  EXPECT_EQ(cut, (std::vector{first, second, waiting}));
  EXPECT_EQ(counted, (std::vector{Refused::kMadeRoom, Refused::kMadeRoom, Refused::kMadeRoom}));
}

TEST_F(GuestBookTest, TurnsAFewAwayPolitelyAndTheRestAtOnce) {
  fill(limits::kConnections, Phase::kBusy);
  for (std::size_t i = 0; i < limits::kTurnedAway; ++i) {
    const auto admission = book.admit("z" + std::to_string(i), [] {});
    ASSERT_TRUE(admission);
    EXPECT_TRUE(admission->is_turned_away);
    book.set_phase(admission->guest, Phase::kBusy);
  }
  EXPECT_FALSE(book.admit("y", [] {}));
  EXPECT_EQ(counted, std::vector{Refused::kTooMany});
  EXPECT_TRUE(cut.empty());
}

TEST_F(GuestBookTest, GivesOneAddressNoMoreThanItsShare) {
  for (std::size_t i = 0; i < limits::kConnectionsOfAddress; ++i) come("a", Phase::kStream);
  EXPECT_EQ(come("a", Phase::kBusy), 0U);
  EXPECT_EQ(counted, std::vector{Refused::kTooManyOfAddress});
  EXPECT_NE(come("b", Phase::kBusy), 0U);
}

TEST_F(GuestBookTest, LetsOneAddressReplaceItsOwnSilentOnes) {
  const auto other = come("b", Phase::kHandshake);
  const auto silent = come("a", Phase::kHandshake);
  for (std::size_t i = 1; i < limits::kConnectionsOfAddress; ++i) come("a", Phase::kBusy);
  EXPECT_NE(come("a", Phase::kBusy), 0U);
  EXPECT_EQ(cut, std::vector{silent});
  EXPECT_NE(silent, other);
}

TEST_F(GuestBookTest, CutsNobodyTwice) {
  fill(limits::kConnections - 1, Phase::kBusy);
  const auto silent = come("a", Phase::kWaiting);
  EXPECT_NE(come("b", Phase::kBusy), 0U);
  EXPECT_TRUE(book.admit("c", [] {})->is_turned_away);
  EXPECT_EQ(cut, std::vector{silent});
  book.leave(silent);
  EXPECT_EQ(book.size(), limits::kConnections + 1);
}

TEST_F(GuestBookTest, ForgetsWhoLeaves) {
  for (int round = 0; round < 1000; ++round) {
    const auto guest = come("a", Phase::kBusy);
    ASSERT_NE(guest, 0U);
    const Seat seat(book, guest);
  }
  EXPECT_EQ(book.size(), 0U);
  EXPECT_TRUE(counted.empty());
}

}  // namespace
}  // namespace linli::console
