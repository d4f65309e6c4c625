#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace linli::domain::access {

// A cell of a table in CSV (RFC 4180), with where it stands: lines from 1, as an editor counts
// them, columns from 1, as a spreadsheet does (not characters).
struct CsvCell {
  std::string text;
  std::size_t line = 0;
};
struct CsvRow {
  std::size_t line = 0;  // on which it begins
  std::vector<CsvCell> cells;
};
struct CsvProblem {
  std::size_t line = 0;
  std::size_t column = 0;
  std::string what;
};
struct CsvTable {
  std::vector<CsvRow> rows;  // lines without any text are left out
  std::vector<CsvProblem> problems;
};

inline constexpr std::size_t kMostCsvRows = 20'000;
inline constexpr std::size_t kMostCsvCells = 64;        // in a row
inline constexpr std::size_t kMostCsvProblems = 1'000;  // then reading ends
inline constexpr std::size_t kLongestCsvCell = 1'024;   // bytes

// Commas, quotes doubled within quotes, lines that end with CRLF, LF or CR. Strict: a quote within
// a cell that is not quoted, or text after a closing quote, is a problem and not a guess. Reading
// goes on with the next line after a problem, and ends at a quote that is never closed and at a
// limit.
CsvTable read_csv(std::string_view utf8);

}  // namespace linli::domain::access
