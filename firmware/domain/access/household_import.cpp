#include "firmware/domain/access/household_import.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "firmware/base/id.hpp"
#include "firmware/base/number.hpp"
#include "firmware/domain/access/calendar.hpp"
#include "firmware/domain/access/card_number.hpp"
#include "firmware/domain/access/import_sheet.hpp"

namespace linli::domain::access {
namespace {

using Field = ImportField;

constexpr std::size_t kLongestName = 128;

// "1.23457E+09": the digits are gone already.
bool is_rounded(std::string_view text) {
  return text.find('.') != std::string_view::npos &&
         text.find_first_of("eE") != std::string_view::npos;
}

class Importer {
 public:
  Importer(const ImportSite& site, ImportPlan& plan) : site_(site), plan_(plan), sheet_(plan) {}

  void run(const CsvTable& table) {
    for (const CsvProblem& each : table.problems)
      sheet_.problem(each.line, each.column, "", each.what);
    if (table.rows.empty()) {
      sheet_.problem(
          1, 0, "",
          fmt::format("the file is empty: its first line names the columns, {}", import_columns()));
    } else if (sheet_.read_header(table.rows.front())) {
      read_rows(table);
    }
    sheet_.finish();
  }

 private:
  void read_rows(const CsvTable& table) {
    if (table.rows.size() == 1 && table.problems.empty())
      sheet_.problem(table.rows[0].line, 0, "", "there is nobody below the header");
    for (std::size_t i = 1; i < table.rows.size(); ++i) read_row(table.rows[i]);
  }

  void read_row(const CsvRow& row) {
    sheet_.begin_row(row);
    ImportedPerson person;
    person.line = row.line;
    read_place(person);
    read_name(person);
    read_person(person);
    read_role(person);
    read_days(person);
    read_card(person);
    if (sheet_.is_row_fine()) add(std::move(person));
  }

  void read_place(ImportedPerson& person) {
    const std::string_view text = sheet_.cell(Field::kPlace);
    if (text.empty()) return sheet_.reject(Field::kPlace, "is empty: say which flat");
    auto place = PlaceId::parse(text);
    if (!place || !site_.is_place(text)) {
      return sheet_.reject(Field::kPlace,
                           fmt::format("'{}' is not a place of the compound: add it first, or "
                                       "correct the number",
                                       text.substr(0, 64)));
    }
    person.place = *std::move(place);
  }

  void read_name(ImportedPerson& person) {
    const std::string_view text = sheet_.cell(Field::kName);
    if (text.empty()) return sheet_.reject(Field::kName, "is empty: say who lives there");
    if (text.size() > kLongestName)
      return sheet_.reject(Field::kName,
                           fmt::format("is longer than {} bytes: shorten it", kLongestName));
    person.name = text;
  }

  void read_person(ImportedPerson& person) {
    const std::string_view text = sheet_.cell(Field::kPerson);
    if (text.empty()) return;
    if (!base::is_id(text)) {
      return sheet_.reject(Field::kPerson,
                           "is not an id: use 1 to 64 of a-z A-Z 0-9 . _ -, or leave it empty");
    }
    if (site_.is_person(text)) {
      return sheet_.reject(Field::kPerson,
                           fmt::format("'{}' is registered already: leave the line out, or "
                                       "give another id",
                                       text));
    }
    person.id = text;
  }

  void read_role(ImportedPerson& person) {
    const std::string_view text = sheet_.cell(Field::kRole);
    if (text.empty() || text == "住户" || text == "resident") return;
    if (text != "家属" && text != "family")
      return sheet_.reject(Field::kRole, "expected 住户 (resident) or 家属 (family)");
    person.role = SiteRole::kFamily;
  }

  std::optional<Date> read_day(Field field) {
    const std::string_view text = sheet_.cell(field);
    if (text.empty()) return std::nullopt;
    const auto date = parse_date(text);
    if (!date) sheet_.reject(field, "expected a day such as 2026-01-31: format the column as text");
    return date;
  }

  void read_days(ImportedPerson& person) {
    const auto from = read_day(Field::kFrom);
    const auto until = read_day(Field::kUntil);
    if (from && until && *until < *from)
      return sheet_.reject(Field::kUntil, "is before the first day: exchange them");
    if (from) person.validity.from_ms = unix_ms_of({*from, 0}, site_.offset_minutes);
    if (until) person.validity.until_ms = unix_ms_of({plus(*until, 1), 0}, site_.offset_minutes);
  }

  void read_card(ImportedPerson& person) {
    const std::string_view text = sheet_.cell(Field::kCard);
    const std::string_view bits = sheet_.cell(Field::kBits);
    if (text.empty() && bits.empty()) return;
    if (text.empty()) return sheet_.reject(Field::kBits, "stands without a card: leave it empty");
    if (is_rounded(text)) {
      return sheet_.reject(
          Field::kCard,
          "the spreadsheet has rounded this number: format the column as text and type it "
          "again");
    }
    const auto count = base::parse_number<int>(bits);
    if (!count)
      return sheet_.reject(Field::kBits,
                           "expected how many bits the card has: 26 or 34 for printed digits");
    auto card = card_of_cell(text, *count);
    if (!card) return sheet_.reject(Field::kCard, card.error().what);
    card->printed = text;
    check_new(*card);
    person.cards.push_back(*std::move(card));
  }

  static base::Result<Card> card_of_cell(std::string_view text, int count) {
    if (text.starts_with("0x") || text.starts_with("0X")) return card_of(text.substr(2), count);
    const auto number = base::parse_number<std::uint64_t>(text);
    if (!number) {
      return base::fail(base::Code::kInvalid,
                        "expected digits as they are printed on the card, or 0x and its raw bits");
    }
    return card_from_number(*number, count);
  }

  void check_new(const Card& card) {
    const std::string key = card_key(card);
    const auto [before, is_new] = cards_.emplace(key, sheet_.line());
    if (!is_new) {
      sheet_.reject(
          Field::kCard,
          fmt::format("the same card stands in line {}: a card has one holder", before->second));
    } else if (site_.is_card(key)) {
      sheet_.reject(Field::kCard, "is registered already: end it there first, or leave it out");
    }
  }

  // A new person, or one more card of one that is there.
  void add(ImportedPerson person) {
    const std::string key = person.id.empty() ? person.place.str() + " " + person.name : person.id;
    const auto [known, is_new] = people_.emplace(key, plan_.people.size());
    if (is_new) {
      plan_.people.push_back(std::move(person));
      return;
    }
    ImportedPerson& first = plan_.people[known->second];
    if (person.id.empty()) {
      sheet_.reject(Field::kName,
                    fmt::format("'{}' stands in line {} for the same flat: give both a person id",
                                person.name, first.line));
      return;
    }
    const bool is_same = first.name == person.name && first.place == person.place &&
                         first.role == person.role && first.validity == person.validity;
    if (!is_same || person.cards.empty()) {
      sheet_.reject(
          Field::kPerson,
          fmt::format("'{}' stands in line {} already: a further line of a person is the same but "
                      "for its card",
                      person.id, first.line));
      return;
    }
    first.cards.push_back(person.cards.front());
  }

  const ImportSite& site_;
  ImportPlan& plan_;
  ImportSheet sheet_;
  std::map<std::string, std::size_t> cards_;   // to the line
  std::map<std::string, std::size_t> people_;  // to the place in the plan
};

}  // namespace

std::string to_text(const ImportProblem& problem) {
  std::string place = fmt::format("line {}", problem.line);
  if (problem.column != 0) place += fmt::format(", column {}", problem.column);
  if (!problem.header.empty()) place += fmt::format(" ({})", problem.header);
  return place + ": " + problem.what;
}

std::size_t ImportPlan::card_count() const {
  std::size_t count = 0;
  for (const ImportedPerson& each : people) count += each.cards.size();
  return count;
}

ImportPlan plan_import(std::string_view bytes, const ImportSite& site) {
  ImportPlan plan;
  if (bytes.size() > kMostImportBytes) {
    plan.problems.push_back(
        {1, 0, "",
         fmt::format("the file is larger than {} MiB: divide it", kMostImportBytes >> 20U)});
    return plan;
  }
  auto decoded = base::decode_text(bytes);
  if (!decoded) {
    plan.problems.push_back({1, 0, "", decoded.error().what});
    return plan;
  }
  plan.encoding = decoded->encoding;
  Importer(site, plan).run(read_csv(decoded->text));
  return plan;
}

}  // namespace linli::domain::access
