#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/domain/access/csv.hpp"
#include "firmware/domain/access/household_import.hpp"

namespace linli::domain::access {

enum class ImportField : std::uint8_t {
  kPlace,
  kName,
  kPerson,
  kRole,
  kCard,
  kBits,
  kFrom,
  kUntil,
};
inline constexpr std::size_t kImportFields = 8;

// A list with a header, field by field instead of column by column, and the problems found in it.
// Used by plan_import() alone.
class ImportSheet {
 public:
  explicit ImportSheet(ImportPlan& plan) : plan_(plan) {}

  // False: the columns are not as they must be, and no row can be read.
  bool read_header(const CsvRow& row);

  // The row that cell() and reject() are about. Problems that any cell can have are told here.
  void begin_row(const CsvRow& row);
  bool is_row_fine() const { return is_row_fine_; }
  // Without blanks around it; empty if the row ends before it, or the file has no such column.
  std::string_view cell(ImportField field) const;
  void reject(ImportField field, std::string what);
  std::size_t line() const { return row_->line; }

  void problem(std::size_t line, std::size_t column, std::string header, std::string what);
  // Problems in the order of lines.
  void finish();

 private:
  bool place_column(const std::string& header, std::size_t line);
  bool check_columns(std::size_t line);
  std::size_t column_of(ImportField field) const;

  ImportPlan& plan_;
  std::array<std::size_t, kImportFields> columns_{};  // where each field stands; 0: nowhere
  std::vector<std::string> headers_;
  const CsvRow* row_ = nullptr;
  bool is_row_fine_ = true;
};

// The names of all columns, for messages.
std::string_view import_columns();

}  // namespace linli::domain::access
