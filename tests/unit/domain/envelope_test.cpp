#include <gtest/gtest.h>

#include "firmware/base/bytes.hpp"
#include "firmware/domain/envelope.hpp"

namespace linli::domain {
namespace {

Envelope example() {
  return {
      Stream::kAlarm, "t", "device/d", {0x0102030405060708, TimeQuality::kFloor, 0xA0, 7}, "{}"};
}

TEST(Record, HasTheLayoutThatTheHeaderDraws) {
  std::string record;
  append_record(record, example());
  EXPECT_EQ(base::to_hex(record),
            "26000000"          // 38 bytes follow
            "0807060504030201"  // unix_ms
            "01"                // floor
            "a000000000000000"  // boot
            "0700000000000000"  // monotonic_ms
            "0174"              // "t"
            "086465766963652f64"
            "7b7d");
}

TEST(Record, ReadsBackTheSame) {
  std::string records;
  for (int i = 0; i < 3; ++i) append_record(records, example());
  RecordReader reader(records, Stream::kAlarm);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(reader.next().value(), example());
  EXPECT_TRUE(reader.at_end());
}

TEST(Record, KeepsTheIdThatAnEventHadBeforeASalvage) {
  Envelope before = example();
  before.origin = "3f9a0c1d22ee-alarm-17";
  std::string record;
  append_record(record, before);
  append_record(record, example());
  RecordReader reader(record, Stream::kAlarm);
  EXPECT_EQ(reader.next().value(), before);
  EXPECT_EQ(reader.next().value(), example());
}

TEST(Record, CutAtAnyByteIsCorruptAndEndsTheReading) {
  std::string record;
  append_record(record, example());
  for (std::size_t size = 1; size < record.size(); ++size) {
    RecordReader reader(std::string_view(record).substr(0, size), Stream::kAlarm);
    EXPECT_EQ(reader.next().error().code, base::Code::kCorrupt) << size;
    EXPECT_TRUE(reader.at_end()) << size;
  }
}

TEST(EventId, NamesEpochStreamAndNumber) {
  EXPECT_EQ(event_id("3f9a0c1d22ee", Stream::kAlarm, 17), "3f9a0c1d22ee-alarm-17");
}

TEST(Gap, TellsWhatIsMissingAndWhy) {
  const Envelope envelope = envelope_of({Stream::kTelemetry, 3, 9, 7, "quota"}, {});
  EXPECT_EQ(envelope.type, kGapEvent);
  EXPECT_EQ(envelope.data,
            R"({"class":"telemetry","first":3,"last":9,"count":7,"reason":"quota"})");
}

TEST(Gap, OfADatabaseThatIsNoMoreIsAnEventThatNamesItsEpoch) {
  const Envelope envelope = loss_of({Stream::kTelemetry, 3, 9, 7, "corrupt"}, "3f9a", {});
  EXPECT_EQ(envelope.type, kLossEvent);
  EXPECT_EQ(envelope.stream, Stream::kTelemetry);
  EXPECT_EQ(
      envelope.data,
      R"({"epoch":"3f9a","class":"telemetry","first":3,"last":9,"count":7,"reason":"corrupt"})");
}

TEST(Rfc3339, WritesMillisecondsInUtc) {
  EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(951'782'400'001), "2000-02-29T00:00:00.001Z");
  EXPECT_EQ(rfc3339(1'764'000'000'125), "2025-11-24T16:00:00.125Z");
  EXPECT_EQ(rfc3339(-5), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(INT64_MAX), "9999-12-31T23:59:59.999Z");
}

TEST(Stream, NamesGoThereAndBack) {
  for (const Stream stream : kStreams) EXPECT_EQ(stream_of(name(stream)), stream);
  EXPECT_EQ(stream_of("alarms"), std::nullopt);
}

}  // namespace
}  // namespace linli::domain
