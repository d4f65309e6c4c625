#include "firmware/domain/access/csv.hpp"

#include <gtest/gtest.h>

namespace linli::domain::access {
namespace {

using Lines = std::vector<std::vector<std::string>>;

Lines texts(const CsvTable& table) {
  Lines lines;
  for (const CsvRow& row : table.rows) {
    lines.emplace_back();
    for (const CsvCell& cell : row.cells) lines.back().push_back(cell.text);
  }
  return lines;
}

Lines read_well(std::string_view text) {
  const CsvTable table = read_csv(text);
  EXPECT_TRUE(table.problems.empty()) << table.problems.front().what;
  return texts(table);
}

TEST(Csv, CellsAreBetweenCommasAndLinesEndInAnyWay) {
  const Lines expected{{"a", "b"}, {"c", ""}, {"", "d"}};
  EXPECT_EQ(read_well("a,b\r\nc,\r\n,d\r\n"), expected);
  EXPECT_EQ(read_well("a,b\nc,\n,d"), expected);
  EXPECT_EQ(read_well("a,b\rc,\r,d\r"), expected);
  EXPECT_EQ(read_well(""), Lines{});
}

TEST(Csv, QuotesHoldCommasLinesAndDoubledQuotes) {
  EXPECT_EQ(read_well("\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\"\n"),
            (Lines{{"a,b", "say \"hi\"", "two\nlines"}}));
  EXPECT_EQ(read_well("\"\",x"), (Lines{{"", "x"}}));
}

TEST(Csv, LinesWithoutTextAreLeftOutButCounted) {
  const CsvTable table = read_csv("a\n\n,,\n\"two\nlines\",x\ny\n");
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[1].line, 4U);
  EXPECT_EQ(table.rows[1].cells[1].line, 5U);
  EXPECT_EQ(table.rows[2].line, 6U);
}

TEST(Csv, AProblemNamesItsLineAndColumnAndTheNextLineIsRead) {
  const CsvTable table = read_csv("a,b\"c,d\n\"x\"y,z\ngood,row\n");
  EXPECT_EQ(texts(table), (Lines{{"good", "row"}}));
  ASSERT_EQ(table.problems.size(), 2U);
  EXPECT_EQ(table.problems[0].line, 1U);
  EXPECT_EQ(table.problems[0].column, 2U);
  EXPECT_EQ(table.problems[1].line, 2U);
  EXPECT_EQ(table.problems[1].column, 1U);
}

TEST(Csv, AQuoteThatIsNeverClosedEndsTheReadingWhereItBegan) {
  const CsvTable table = read_csv("a,b\nc,\"d\ne,f\n");
  EXPECT_EQ(texts(table), (Lines{{"a", "b"}}));
  ASSERT_EQ(table.problems.size(), 1U);
  EXPECT_EQ(table.problems[0].line, 2U);
  EXPECT_EQ(table.problems[0].column, 2U);
}

TEST(Csv, ItsLimitsAreProblemsAndNotMemory) {
  EXPECT_EQ(read_csv(std::string(kLongestCsvCell + 1, 'a')).problems.size(), 1U);
  EXPECT_TRUE(read_csv(std::string(kLongestCsvCell, 'a')).problems.empty());
  EXPECT_EQ(read_csv("a" + std::string(kMostCsvCells, ',')).problems.size(), 1U);
  EXPECT_TRUE(read_csv("a" + std::string(kMostCsvCells - 1, ',')).problems.empty());
  std::string rows;
  for (std::size_t i = 0; i <= kMostCsvRows; ++i) rows += "a\n";
  const CsvTable many = read_csv(rows + "b\n");
  EXPECT_EQ(many.rows.size(), kMostCsvRows);
  ASSERT_EQ(many.problems.size(), 1U);
  EXPECT_EQ(many.problems[0].line, kMostCsvRows + 1);
  std::string bad;
  for (std::size_t i = 0; i < 3 * kMostCsvProblems; ++i) bad += "a\"\n";
  EXPECT_EQ(read_csv(bad).problems.size(), kMostCsvProblems);
}

}  // namespace
}  // namespace linli::domain::access
