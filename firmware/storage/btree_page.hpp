#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace linli::storage {

// One page of a table or an index, read without SQLite (file format, sections 1.6 and 2). Every
// byte may be wrong: what does not hold together is left out. Pure.

using Column = std::variant<std::monostate, std::int64_t, std::string>;  // text and blobs alike

struct StoredRow {
  std::size_t cell = 0;         // its place on the page
  std::int64_t rowid = 0;       // 0 in an index
  std::vector<Column> columns;  // the last may be cut short, see is_whole
  bool is_whole = true;         // false: a page that the row goes on with is damaged

  const std::int64_t* integer(std::size_t column) const;
  const std::string* bytes(std::size_t column) const;
};

struct BtreePage {
  enum class Kind : std::uint8_t { kOther, kTableLeaf, kTableInner, kIndexLeaf, kIndexInner };
  Kind kind = Kind::kOther;
  std::vector<StoredRow> rows;          // none on an inner page of a table
  std::vector<std::uint32_t> children;  // pages below
};

// Gives a page by its number, empty if it is damaged. Valid until the next call.
using PageOf = std::function<std::string_view(std::uint32_t)>;

// `page` is one whole page; `header_at` is 100 on page 1, else 0. Long rows go on on `overflow`
// pages.
BtreePage read_btree_page(std::string_view page, std::size_t header_at, const PageOf& overflow);

}  // namespace linli::storage
