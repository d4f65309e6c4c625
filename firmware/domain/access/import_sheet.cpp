#include "firmware/domain/access/import_sheet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace linli::domain::access {
namespace {

using Field = ImportField;

constexpr std::size_t kLongestHeader = 64;  // of one that is shown again

struct Header {
  Field field;
  std::string_view zh;
  std::string_view en;
  bool is_wanted;
};
constexpr std::array kHeaders{
    // clang-format off
    Header{Field::kPlace,  "房号",     "place",     true},
    Header{Field::kName,   "姓名",     "name",      true},
    Header{Field::kPerson, "人员编号", "person_id", false},
    Header{Field::kRole,   "身份",     "role",      false},
    Header{Field::kCard,   "卡号",     "card",      false},
    Header{Field::kBits,   "位数",     "bits",      false},
    Header{Field::kFrom,   "生效日期", "from",      false},
    Header{Field::kUntil,  "失效日期", "until",     false},
    // clang-format on
};
constexpr std::string_view kHeaderWords =
    "房号 place, 姓名 name, 人员编号 person_id, 身份 role, 卡号 card, 位数 bits, 生效日期 from, "
    "失效日期 until";

constexpr std::string_view kWideBlank = "\u3000";

std::string_view trimmed(std::string_view text) {
  while (true) {
    const std::size_t before = text.size();
    if (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
    if (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
    if (text.starts_with(kWideBlank)) text.remove_prefix(kWideBlank.size());
    if (text.ends_with(kWideBlank)) text.remove_suffix(kWideBlank.size());
    if (text.size() == before) return text;
  }
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

// What a spreadsheet would compute, here or where the list is exported again.
bool is_formula(std::string_view text) {
  return !text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos;
}

}  // namespace

std::string_view import_columns() {
  return kHeaderWords;
}

void ImportSheet::problem(std::size_t line, std::size_t column, std::string header,
                          std::string what) {
  if (plan_.problems.size() >= kMostImportProblems) {
    plan_.is_cut = true;
    return;
  }
  plan_.problems.push_back({line, column, std::move(header), std::move(what)});
}

void ImportSheet::finish() {
  std::stable_sort(plan_.problems.begin(), plan_.problems.end(), [](const auto& a, const auto& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
}

std::size_t ImportSheet::column_of(ImportField field) const {
  return columns_.at(static_cast<std::size_t>(field));
}

std::string_view ImportSheet::cell(ImportField field) const {
  const std::size_t column = column_of(field);
  if (column == 0 || column > row_->cells.size()) return {};
  return trimmed(row_->cells[column - 1].text);
}

// Cells that are not there are reported at their row.
void ImportSheet::reject(ImportField field, std::string what) {
  const std::size_t column = column_of(field);
  const bool is_there = column != 0 && column <= row_->cells.size();
  const std::size_t line = is_there ? row_->cells[column - 1].line : row_->line;
  is_row_fine_ = false;
  problem(line, column, column == 0 ? "" : headers_[column - 1], std::move(what));
}

bool ImportSheet::read_header(const CsvRow& row) {
  bool is_fine = true;
  for (const CsvCell& each : row.cells) {
    headers_.emplace_back(trimmed(each.text));
    is_fine = place_column(headers_.back(), each.line) && is_fine;
  }
  return check_columns(row.line) && is_fine;
}

bool ImportSheet::check_columns(std::size_t line) {
  bool is_fine = true;
  for (const Header& each : kHeaders) {
    if (!each.is_wanted || column_of(each.field) != 0) continue;
    is_fine = false;
    problem(line, 0, "", fmt::format("the column {} ({}) is missing", each.zh, each.en));
  }
  if (column_of(Field::kCard) != 0 && column_of(Field::kBits) == 0) {
    is_fine = false;
    problem(line, 0, "", "the column 位数 (bits) is missing: say how many bits the cards have");
  }
  return is_fine;
}

bool ImportSheet::place_column(const std::string& header, std::size_t line) {
  const std::size_t column = headers_.size();
  const auto* const found = std::find_if(
      kHeaders.begin(), kHeaders.end(),
      [&header](const Header& each) { return each.zh == header || each.en == header; });
  if (found == kHeaders.end()) {
    problem(line, column, header.substr(0, kLongestHeader),
            fmt::format("this column is not known and would not be kept: delete it, or call it one "
                        "of {}",
                        kHeaderWords));
    return false;
  }
  std::size_t& at = columns_.at(static_cast<std::size_t>(found->field));
  if (at != 0) {
    problem(line, column, header, fmt::format("column {} is the same: delete one of them", at));
    return false;
  }
  at = column;
  return true;
}

void ImportSheet::begin_row(const CsvRow& row) {
  row_ = &row;
  is_row_fine_ = true;
  if (row.cells.size() > headers_.size()) {
    is_row_fine_ = false;
    problem(row.line, headers_.size() + 1, "",
            "more cells than the header has: quote cells with commas");
  }
  for (const Header& each : kHeaders) {
    const std::string_view text = cell(each.field);
    if (is_formula(text)) {
      reject(
          each.field,
          fmt::format("begins with '{}' like a formula: write the value itself, or leave it empty",
                      text.front()));
    } else if (has_control(text)) {
      reject(each.field, "has a line break or a control character: write it on one line");
    }
  }
}

}  // namespace linli::domain::access
