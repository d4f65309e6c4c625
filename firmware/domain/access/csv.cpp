#include "firmware/domain/access/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace linli::domain::access {
namespace {

class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  CsvTable read() {
    while (!is_at_end() && !is_stopped_) {
      row_ = {line_, {}};
      read_row();
      const bool has_text = std::any_of(row_.cells.begin(), row_.cells.end(),
                                        [](const CsvCell& each) { return !each.text.empty(); });
      if (has_text) keep();
    }
    return std::move(table_);
  }

 private:
  bool is_at_end() const { return at_ >= text_.size(); }
  bool is_at_line_end() const { return text_[at_] == '\n' || text_[at_] == '\r'; }

  void problem(std::size_t line, std::string what) {
    table_.problems.push_back({line, row_.cells.size() + 1, std::move(what)});
    if (table_.problems.size() >= kMostCsvProblems) is_stopped_ = true;
  }

  void keep() {
    if (table_.rows.size() < kMostCsvRows) {
      table_.rows.push_back(std::move(row_));
      return;
    }
    row_.cells.clear();
    problem(row_.line, fmt::format("more than {} lines: divide the file", kMostCsvRows));
    is_stopped_ = true;
  }

  void take_line_end() {
    if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    ++at_;
    ++line_;
  }

  void skip_line() {
    while (!is_at_end() && !is_at_line_end()) ++at_;
    if (!is_at_end()) take_line_end();
  }

  // A row with a problem is left out, and the rest of its line skipped.
  void read_row() {
    while (true) {
      const std::size_t line = line_;
      std::string cell;
      const bool is_fine = is_at_end() || text_[at_] != '"' ? read_plain(cell) : read_quoted(cell);
      if (!is_fine || !add({std::move(cell), line})) {
        row_.cells.clear();
        skip_line();
        return;
      }
      if (is_at_end()) return;
      if (text_[at_] != ',') break;
      ++at_;
    }
    take_line_end();
  }

  bool add(CsvCell cell) {
    if (cell.text.size() > kLongestCsvCell) {
      problem(cell.line, fmt::format("the cell is longer than {} bytes", kLongestCsvCell));
      return false;
    }
    if (row_.cells.size() >= kMostCsvCells) {
      problem(cell.line, fmt::format("more than {} columns", kMostCsvCells));
      return false;
    }
    row_.cells.push_back(std::move(cell));
    return true;
  }

  bool read_plain(std::string& cell) {
    while (!is_at_end() && !is_at_line_end() && text_[at_] != ',') {
      if (text_[at_] == '"') {
        problem(line_, "a quote within the cell: put the whole cell in quotes and double this one");
        return false;
      }
      cell += text_[at_++];
    }
    return true;
  }

  bool read_quoted(std::string& cell) {
    const std::size_t began = line_;
    ++at_;
    while (!is_at_end()) {
      const char c = text_[at_];
      if (c == '"' && at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        cell += c;
        at_ += 2;
      } else if (c == '"') {
        ++at_;
        return is_closed_well();
      } else if (is_at_line_end()) {
        cell += '\n';
        take_line_end();
      } else {
        cell += c;
        ++at_;
      }
    }
    problem(began, "the quote that begins here is never closed: nothing after it was read");
    is_stopped_ = true;
    return false;
  }

  bool is_closed_well() {
    if (is_at_end() || text_[at_] == ',' || is_at_line_end()) return true;
    problem(line_, "text after the closing quote: double the quotes that belong to the text");
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  bool is_stopped_ = false;
  CsvRow row_;
  CsvTable table_;
};

}  // namespace

CsvTable read_csv(std::string_view utf8) {
  return CsvReader(utf8).read();
}

}  // namespace linli::domain::access
