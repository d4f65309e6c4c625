// What every ports::Store must do: the SQLite one, and the fake that the stories trust.

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "firmware/storage/sqlite_store.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/post_loop.hpp"
#include "tests/fakes/virtual_loop.hpp"

namespace linli {
namespace {

using domain::Stream;

struct MemoryRig {
  fakes::VirtualLoop loop;
  std::unique_ptr<fakes::MemoryStore> store = std::make_unique<fakes::MemoryStore>(loop);
  bool run_until(const std::function<bool()>& holds) {
    for (int i = 0; i < 100 && !holds(); ++i) loop.run_for(std::chrono::milliseconds(50));
    return holds();
  }
};

struct SqliteRig {
  SqliteRig() {
    char folder[] = "/tmp/linli-store-XXXXXX";
    directory = mkdtemp(folder);
    open();
  }
  ~SqliteRig() {
    store.reset();
    std::filesystem::remove_all(directory);
  }
  void open() {
    storage::StoreOptions options;
    options.database.path = directory + "/linli.db";
    options.database.ballast_bytes = 0;
    store = storage::SqliteStore::open(loop, options, [] { return domain::EventTime{}; }).value();
  }
  bool run_until(const std::function<bool()>& holds) { return loop.run_until(holds); }

  std::string directory;
  fakes::PostLoop loop;
  std::unique_ptr<ports::Store> store;
};

domain::Envelope envelope(Stream stream, int number) {
  return {stream,
          "t",
          "device/d",
          {number, domain::TimeQuality::kSynchronised, 1, number},
          std::to_string(number)};
}

template <class Rig>
class StoreContract : public testing::Test {
 protected:
  // Commits and waits for the verdict.
  base::Result<void> commit(ports::Turn turn) {
    std::optional<base::Result<void>> verdict;
    rig.store->commit(std::move(turn),
                      [&verdict](base::Result<void> result) { verdict = std::move(result); });
    EXPECT_TRUE(rig.run_until([&verdict] { return verdict.has_value(); }));
    return verdict.value_or(base::fail(base::Code::kTimeout, "no verdict"));
  }

  base::Result<void> append(Stream stream, int number) {
    ports::Turn turn;
    turn.envelopes.push_back(envelope(stream, number));
    return commit(std::move(turn));
  }

  std::vector<ports::ChunkPtr> read(Stream stream, std::uint64_t from,
                                    std::size_t max_bytes = 1'000'000) {
    std::optional<std::vector<ports::ChunkPtr>> chunks;
    rig.store->read_outbox(stream, from, max_bytes,
                           [&chunks](base::Result<std::vector<ports::ChunkPtr>> result) {
                             chunks = std::move(result).value();
                           });
    EXPECT_TRUE(rig.run_until([&chunks] { return chunks.has_value(); }));
    return chunks.value_or(std::vector<ports::ChunkPtr>{});
  }

  Rig rig;
};

using Rigs = testing::Types<MemoryRig, SqliteRig>;
TYPED_TEST_SUITE(StoreContract, Rigs);

TYPED_TEST(StoreContract, NumbersEachStreamFromOneWithoutHoles) {
  for (int i = 1; i <= 5; ++i) {
    ASSERT_TRUE(this->append(Stream::kAlarm, i));
    ASSERT_TRUE(this->append(Stream::kTelemetry, i));
  }
  for (const Stream stream : {Stream::kAlarm, Stream::kTelemetry}) {
    std::uint64_t expected = 1;
    for (const auto& chunk : this->read(stream, 1)) {
      EXPECT_EQ(chunk->first, expected);
      domain::RecordReader reader(chunk->records, stream);
      for (; !reader.at_end(); ++expected)
        EXPECT_EQ(reader.next().value(), envelope(stream, static_cast<int>(expected)));
      EXPECT_EQ(chunk->last, expected - 1);
    }
    EXPECT_EQ(expected, 6U);
  }
}

TYPED_TEST(StoreContract, AnswersCommitsInTheirOrderAndTellsOfEventsFirst) {
  std::vector<std::string> order;
  this->rig.store->on_appended([&order](const ports::ChunkPtr& chunk) {
    order.push_back("+" + std::to_string(chunk->last));
  });
  int done = 0;
  for (int i = 1; i <= 3; ++i) {
    ports::Turn turn;
    turn.envelopes.push_back(envelope(Stream::kAlarm, i));
    this->rig.store->commit(std::move(turn), [&order, &done, i](const base::Result<void>& result) {
      ASSERT_TRUE(result);
      order.push_back(std::to_string(i));
      ++done;
    });
  }
  EXPECT_TRUE(order.empty());
  ASSERT_TRUE(this->rig.run_until([&done] { return done == 3; }));
  EXPECT_EQ(order.front().front(), '+');
  std::erase_if(order, [](const std::string& entry) { return entry.front() == '+'; });
  EXPECT_EQ(order, (std::vector<std::string>{"1", "2", "3"}));
}

TYPED_TEST(StoreContract, ReadsFromAnyNumberWithTheChunkThatReachesIt) {
  ports::Turn turn;
  for (int i = 1; i <= 3; ++i) turn.envelopes.push_back(envelope(Stream::kAccess, i));
  ASSERT_TRUE(this->commit(std::move(turn)));
  ASSERT_TRUE(this->append(Stream::kAccess, 4));
  const auto from_two = this->read(Stream::kAccess, 2);
  ASSERT_EQ(from_two.size(), 2U);
  EXPECT_EQ(from_two[0]->first, 1U);
  const auto from_four = this->read(Stream::kAccess, 4);
  ASSERT_EQ(from_four.size(), 1U);
  EXPECT_EQ(from_four[0]->first, 4U);
  EXPECT_TRUE(this->read(Stream::kAccess, 5).empty());
  EXPECT_EQ(this->read(Stream::kAccess, 1, 1).size(), 1U);
}

TYPED_TEST(StoreContract, DeletesWhatWasAcceptedAndGoesOnCounting) {
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(this->append(Stream::kMoney, i));
  this->rig.store->accept(Stream::kMoney, 3);
  ASSERT_TRUE(this->append(Stream::kMoney, 5));
  const auto rest = this->read(Stream::kMoney, 1);
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest[0]->first, 4U);
  EXPECT_EQ(rest[1]->last, 5U);
  EXPECT_EQ(this->rig.store->stats().streams.at(domain::index_of(Stream::kMoney)).first, 4U);
}

TYPED_TEST(StoreContract, KeepsAChunkUntilAllOfItIsAccepted) {
  ports::Turn turn;
  for (int i = 1; i <= 3; ++i) turn.envelopes.push_back(envelope(Stream::kAlarm, i));
  ASSERT_TRUE(this->commit(std::move(turn)));
  this->rig.store->accept(Stream::kAlarm, 2);
  ASSERT_TRUE(this->append(Stream::kAlarm, 4));
  EXPECT_EQ(this->read(Stream::kAlarm, 1).front()->first, 1U);
}

TYPED_TEST(StoreContract, AnswersAPing) {
  bool alive = false;
  this->rig.store->ping([&alive](const base::Result<void>& result) { alive = result.has_value(); });
  EXPECT_TRUE(this->rig.run_until([&alive] { return alive; }));
}

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
