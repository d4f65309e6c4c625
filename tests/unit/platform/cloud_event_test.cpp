#include "firmware/platform/cloud_event.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

namespace linli::platform {
namespace {

using domain::Envelope;
using domain::Stream;

constexpr domain::EventTime kTime{1'764'000'000'125, domain::TimeQuality::kSynchronised,
                                  0xfeed'0000'0000'0001, 5'000};

domain::EventTime as_stored(const domain::EventTime& time) {
  return time;
}

ports::OutboxChunk chunk_of(Stream stream, std::uint64_t first,
                            const std::vector<Envelope>& envelopes) {
  ports::OutboxChunk chunk{stream, first, first + envelopes.size() - 1, {}, {}, {}};
  for (const auto& envelope : envelopes) domain::append_record(chunk.records, envelope);
  return chunk;
}

Envelope reading(std::string data, domain::EventTime time = kTime) {
  return {Stream::kTelemetry, std::string(domain::kPropertyEvent), "device/t1", time,
          std::move(data)};
}

RenderedBatch render(std::vector<ports::OutboxChunk> chunks,
                     const CorrectTime& corrected = as_stored) {
  std::vector<ports::ChunkPtr> shared;
  for (auto& chunk : chunks) {
    shared.push_back(std::make_shared<const ports::OutboxChunk>(std::move(chunk)));
  }
  return CloudEventRenderer("gw1", "3f9a").render(shared, corrected);
}

TEST(CloudEvent, RendersTheGoldenEvent) {
  const auto batch =
      render({chunk_of(Stream::kAlarm, 17,
                       {{Stream::kAlarm, "linli.thing.event", "device/s1", kTime, R"({"a":1})"}})});
  EXPECT_EQ(batch.json,
            R"([{"specversion":"1.0","source":"/linli/gw1","datacontenttype":"application/json",)"
            R"("linliepoch":"3f9a","linlistream":"alarm","id":"3f9a-alarm-17","linliseq":"17",)"
            R"("type":"linli.thing.event","subject":"device/s1","time":"2025-11-24T16:00:00.125Z",)"
            R"("timequality":"synchronised","bootid":"feed000000000001","monotonicms":5000,)"
            R"("data":{"a":1}}])");
  EXPECT_EQ(batch.events, 1U);
  EXPECT_EQ(batch.corrupt, 0U);
}

TEST(CloudEvent, NamesTheIdThatItHadBeforeASalvage) {
  domain::Envelope carried = reading("{}");
  carried.origin = "0a0b-telemetry-4";
  const auto events = nlohmann::json::parse(
      render({chunk_of(Stream::kTelemetry, 8, {carried, reading("{}")})}).json);
  EXPECT_EQ(events[0]["id"], "3f9a-telemetry-8");
  EXPECT_EQ(events[0]["linliorigin"], "0a0b-telemetry-4");
  EXPECT_FALSE(events[1].contains("linliorigin"));
}

TEST(CloudEvent, NumbersTheEventsOfAChunkInOrder) {
  const auto batch = render({chunk_of(Stream::kTelemetry, 8, {reading("{}"), reading("{}")}),
                             chunk_of(Stream::kTelemetry, 10, {reading("{}")})});
  const auto events = nlohmann::json::parse(batch.json);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0]["id"], "3f9a-telemetry-8");
  EXPECT_EQ(events[1]["id"], "3f9a-telemetry-9");
  EXPECT_EQ(events[2]["linliseq"], "10");
}

TEST(CloudEvent, SaysAGapInThePlaceOfWhatWasDropped) {
  ports::OutboxChunk gap{Stream::kTelemetry, 5, 9, {}, {}, kTime};
  gap.gap = domain::Gap{Stream::kTelemetry, 5, 9, 5, "quota"};
  const auto events = nlohmann::json::parse(render({gap}).json);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["id"], "3f9a-telemetry-9-gap");
  EXPECT_EQ(events[0]["type"], "linli.gap");
  EXPECT_EQ(events[0]["data"]["first"], 5);
  EXPECT_EQ(events[0]["data"]["last"], 9);
  EXPECT_EQ(events[0]["data"]["reason"], "quota");
}

TEST(CloudEvent, CorrectsTimesThatWereTakenBeforeSynchronisation) {
  domain::EventTime floor = kTime;
  floor.quality = domain::TimeQuality::kFloor;
  const auto batch = render({chunk_of(Stream::kTelemetry, 1, {reading("{}", floor)})},
                            [](const domain::EventTime& time) {
                              domain::EventTime corrected = time;
                              corrected.unix_ms += 60'000;
                              corrected.quality = domain::TimeQuality::kSynchronised;
                              return corrected;
                            });
  const auto events = nlohmann::json::parse(batch.json);
  EXPECT_EQ(events[0]["time"], "2025-11-24T16:01:00.125Z");
  EXPECT_EQ(events[0]["timequality"], "synchronised");
  EXPECT_EQ(events[0]["monotonicms"], 5000);
}

TEST(CloudEvent, SaysMonotonicTimeBeyond32BitsAsText) {
  domain::EventTime late = kTime;
  late.monotonic_ms = 2'147'483'648;
  const auto events =
      nlohmann::json::parse(render({chunk_of(Stream::kTelemetry, 1, {reading("{}", late)})}).json);
  EXPECT_EQ(events[0]["monotonicms"], "2147483648");
}

TEST(CloudEvent, KeepsTimesOfManySecondsApart) {
  std::vector<Envelope> envelopes;
  for (const std::int64_t ms : {0L, 999L, 1000L, 999L, 253'402'300'799'999L, -5L}) {
    domain::EventTime time = kTime;
    time.unix_ms = ms;
    envelopes.push_back(reading("{}", time));
  }
  const auto events =
      nlohmann::json::parse(render({chunk_of(Stream::kTelemetry, 1, envelopes)}).json);
  EXPECT_EQ(events[0]["time"], "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(events[1]["time"], "1970-01-01T00:00:00.999Z");
  EXPECT_EQ(events[2]["time"], "1970-01-01T00:00:01.000Z");
  EXPECT_EQ(events[3]["time"], "1970-01-01T00:00:00.999Z");
  EXPECT_EQ(events[4]["time"], "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(events[5]["time"], "1970-01-01T00:00:00.000Z");
}

TEST(CloudEvent, EscapesWhatStandsInNamesAndLeavesOutAnEmptySubject) {
  const auto batch = render({chunk_of(Stream::kTicket, 1,
                                      {{Stream::kTicket, "a\"b", "门\n\xFF", kTime, "{}"},
                                       {Stream::kTicket, "x", "", kTime, "{}"}})});
  const auto events = nlohmann::json::parse(batch.json);
  EXPECT_EQ(events[0]["type"], "a\"b");
  EXPECT_EQ(events[0]["subject"], "门\n\uFFFD");
  EXPECT_FALSE(events[1].contains("subject"));
}

TEST(CloudEvent, PutsAGapWhereDataIsDamaged) {
  const auto batch = render({chunk_of(
      Stream::kTelemetry, 1,
      {reading("{}"), reading(R"({"a":)"), reading("\xFF"), reading("{}"), reading("[]")})});
  const auto events = nlohmann::json::parse(batch.json);
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0]["id"], "3f9a-telemetry-1");
  EXPECT_EQ(events[1]["id"], "3f9a-telemetry-3-gap");
  EXPECT_EQ(events[1]["data"]["first"], 2);
  EXPECT_EQ(events[1]["data"]["reason"], "corrupt");
  EXPECT_EQ(events[2]["id"], "3f9a-telemetry-4");
  EXPECT_EQ(events[3]["id"], "3f9a-telemetry-5-gap");
  EXPECT_EQ(batch.corrupt, 3U);
}

TEST(CloudEvent, PutsAGapWhereRecordsEndTooEarly) {
  auto chunk = chunk_of(Stream::kTelemetry, 1, {reading("{}"), reading("{}"), reading("{}")});
  chunk.records.resize(chunk.records.size() - 1);
  const auto events = nlohmann::json::parse(render({chunk}).json);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[2]["id"], "3f9a-telemetry-3-gap");
}

TEST(CloudEvent, NeverGivesMoreEventsThanTheChunkHasNumbers) {
  auto chunk = chunk_of(Stream::kTelemetry, 1, {reading("{}"), reading("{}")});
  chunk.last = 1;
  EXPECT_EQ(render({chunk}).events, 1U);
}

TEST(CloudEvent, StaysReadableWhateverTheDamage) {
  const auto whole = chunk_of(Stream::kAccess, 1, {reading(R"({"a":"b"})"), reading(R"({"c":1})")});
  std::mt19937 random(11);
  std::uniform_int_distribution<std::size_t> place(0, whole.records.size() - 1);
  for (int i = 0; i < 20'000; ++i) {
    auto chunk = whole;
    for (int k = 0; k <= i % 4; ++k) chunk.records[place(random)] = static_cast<char>(random());
    const auto batch = render({chunk});
    const auto events = nlohmann::json::parse(batch.json, nullptr, false);
    ASSERT_TRUE(events.is_array()) << batch.json;
    ASSERT_EQ(events.size(), batch.events);
    ASSERT_EQ(events.back()["linliseq"], "2");
  }
}

}  // namespace
}  // namespace linli::platform
