#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/text_encoding.hpp"
#include "firmware/domain/access/credential.hpp"
#include "firmware/domain/access/rights.hpp"
#include "firmware/domain/ids.hpp"

namespace linli::domain::access {

// The list of who lives where, as a property office has it in a spreadsheet (住户导入): CSV in
// UTF-8 or GB18030, one person and at most one card a line; further cards of a person are further
// lines with the same person id.
//
//   | zh       | en        | wanted | what it is                                                  |
//   | 房号     | place     | yes    | id of a place that is there                                 |
//   | 姓名     | name      | yes    | for people                                                  |
//   | 人员编号 | person_id | no     | an id of one's own; without one, a new one is given | | 身份
//   | role      | no     | 住户 resident (if left out), 家属 family                     | | 卡号 |
//   card      | no     | digits as printed, or 0x and the raw bits in hexadecimal    | | 位数     |
//   bits      | card   | 26 or 34 for digits, 4 to 256 for raw bits                  | | 生效日期 |
//   from      | no     | first day, 2026-01-01                                       | | 失效日期 |
//   until     | no     | last day                                                    |
//
// Columns in any order; another one is a problem, so that nothing is kept that nobody asked for.
struct ImportSite {
  std::function<bool(std::string_view place)> is_place;
  std::function<bool(std::string_view person)> is_person;
  std::function<bool(std::string_view card_key)> is_card;
  int offset_minutes = 8 * 60;
};

struct ImportedPerson {
  std::string id;  // empty: to be given
  std::string name;
  PlaceId place;
  SiteRole role = SiteRole::kResident;
  Validity validity;
  std::vector<Card> cards;
  std::size_t line = 0;  // the first one of this person

  friend bool operator==(const ImportedPerson&, const ImportedPerson&) = default;
};

// What is wrong, and what to do about it. `column` counts from 1; 0: the whole line.
struct ImportProblem {
  std::size_t line = 0;
  std::size_t column = 0;
  std::string header;  // the column's, as it stands in the file
  std::string what;

  friend bool operator==(const ImportProblem&, const ImportProblem&) = default;
};
// "line 7, column 3 (卡号): …"
std::string to_text(const ImportProblem& problem);

struct ImportPlan {
  base::TextEncoding encoding = base::TextEncoding::kUtf8;
  std::vector<ImportedPerson> people;
  std::vector<ImportProblem> problems;  // in the order of lines
  bool is_cut = false;                  // there are more than kMostImportProblems
  std::size_t card_count() const;
};
inline constexpr std::size_t kMostImportBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMostImportProblems = 1'000;

// The dry run: what would be made, and every problem at once. Nothing is to be made unless there is
// no problem. Pure: asks `site` and changes nothing.
ImportPlan plan_import(std::string_view bytes, const ImportSite& site);

}  // namespace linli::domain::access
