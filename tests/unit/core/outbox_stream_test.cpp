#include "firmware/core/outbox_stream.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace linli::core {
namespace {

using domain::Stream;
using Accepted = OutboxStream::Accepted;

constexpr std::size_t kRoom = 1024 * 1024;

ports::ChunkPtr chunk(std::uint64_t first, std::uint64_t last, std::size_t data_bytes = 10) {
  auto made = std::make_shared<ports::OutboxChunk>();
  made->first = first;
  made->last = last;
  const std::string data = "{\"d\":\"" + std::string(data_bytes, 'x') + "\"}";
  for (auto seq = first; seq <= last; ++seq) {
    domain::append_record(made->records, {Stream::kTelemetry, "t", "s", {}, data});
  }
  return made;
}

constexpr OutboxStream::BatchLimits kBatch{.events = 500, .bytes = 200 * 1024};

OutboxStream empty_stream() {
  return OutboxStream({.first = 1, .last = 0}, kBatch);
}

TEST(OutboxStream, KeepsLiveChunksInOrderAndBatchesThem) {
  auto stream = empty_stream();
  EXPECT_TRUE(stream.append(chunk(1, 2), kRoom));
  EXPECT_TRUE(stream.append(chunk(3, 3), kRoom));
  const auto batch = stream.take(kRoom);
  EXPECT_EQ(batch.first, 1U);
  EXPECT_EQ(batch.last, 3U);
  EXPECT_EQ(batch.events, 3U);
  EXPECT_FALSE(stream.has_ready());
  EXPECT_EQ(stream.ready_bytes(), 0U);
}

TEST(OutboxStream, LeavesInTheStoreWhatHasNoRoomAndAllThatFollows) {
  auto stream = empty_stream();
  EXPECT_TRUE(stream.append(chunk(1, 1), kRoom));
  EXPECT_FALSE(stream.append(chunk(2, 2), 10));
  EXPECT_FALSE(stream.append(chunk(3, 3), kRoom));
  EXPECT_TRUE(stream.has_backlog());
  EXPECT_EQ(stream.next_to_read(), 2U);
  stream.add_read({chunk(2, 2), chunk(3, 3)});
  EXPECT_FALSE(stream.has_backlog());
  EXPECT_TRUE(stream.append(chunk(4, 4), kRoom));
}

TEST(OutboxStream, StartsWithWhatTheStoreHolds) {
  OutboxStream stream({.first = 11, .last = 30}, {});
  EXPECT_EQ(stream.accepted(), 10U);
  EXPECT_EQ(stream.next_to_read(), 11U);
  EXPECT_TRUE(stream.has_backlog());
  OutboxStream nothing({.first = 31, .last = 30}, {});
  EXPECT_EQ(nothing.accepted(), 30U);
  EXPECT_FALSE(nothing.has_backlog());
}

TEST(OutboxStream, TakesNoMoreThanABatch) {
  auto stream = empty_stream();
  stream.add_read({chunk(1, 300), chunk(301, 600), chunk(601, 601)});
  EXPECT_TRUE(stream.has_full_batch());
  EXPECT_EQ(stream.take(kRoom).last, 300U);
  EXPECT_EQ(stream.take(kRoom).last, 601U);
}

TEST(OutboxStream, CutsAChunkThatIsLargerThanABatch) {
  auto stream = empty_stream();
  stream.add_read({chunk(1, 1201)});
  std::uint64_t expected_first = 1;
  while (stream.has_ready()) {
    const auto batch = stream.take(kRoom);
    EXPECT_EQ(batch.first, expected_first);
    EXPECT_LE(batch.events, kBatch.events);
    for (const auto& part : batch.chunks) {
      domain::RecordReader reader(part->records, Stream::kTelemetry);
      std::uint64_t records = 0;
      for (; !reader.at_end(); ++records) ASSERT_TRUE(reader.next());
      EXPECT_EQ(records, part->last - part->first + 1);
    }
    expected_first = batch.last + 1;
  }
  EXPECT_EQ(expected_first, 1202U);
}

TEST(OutboxStream, CutsByBytesToo) {
  auto stream = empty_stream();
  stream.add_read({chunk(1, 100, 10'000)});
  EXPECT_LE(stream.take(kRoom).bytes, kBatch.bytes);
}

TEST(OutboxStream, PassesADamagedChunkOnWhole) {
  auto damaged = std::make_shared<ports::OutboxChunk>(*chunk(1, 1201));
  damaged->records.resize(damaged->records.size() / 2);
  auto stream = empty_stream();
  stream.add_read({damaged});
  EXPECT_EQ(stream.take(kRoom).last, 1201U);
}

TEST(OutboxStream, AcceptsCumulatively) {
  auto stream = empty_stream();
  for (std::uint64_t seq = 1; seq <= 3; ++seq) {
    stream.append(chunk(seq, seq), kRoom);
    stream.take(kRoom);
  }
  EXPECT_EQ(stream.unaccepted_batches(), 3U);
  EXPECT_EQ(stream.accept(2), Accepted::kProgress);
  EXPECT_EQ(stream.unaccepted_batches(), 1U);
  EXPECT_EQ(stream.accept(1), Accepted::kStale);
  EXPECT_EQ(stream.accept(2), Accepted::kStale);
  EXPECT_EQ(stream.accept(4), Accepted::kUnknown);
  EXPECT_EQ(stream.accepted(), 2U);
}

TEST(OutboxStream, BeginsAgainAfterWhatWasAccepted) {
  auto stream = empty_stream();
  stream.append(chunk(1, 4), kRoom);
  stream.append(chunk(5, 6), kRoom);
  stream.take(kRoom);
  stream.accept(4);
  stream.rewind();
  EXPECT_EQ(stream.next_to_read(), 5U);
  EXPECT_TRUE(stream.has_backlog());
  EXPECT_EQ(stream.unaccepted_batches(), 0U);
}

TEST(OutboxStream, AcceptsWhatWasSentBeforeTheRewind) {
  auto stream = empty_stream();
  stream.append(chunk(1, 4), kRoom);
  stream.take(kRoom);
  stream.rewind();
  EXPECT_EQ(stream.accept(4), Accepted::kProgress);
  EXPECT_FALSE(stream.has_backlog());
}

TEST(OutboxStream, DropsFromMemoryWhatWasAcceptedMeanwhile) {
  auto stream = empty_stream();
  stream.append(chunk(1, 4), kRoom);
  stream.take(kRoom);
  stream.rewind();
  stream.add_read({chunk(1, 2), chunk(3, 4)});
  EXPECT_EQ(stream.accept(2), Accepted::kProgress);
  EXPECT_EQ(stream.take(kRoom).first, 3U);
}

TEST(OutboxStream, DoesNotBelieveAnAcceptedBeyondARefusedBatch) {
  auto stream = empty_stream();
  stream.append(chunk(1, 2), kRoom);
  stream.take(kRoom);
  stream.append(chunk(3, 4), kRoom);
  stream.take(kRoom);
  stream.refused(1);
  EXPECT_EQ(stream.accept(4), Accepted::kUnknown);
  EXPECT_EQ(stream.next_to_read(), 1U);
}

TEST(OutboxStream, CountsAGapAsOneEvent) {
  auto gap = std::make_shared<ports::OutboxChunk>();
  gap->first = 1;
  gap->last = 100'000;
  gap->gap = domain::Gap{Stream::kTelemetry, 1, 100'000, 100'000, "quota"};
  auto stream = empty_stream();
  stream.add_read({gap, chunk(100'001, 100'002)});
  const auto batch = stream.take(kRoom);
  EXPECT_EQ(batch.events, 3U);
  EXPECT_EQ(batch.last, 100'002U);
}

TEST(OutboxStream, SkipsRowsThatWereReadTwice) {
  auto stream = empty_stream();
  stream.add_read({chunk(1, 5)});
  stream.add_read({chunk(1, 5), chunk(6, 7)});
  EXPECT_EQ(stream.take(kRoom).events, 7U);
}

}  // namespace
}  // namespace linli::core
