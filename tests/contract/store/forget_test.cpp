// What every ports::Store must do when events are to be forgotten.

#include "firmware/storage/sqlite.hpp"
#include "tests/contract/store/store_rigs.hpp"

namespace linli {
namespace {

constexpr const char* kTally = "tally/access";

template <class Rig>
class ForgetContract : public StoreContract<Rig> {
 protected:
  base::Result<ports::Forgotten> forget(ports::Forget what) {
    std::optional<base::Result<ports::Forgotten>> verdict;
    this->rig.store->forget(std::move(what), [&verdict](base::Result<ports::Forgotten> result) {
      verdict = std::move(result);
    });
    EXPECT_FALSE(verdict.has_value());
    EXPECT_TRUE(this->rig.run_until([&verdict] { return verdict.has_value(); }));
    return verdict.value_or(base::fail(base::Code::kTimeout, "no verdict"));
  }
  // "access-1", … of what can still be looked back on, newest first.
  std::vector<std::string> left() {
    std::vector<std::string> ids;
    for (const ports::KeptEvent& event : this->events(*this->rig.history(), {}).items)
      ids.push_back(event.id.substr(event.id.find('-') + 1));
    return ids;
  }
  // access-1, alarm-1, access-2, alarm-2, …
  void append_pairs(int count) {
    for (int i = 1; i <= count; ++i) {
      ASSERT_TRUE(this->append(Stream::kAccess, i));
      ASSERT_TRUE(this->append(Stream::kAlarm, i));
    }
  }
};

using Rigs = testing::Types<MemoryRig, SqliteRig>;
using Ids = std::vector<std::string>;
TYPED_TEST_SUITE(ForgetContract, Rigs);

TYPED_TEST(ForgetContract, DeletesTheClassesThatAreNamedAndNothingBehindTheMark) {
  this->append_pairs(3);
  EXPECT_EQ(this->rig.store->stats().journal_last, 6U);
  const auto gone = this->forget({{Stream::kAccess}, 0, 4, 100, kTally});
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->rows, 2U);
  EXPECT_EQ(gone->reached, 4U);
  EXPECT_EQ(gone->total, 2U);
  EXPECT_EQ(this->left(), (Ids{"alarm-3", "access-3", "alarm-2", "alarm-1"}));
}

TYPED_TEST(ForgetContract, GoesOnInSlicesAndCountsThemTogether) {
  this->append_pairs(5);
  ports::Forget what{{Stream::kAccess, Stream::kMoney}, 0, 10, 4, kTally};
  std::vector<std::uint64_t> rows;
  while (what.after < what.through) {
    const auto gone = this->forget(what);
    ASSERT_TRUE(gone);
    EXPECT_LE(gone->reached - what.after, 4U);
    rows.push_back(gone->rows);
    EXPECT_EQ(gone->total, rows.size() == 3 ? 5U : 2U * rows.size());
    what.after = gone->reached;
  }
  EXPECT_EQ(rows, (std::vector<std::uint64_t>{2, 2, 1}));
  EXPECT_EQ(this->left().size(), 5U);
}

TYPED_TEST(ForgetContract, CountsNothingTwiceWhenItIsAskedAgain) {
  this->append_pairs(2);
  ASSERT_TRUE(this->forget({{Stream::kAccess}, 0, 4, 100, kTally}));
  const auto again = this->forget({{Stream::kAccess}, 0, 4, 100, kTally});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->rows, 0U);
  EXPECT_EQ(again->total, 2U);
}

TYPED_TEST(ForgetContract, LeavesWhatWaitsForThePlatform) {
  this->append_pairs(2);
  ASSERT_TRUE(this->forget({{Stream::kAccess, Stream::kAlarm}, 0, 4, 100, kTally}));
  EXPECT_TRUE(this->left().empty());
  EXPECT_EQ(this->read(Stream::kAccess, 1).size(), 2U);
  EXPECT_EQ(this->read(Stream::kAlarm, 1).size(), 2U);
}

TYPED_TEST(ForgetContract, NeverGivesANumberOfTheJournalTwice) {
  this->append_pairs(2);
  ASSERT_TRUE(this->forget({{Stream::kAccess, Stream::kAlarm}, 0, 4, 100, kTally}));
  EXPECT_EQ(this->rig.store->stats().journal_last, 4U);
  ASSERT_TRUE(this->append(Stream::kAccess, 3));
  EXPECT_EQ(this->events(*this->rig.history(), {}).items.front().seq, 5U);
}

class ForgettingSqlite : public ForgetContract<SqliteRig> {};

TEST_F(ForgettingSqlite, GoesOnCountingBehindWhatIsGoneAfterARestart) {
  append_pairs(2);
  ASSERT_TRUE(forget({{Stream::kAccess, Stream::kAlarm}, 0, 4, 100, kTally}));
  rig.store.reset();
  rig.open();
  EXPECT_EQ(rig.store->stats().journal_last, 4U);
  ASSERT_TRUE(append(Stream::kAccess, 3));
  EXPECT_EQ(events(*rig.history(), {}).items.front().seq, 5U);
  EXPECT_EQ(forget({{Stream::kAccess}, 4, 5, 100, kTally})->total, 5U);
}

TEST_F(ForgettingSqlite, DeletesAndCountsNothingWhenTheDiskFails) {
  append_pairs(2);
  {
    auto other = storage::Connection::open(rig.directory + "/linli.db", {}).value();
    ASSERT_TRUE(
        other.execute("CREATE TRIGGER broken BEFORE INSERT ON state WHEN NEW.key = 'tally/access' "
                      "BEGIN SELECT RAISE(ABORT, 'the test said so'); END"));
  }
  EXPECT_FALSE(forget({{Stream::kAccess}, 0, 4, 100, kTally}));
  EXPECT_EQ(left().size(), 4U);
  {
    auto other = storage::Connection::open(rig.directory + "/linli.db", {}).value();
    ASSERT_TRUE(other.execute("DROP TRIGGER broken"));
  }
  ASSERT_TRUE(append(Stream::kAlarm, 3));
  EXPECT_EQ(forget({{Stream::kAccess}, 0, 4, 100, kTally})->total, 2U);
  EXPECT_EQ(left(), (Ids{"alarm-3", "alarm-2", "alarm-1"}));
}

class ForgettingMemory : public ForgetContract<MemoryRig> {};

TEST_F(ForgettingMemory, DeletesNothingWhenTheTestSaysSo) {
  append_pairs(1);
  rig.store->fail_next(1, base::Code::kFull);
  const auto gone = forget({{Stream::kAccess}, 0, 2, 100, kTally});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, base::Code::kFull);
  EXPECT_EQ(left().size(), 2U);
}

}  // namespace
}  // namespace linli
