#include "firmware/storage/damaged_database.hpp"
#include "firmware/storage/schema.hpp"
#include "tests/unit/storage/salvage_fixture.hpp"

namespace linli::storage {
namespace {

TEST_F(SalvageTest, TheTablesBeginWhereADamagedDirectoryIsNotNeededToFindThem) {
  Database database = Database::open(options).value();
  auto connection = Connection::open(options.path, {}).value();
  EXPECT_EQ(connection.value("SELECT rootpage FROM sqlite_schema WHERE name = 'state'").value(),
            std::to_string(kStateRoot));
  EXPECT_EQ(connection.value("SELECT rootpage FROM sqlite_schema WHERE name = 'stream'").value(),
            std::to_string(kStreamRoot));
}

TEST_F(SalvageTest, ASoundDatabaseReadsPageByPageAsSqliteReadsIt) {
  Database database = Database::open(options).value();
  for (int i = 0; i < 300; ++i) {
    commit(database, domain::kStreams.at(static_cast<std::size_t>(i) % domain::kStreamCount),
           1 + i % 40, static_cast<std::size_t>(i) * 7 % 900);
    put(database, "device-" + std::to_string(i),
        std::string(static_cast<std::size_t>(i) * 11, 'v'));
    if (i % 3 == 0) erase(database, "device-" + std::to_string(i / 2));
    if (i % 7 == 0) accept(database, Stream::kAccess, static_cast<std::uint64_t>(i));
  }
  DamagedDatabase old(options.path);
  EXPECT_EQ(old.epoch(), database.epoch());
  std::size_t rows = 0;
  ASSERT_TRUE(old.each_outbox_row([&](Stream stream, const DamagedDatabase::OutboxRow& row) {
    const auto chunk = database.read_outbox(stream, row.first, 1).value().front();
    EXPECT_EQ(chunk->first, row.first);
    EXPECT_EQ(chunk->last, row.last);
    EXPECT_EQ(chunk->records, row.records);
    ++rows;
    return base::Result<void>();
  }));
  auto connection = Connection::open(options.path, {}).value();
  EXPECT_EQ(connection.value("SELECT count(*) FROM outbox").value(), std::to_string(rows));
  EXPECT_EQ(connection.value("SELECT count(*) FROM state").value(),
            std::to_string(old.state().size()));
  for (const auto& [place, value] : old.state()) {
    EXPECT_EQ(connection
                  .value(fmt::format("SELECT value FROM state WHERE space = {} AND key = '{}'",
                                     place.first, place.second)
                             .c_str())
                  .value(),
              value);
  }
}

// Random pages of file and log are overwritten under a database that was killed: what stands on
// the others must come back, and nothing twice.
class DamagedPages : public SalvageTest, public testing::WithParamInterface<int> {};

TEST_P(DamagedPages, CostOnlyWhatStoodOnThem) {
  constexpr int kCommits = 3000;
  random.seed(static_cast<unsigned>(GetParam()));
  std::string epoch;
  std::string killed = directory + "/killed.db";
  {
    Database database = Database::open(options).value();
    epoch = database.epoch();
    for (int i = 0; i < 200; ++i) put(database, "device-" + std::to_string(i), "registered");
    for (int i = 0; i < kCommits; ++i)
      commit(database, i % 10 == 0 ? Stream::kAlarm : Stream::kAccess, 1);
    std::filesystem::copy_file(options.path, killed);
    std::filesystem::copy_file(options.path + "-wal", killed + "-wal");
  }
  std::filesystem::remove(options.path + "-wal");
  std::filesystem::rename(killed, options.path);
  std::filesystem::rename(killed + "-wal", options.path + "-wal");

  const std::uintmax_t log_frames = std::filesystem::file_size(options.path + "-wal") / 1048;
  const std::uintmax_t damaged = 1 + random() % 20;
  for (std::uintmax_t i = 0; i < damaged; ++i) {
    const std::uintmax_t at = random() % (pages() + log_frames);
    if (at < pages()) {
      overwrite_page(at + 1);
    } else {
      overwrite("-wal", 32 + (at - pages()) * 1048, 1048);
    }
  }
  const Found found = start();
  // A row of the outbox has about a sixth of a page, and the log has old states of the same pages.
  const std::size_t there = count(found, Stream::kAlarm) + count(found, Stream::kAccess);
  EXPECT_EQ(found.doubled, 0U);
  EXPECT_GE(there + damaged * 8, kCommits) << damaged << " pages were damaged";
  EXPECT_LE(there, kCommits);
  if (found.epoch == epoch) {
    EXPECT_EQ(there, kCommits) << "what was lost needs a new epoch";
    return;
  }
  // Nobody knows how far a stream went whose newest row is gone.
  EXPECT_LE(there + lost(found), kCommits);
  EXPECT_GE(there + lost(found) + 8, kCommits);
  EXPECT_EQ(found.alarm["events"], there);
  EXPECT_EQ(found.alarm["lost"], lost(found));
  for (const json& loss : found.losses) EXPECT_NE(loss["epoch"], found.epoch);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DamagedPages, testing::Range(0, 100));

TEST_F(SalvageTest, AnEventKeepsTheIdUnderWhichItMayHaveBeenToldThroughTwoSalvages) {
  std::string epoch;
  {
    Database database = Database::open(options).value();
    epoch = database.epoch();
    for (int i = 0; i < 3; ++i) commit(database, Stream::kAccess, 1);
    ASSERT_TRUE(database.checkpoint());
  }
  const std::vector<std::string> ids{epoch + "-access-1", epoch + "-access-2", epoch + "-access-3"};
  for (int salvage = 1; salvage <= 2; ++salvage) {
    overwrite_page(kStateRoot);
    const Found found = start();
    EXPECT_NE(found.epoch, epoch);
    ASSERT_GE(found.origins.size(), 3U);
    EXPECT_EQ(std::vector<std::string>(found.origins.end() - 3, found.origins.end()), ids);
  }
}

TEST_F(SalvageTest, CarriesOverMoreThanANewFileHasRoomForAtFirst) {
  {
    Database database = Database::open(options).value();
    for (int i = 0; i < 60; ++i) commit(database, Stream::kAccess, 100, 400);
    ASSERT_TRUE(database.checkpoint());
  }
  overwrite_page(kStateRoot);
  EXPECT_EQ(count(start(), Stream::kAccess), 6000U);
}

// A commit of many events goes on over many pages; what stands before the damaged one is whole.
TEST_F(SalvageTest, ADamagedPageInsideALongRowCostsWhatComesBehindItAndBringsNoRubbish) {
  {
    Database database = Database::open(options).value();
    commit(database, Stream::kAccess, 200);
    ASSERT_TRUE(database.checkpoint());
  }
  overwrite_page(kStateRoot);
  overwrite_page(30);
  const Found found = start();
  EXPECT_GT(count(found, Stream::kAccess), 50U);
  EXPECT_GT(lost(found), 50U);
  EXPECT_EQ(count(found, Stream::kAccess) + lost(found), 200U);
}

// The outbox alone knows its newest numbers until it has been empty; the journal stands on other
// pages.
TEST_F(SalvageTest, WhatStoodAtTheEndOfTheOutboxIsToldAsLost) {
  std::uintmax_t end = 0;
  {
    Database database = Database::open(options).value();
    for (int i = 0; i < 300; ++i) commit(database, Stream::kAccess, 1);
    ASSERT_TRUE(database.checkpoint());
    auto connection = Connection::open(options.path, {}).value();
    end = std::stoull(connection
                          .value("SELECT pageno FROM dbstat WHERE name = 'outbox' AND pagetype = "
                                 "'leaf' ORDER BY path DESC")
                          .value());
  }
  overwrite_page(end);
  const Found found = start();
  ASSERT_TRUE(was_salvaged());
  EXPECT_GT(lost(found), 0U);
  EXPECT_EQ(count(found, Stream::kAccess) + lost(found), 300U);
}

TEST_F(SalvageTest, AGapOfTheOldDatabaseIsToldAsALossOfItsEpoch) {
  options.quota_bytes.at(domain::index_of(Stream::kTelemetry)) = 20'000;
  std::string epoch;
  {
    Database database = Database::open(options).value();
    epoch = database.epoch();
    for (int i = 0; i < 300; ++i) commit(database, Stream::kTelemetry, 1);
    ASSERT_TRUE(database.checkpoint());
  }
  overwrite_page(kStateRoot);
  const Found found = start();
  ASSERT_EQ(found.losses.size(), 1U);
  const json& loss = found.losses.front();
  EXPECT_EQ(loss["epoch"], epoch);
  EXPECT_EQ(loss["reason"], "quota");
  EXPECT_EQ(loss["first"], 1);
  EXPECT_EQ(loss["last"], loss["count"]);
  EXPECT_EQ(loss["count"].get<std::size_t>() + count(found, Stream::kTelemetry), 300U);
}

TEST_F(SalvageTest, ADamagedFrameOfTheLogDoesNotHideTheCommitsBehindIt) {
  const std::string killed = directory + "/killed.db";
  {
    Database database = Database::open(options).value();
    ASSERT_TRUE(database.checkpoint());
    for (int i = 0; i < 50; ++i) commit(database, Stream::kMoney, 1);
    std::filesystem::copy_file(options.path, killed);
    std::filesystem::copy_file(options.path + "-wal", killed + "-wal");
  }
  std::filesystem::rename(killed, options.path);
  std::filesystem::rename(killed + "-wal", options.path + "-wal");
  overwrite("-wal", 32 + 10 * 1048 + 100, 8);
  const Found found = start();
  EXPECT_TRUE(was_salvaged()) << "the numbers of the commits behind it must not be given out again";
  EXPECT_GE(count(found, Stream::kMoney), 44U);
  EXPECT_EQ(count(found, Stream::kMoney) + lost(found), 50U);
}

// A commit that was being written when the power went was never acknowledged: no damage.
TEST_F(SalvageTest, ATornCommitAtTheEndOfTheLogIsNoDamage) {
  const std::string killed = directory + "/killed.db";
  std::string epoch;
  std::uintmax_t whole = 0;
  {
    Database database = Database::open(options).value();
    epoch = database.epoch();
    ASSERT_TRUE(database.checkpoint());
    for (int i = 0; i < 5; ++i) commit(database, Stream::kMoney, 1);
    whole = std::filesystem::file_size(options.path + "-wal");
    commit(database, Stream::kMoney, 40);
    std::filesystem::copy_file(options.path, killed);
    std::filesystem::copy_file(options.path + "-wal", killed + "-wal");
  }
  std::filesystem::rename(killed, options.path);
  std::filesystem::rename(killed + "-wal", options.path + "-wal");
  overwrite("-wal", whole + 24, 100);
  const Found found = start();
  EXPECT_FALSE(was_salvaged());
  EXPECT_EQ(found.epoch, epoch);
  EXPECT_EQ(count(found, Stream::kMoney), 5U);
}

}  // namespace
}  // namespace linli::storage
