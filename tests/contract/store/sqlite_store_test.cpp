#include <atomic>

#include "tests/contract/store/store_rigs.hpp"

namespace linli {
namespace {

// What only the real store can show.
class SqliteStoreTest : public StoreContract<SqliteRig> {
 protected:
  void reopen() {
    rig.store.reset();
    rig.open();
  }
  std::unique_ptr<ports::Query> query() {
    return storage::open_query(rig.directory + "/linli.db").value();
  }
};

TEST_F(SqliteStoreTest, KeepsEverythingOverARestartAndItsEpoch) {
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kDevice, "d1", "one"});
  turn.marks.push_back({7, 0x1122334455667788});
  turn.envelopes.push_back(envelope(Stream::kAlarm, 1));
  ASSERT_TRUE(commit(std::move(turn)));
  const std::string epoch = rig.store->epoch();
  reopen();
  EXPECT_EQ(rig.store->epoch(), epoch);
  EXPECT_EQ(read(Stream::kAlarm, 1).size(), 1U);
  EXPECT_EQ(query()->get(ports::Space::kDevice, "d1").value(), "one");
  EXPECT_EQ(query()->marks().value(), (std::vector<ports::InflightMark>{{7, 0x1122334455667788}}));
}

TEST_F(SqliteStoreTest, NeverGivesANumberTwiceEvenWhenTheOutboxWasEmptied) {
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(append(Stream::kAlarm, i));
  rig.store->accept(Stream::kAlarm, 3);
  ASSERT_TRUE(append(Stream::kTelemetry, 1));
  reopen();
  ASSERT_TRUE(append(Stream::kAlarm, 4));
  EXPECT_EQ(read(Stream::kAlarm, 1).front()->first, 4U);
}

TEST_F(SqliteStoreTest, LetsTheLastWordOnAKeyStand) {
  ports::Turn first;
  first.puts.push_back({ports::Space::kDevice, "a", "1"});
  first.puts.push_back({ports::Space::kDevice, "b", "1"});
  ports::Turn second;
  second.puts.push_back({ports::Space::kDevice, "a", "2"});
  second.erasures.push_back({ports::Space::kDevice, "b"});
  int done = 0;
  const auto count = [&done](const base::Result<void>& result) { done += result ? 1 : 0; };
  rig.store->commit(std::move(first), count);
  rig.store->commit(std::move(second), count);
  ASSERT_TRUE(rig.run_until([&done] { return done == 2; }));
  EXPECT_EQ(query()->scan(ports::Space::kDevice, "", 10).value(),
            (std::vector<ports::Query::Row>{{"a", "2"}}));
}

TEST_F(SqliteStoreTest, ForgetsMarksWhenTheBrokersSessionIsNew) {
  ports::Turn turn;
  turn.marks.push_back({1, 1});
  ASSERT_TRUE(commit(std::move(turn)));
  ports::Turn fresh;
  fresh.forget_marks = true;
  fresh.marks.push_back({2, 2});
  ASSERT_TRUE(commit(std::move(fresh)));
  EXPECT_EQ(query()->marks().value(), (std::vector<ports::InflightMark>{{2, 2}}));
}

// The history is read beside the store, and the store does not wait for it.
TEST_F(SqliteStoreTest, AnswersEachOfManyWhoLookBackOnceAndRefusesMore) {
  ASSERT_TRUE(append(Stream::kAlarm, 1));
  const auto history = rig.history();
  std::size_t answered = 0;
  std::size_t full = 0;
  constexpr std::size_t kAsked = 500;
  for (std::size_t i = 0; i < kAsked; ++i) {
    history->events({}, [&answered, &full](const base::Result<ports::EventPage>& page) {
      ++answered;
      if (!page && page.error().code == base::Code::kFull) ++full;
    });
  }
  ASSERT_TRUE(rig.run_until([&answered] { return answered == kAsked; }));
  EXPECT_GT(full, 0U);
  EXPECT_LE(kAsked - full, kAsked);
  EXPECT_GE(kAsked - full, ports::History::kMaxWaiting);
}

TEST_F(SqliteStoreTest, SaysThatTheHistoryIsAwayWhileTheDatabaseIs) {
  const auto history = storage::open_history(rig.loop, rig.directory + "/elsewhere.db");
  std::optional<base::Error> error;
  history->events({}, [&error](const base::Result<ports::EventPage>& page) {
    if (!page) error = page.error();
  });
  ASSERT_TRUE(rig.run_until([&error] { return error.has_value(); }));
  EXPECT_EQ(error->code, base::Code::kOffline);
  EXPECT_NE(error->what.find("put right"), std::string::npos);
}

TEST_F(SqliteStoreTest, LooksIntoTheNewDatabaseWhenTheOldOneWasReplaced) {
  ASSERT_TRUE(append(Stream::kAlarm, 1));
  const auto history = rig.history();
  EXPECT_EQ(events(*history, {}).items.size(), 1U);
  rig.store.reset();
  for (const char* suffix : {"", "-wal", "-shm"})
    std::filesystem::remove(rig.directory + "/linli.db" + suffix);
  rig.open();
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(append(Stream::kAlarm, i));
  EXPECT_EQ(events(*history, {}).items.size(), 3U);
}

TEST_F(SqliteStoreTest, RefusesASecondProcess) {
  storage::StoreOptions options;
  options.database.path = rig.directory + "/linli.db";
  const auto second =
      storage::SqliteStore::open(rig.loop, options, [] { return domain::EventTime{}; });
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, base::Code::kConflict);
}

TEST_F(SqliteStoreTest, SharesTransactionsBetweenTurnsThatWaitTogether) {
  const auto before = rig.store->stats().commits;
  int done = 0;
  for (int i = 0; i < 500; ++i) {
    ports::Turn turn;
    turn.envelopes.push_back(envelope(Stream::kTelemetry, i));
    rig.store->commit(std::move(turn), [&done](const base::Result<void>&) { ++done; });
  }
  ASSERT_TRUE(rig.run_until([&done] { return done == 500; }));
  EXPECT_LT(rig.store->stats().commits - before, 100U);
}

}  // namespace
}  // namespace linli
