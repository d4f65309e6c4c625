#include "firmware/domain/sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace linli::domain {
namespace {

TEST(Sample, KnowsItsExtremesAndItsAverage) {
  Sample sample;
  for (const double value : {3.0, -1.0, 4.0}) sample.add(value);
  EXPECT_EQ(sample, (Sample{-1, 4, 6, 3}));
  EXPECT_DOUBLE_EQ(sample.average(), 2);
  EXPECT_DOUBLE_EQ(Sample{}.average(), 0);
}

TEST(Sample, IsTheSameWhetherReadingsComeOneByOneOrInTwoHalves) {
  Sample all;
  Sample first;
  Sample second;
  for (int i = 0; i < 10; ++i) {
    all.add(i);
    (i < 4 ? first : second).add(i);
  }
  first.add(second);
  first.add(Sample{});
  EXPECT_EQ(first, all);
}

TEST(SampleRow, ReadsBack) {
  const NamedSamples samples{{"temperature", {20.5, 22, 127.125, 6}}, {"open", {0, 1, 3, 9}}};
  auto read = samples_from_row(sample_row(samples)).value();
  std::sort(read.begin(), read.end(),
            [](const auto& a, const auto& b) { return a.first > b.first; });
  EXPECT_EQ(read, samples);
}

TEST(SampleRow, LeavesOutWhatHasNoReadings) {
  EXPECT_EQ(sample_row({{"temperature", {}}}), "{}");
}

TEST(SampleRow, OfAnythingElseIsCorrupt) {
  for (const char* row : {"", "[]", "{\"t\":1}", "{\"t\":[1,2,3]}", "{\"t\":[1,2,3,-4]}",
                          "{\"t\":[1,2,3,\"4\"]}", "{\"t\":[1,2,3,4,5]}"}) {
    const auto read = samples_from_row(row);
    ASSERT_FALSE(read.has_value()) << row;
    EXPECT_EQ(read.error().code, base::Code::kCorrupt);
  }
}

TEST(SampleStep, BeginsAtWholeStretches) {
  EXPECT_EQ(bucket_of(SampleStep::kFine, 1'764'000'123'456) % 300'000, 0);
  EXPECT_EQ(bucket_of(SampleStep::kCoarse, 1'764'000'123'456) % 3'600'000, 0);
  EXPECT_LE(bucket_of(SampleStep::kCoarse, 1'764'000'123'456),
            bucket_of(SampleStep::kFine, 1'764'000'123'456));
}

}  // namespace
}  // namespace linli::domain
