#include "firmware/core/retention.hpp"

#include <gtest/gtest.h>

#include "firmware/core/retention_rows.hpp"

namespace linli::core {
namespace {

RunMark at_day(std::int64_t day, std::uint64_t seq) {
  return {day * kDayS, seq, 0, domain::TimeQuality::kUnknown};
}

RunMarks marks_of(std::int64_t days) {
  RunMarks marks;
  for (std::int64_t day = 0; day <= days; ++day)
    marks.add(at_day(day, static_cast<std::uint64_t>(day) * 10));
  return marks;
}

TEST(RunMarks, AreMadeOnceADay) {
  RunMarks marks;
  EXPECT_TRUE(marks.is_due(0));
  marks.add(at_day(0, 5));
  EXPECT_FALSE(marks.is_due(kDayS - 1));
  EXPECT_TRUE(marks.is_due(kDayS));
}

TEST(RunMarks, LetNothingGoBeforeItsDaysAreOverToTheSecond) {
  const RunMarks marks = marks_of(3);
  EXPECT_EQ(marks.behind(3 * kDayS - 1, 3), nullptr);
  ASSERT_NE(marks.behind(3 * kDayS, 3), nullptr);
  EXPECT_EQ(marks.behind(3 * kDayS, 3)->seq, 0U);
  EXPECT_EQ(marks.behind(3 * kDayS, 1)->seq, 20U);
  EXPECT_EQ(RunMarks().behind(1'000 * kDayS, 1), nullptr);
}

// A mark that was made late covers what was written late.
TEST(RunMarks, CountFromWhenTheyWereMadeNotFromTheDayTheyWereDue) {
  RunMarks marks;
  marks.add({kDayS + 3'599, 7, 0, domain::TimeQuality::kUnknown});
  EXPECT_EQ(marks.behind(3 * kDayS, 2), nullptr);
  EXPECT_EQ(marks.behind(3 * kDayS + 3'599, 2)->seq, 7U);
}

TEST(RunMarks, AreForgottenWhenNoClassLooksBackSoFar) {
  RunMarks marks = marks_of(10);
  const auto spent = marks.forget_before(10 * kDayS, 4);
  ASSERT_EQ(spent.size(), 6U);
  EXPECT_EQ(spent.front(), at_day(0, 0));
  EXPECT_EQ(marks.behind(10 * kDayS, 4)->seq, 60U);
  EXPECT_TRUE(marks.forget_before(10 * kDayS, 11).empty());
}

TEST(RunMarks, PassOverOneThatIsNotBehindTheOthers) {
  RunMarks marks = marks_of(2);
  marks.add(at_day(2, 30));
  marks.add(at_day(3, 19));
  EXPECT_EQ(marks.all().size(), 3U);
}

TEST(DataClasses, HoldEachStreamOnce) {
  std::size_t streams = 0;
  for (const DataClass data : kDataClasses) streams += streams_of(data).size();
  EXPECT_EQ(streams, domain::kStreamCount);
}

TEST(RetentionRows, ReadBackAsTheyWereWritten) {
  const RunMark mark{86'400, 17, -5, domain::TimeQuality::kFloor};
  EXPECT_EQ(mark_key(mark), "mark/000000086400");
  EXPECT_EQ(run_mark_from_row(mark_key(mark), to_row(mark)).value(), mark);
  EXPECT_FALSE(run_mark_from_row("mark/000000086401", to_row(mark)));
  const RunClock clock{"0123456789ab", 99};
  EXPECT_EQ(run_clock_from_row(to_row(clock))->epoch, clock.epoch);
  EXPECT_EQ(run_clock_from_row(to_row(clock))->ran_s, 99);
  const Deletion deletion{17, 3, mark, 1'764'000'000'000, domain::TimeQuality::kSynchronised};
  const auto read = deletion_from_row(to_row(deletion)).value();
  EXPECT_EQ(read.through, 17U);
  EXPECT_EQ(read.rows, 3U);
  EXPECT_EQ(read.mark, mark);
  EXPECT_EQ(read.at_ms, deletion.at_ms);
  EXPECT_EQ(read.quality, deletion.quality);
  EXPECT_FALSE(deletion_from_row("{}"));
  EXPECT_FALSE(run_clock_from_row(R"({"epoch":"a","ran_s":-1})"));
}

}  // namespace
}  // namespace linli::core
