#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "firmware/storage/database.hpp"
#include "firmware/storage/salvage.hpp"

namespace linli::storage {
namespace {

using domain::Stream;

class DatabaseTest : public testing::Test {
 protected:
  DatabaseTest() {
    // In memory: what a disk does is the business of tests/powercut and tests/system.
    std::string folder = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
    folder += "/linli-db-XXXXXX";
    directory = mkdtemp(folder.data());
    options.path = directory + "/linli.db";
    options.ballast_bytes = 0;
  }
  ~DatabaseTest() override { std::filesystem::remove_all(directory); }

  static ports::Turn turn_of(Stream stream, int count, std::size_t bytes = 200) {
    ports::Turn turn;
    // Readings, which leave nothing in the journal, and events, which do.
    const auto type = stream == Stream::kTelemetry ? domain::kPropertyEvent : domain::kThingEvent;
    for (int i = 0; i < count; ++i)
      turn.envelopes.push_back(
          {stream, std::string(type), "device/d", {}, std::string(bytes, 'x')});
    return turn;
  }

  static base::Result<std::vector<ports::ChunkPtr>> write(Database& database,
                                                          const ports::Turn& turn) {
    return database.write({{&turn}, {}}, {1, domain::TimeQuality::kSynchronised, 2, 3});
  }

  static const ports::StreamStats& stats(const Database& database, Stream stream) {
    return database.streams().at(domain::index_of(stream));
  }

  std::string directory;
  DatabaseOptions options;
};

TEST_F(DatabaseTest, DropsTheOldestBeyondAQuotaAndLeavesOneGap) {
  options.quota_bytes.at(domain::index_of(Stream::kTelemetry)) = 20'000;
  Database database = Database::open(options).value();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(write(database, turn_of(Stream::kTelemetry, 5)));
  EXPECT_LE(stats(database, Stream::kTelemetry).bytes, 20'000U);
  EXPECT_EQ(stats(database, Stream::kTelemetry).first, 1U);
  const auto chunks = database.read_outbox(Stream::kTelemetry, 1, 1'000'000).value();
  ASSERT_TRUE(chunks.front()->gap.has_value());
  const domain::Gap& gap = *chunks.front()->gap;
  EXPECT_EQ(gap.first, 1U);
  EXPECT_EQ(gap.count, gap.last);
  EXPECT_EQ(gap.reason, "quota");
  EXPECT_EQ(stats(database, Stream::kTelemetry).dropped, gap.count);
  std::uint64_t next = gap.last + 1;
  for (std::size_t i = 1; i < chunks.size(); ++i) {
    EXPECT_FALSE(chunks[i]->gap.has_value());
    EXPECT_EQ(chunks[i]->first, next);
    next = chunks[i]->last + 1;
  }
  EXPECT_EQ(next, 251U);
}

TEST_F(DatabaseTest, SparesOtherStreamsWhenOneIsOverItsQuota) {
  options.quota_bytes.at(domain::index_of(Stream::kTelemetry)) = 5'000;
  Database database = Database::open(options).value();
  ASSERT_TRUE(write(database, turn_of(Stream::kAlarm, 10)));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(write(database, turn_of(Stream::kTelemetry, 5)));
  EXPECT_EQ(stats(database, Stream::kAlarm).dropped, 0U);
  EXPECT_EQ(database.read_outbox(Stream::kAlarm, 1, 1'000'000).value().front()->last, 10U);
}

TEST_F(DatabaseTest, FullMakesRoomFromTheLeastImportantAndTakesTheAlarm) {
  options.max_bytes = 256 * 1024;
  Database database = Database::open(options).value();
  base::Result<std::vector<ports::ChunkPtr>> written;
  for (int i = 0; i < 2000 && written; ++i)
    written = write(database, turn_of(Stream::kTelemetry, 5));
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, base::Code::kFull);
  EXPECT_TRUE(database.make_room({}).value());
  EXPECT_TRUE(write(database, turn_of(Stream::kAlarm, 5)));
  EXPECT_GT(stats(database, Stream::kTelemetry).dropped, 0U);
  EXPECT_EQ(stats(database, Stream::kAlarm).dropped, 0U);
  EXPECT_EQ(database.read_outbox(Stream::kTelemetry, 1, 1000).value().front()->gap->reason,
            "disk_full");
}

TEST_F(DatabaseTest, AFailedWriteLeavesNothingBehind) {
  options.max_bytes = 128 * 1024;
  Database database = Database::open(options).value();
  const auto before = stats(database, Stream::kTelemetry).last;
  EXPECT_FALSE(write(database, turn_of(Stream::kTelemetry, 400, 1000)));
  EXPECT_EQ(stats(database, Stream::kTelemetry).last, before);
  EXPECT_TRUE(database.read_outbox(Stream::kTelemetry, 1, 1000).value().empty());
}

TEST_F(DatabaseTest, RefusesAFileOfANewerProgramAndLeavesItAlone) {
  { ASSERT_TRUE(Database::open(options)); }
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(options.path.c_str(), &raw), SQLITE_OK);
  sqlite3_exec(raw, "PRAGMA user_version = 99", nullptr, nullptr, nullptr);
  sqlite3_close(raw);
  const auto opened = Database::open(options);
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, base::Code::kUnsupported);
}

TEST_F(DatabaseTest, ANewFileHasANewEpoch) {
  const std::string first = Database::open(options).value().epoch();
  std::filesystem::remove_all(directory);
  std::filesystem::create_directory(directory);
  const std::string second = Database::open(options).value().epoch();
  EXPECT_EQ(first.size(), 12U);
  EXPECT_NE(first, second);
}

TEST_F(DatabaseTest, PutsASalvagedFileInItsPlaceThatAPowerCutKeptFromIt) {
  {
    Database database = Database::open(options).value();
    ASSERT_TRUE(write(database, turn_of(Stream::kAlarm, 3)));
  }
  std::filesystem::rename(options.path, options.path + ".salvage");
  for (const char* suffix : {"", "-wal", "-journal"})
    std::ofstream(options.path + suffix) << "damaged";
  ASSERT_TRUE(finish_salvage(options.path));
  EXPECT_EQ(stats(Database::open(options).value(), Stream::kAlarm).last, 3U);
  for (const char* suffix : {"", "-wal", "-journal"})
    EXPECT_TRUE(std::filesystem::exists(options.path + ".corrupt.1" + suffix)) << suffix;
  EXPECT_FALSE(std::filesystem::exists(options.path + ".salvage"));
}

TEST_F(DatabaseTest, LeavesASoundFileAloneWhenThereIsNoSalvageToFinish) {
  ASSERT_TRUE(Database::open(options));
  ASSERT_TRUE(finish_salvage(options.path));
  EXPECT_TRUE(std::filesystem::exists(options.path));
}

}  // namespace
}  // namespace linli::storage
