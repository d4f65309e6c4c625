#include "firmware/storage/btree_page.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "firmware/storage/big_endian.hpp"

namespace linli::storage {
namespace {

using Kind = BtreePage::Kind;

// No row of ours is larger: a damaged length must not fill the memory.
constexpr std::uint64_t kMostPayload = 64ULL * 1024 * 1024;

// Reads what stands at the front of `left` and takes it off; nullopt if there is too little.
class Bytes {
 public:
  explicit Bytes(std::string_view left) : left_(left) {}

  std::optional<std::string_view> take(std::uint64_t size) {
    if (size > left_.size()) return std::nullopt;
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }

  std::string_view take_at_most(std::uint64_t size) {
    return *take(std::min<std::uint64_t>(size, left_.size()));
  }

  // Section 1.6: seven bits a byte, most significant first, the ninth byte has eight.
  std::optional<std::uint64_t> take_varint() {
    std::uint64_t number = 0;
    for (int i = 0; i < 9; ++i) {
      const auto next = take(1);
      if (!next) return std::nullopt;
      const auto byte = static_cast<unsigned char>(next->front());
      if (i == 8) return number << 8 | byte;
      number = number << 7 | (byte & 0x7FU);
      if (byte < 0x80) return number;
    }
    return std::nullopt;
  }

  std::optional<std::uint32_t> take_page_number() {
    const auto bytes = take(4);
    if (!bytes) return std::nullopt;
    return big_endian32(*bytes, 0);
  }

  bool empty() const { return left_.empty(); }
  std::size_t size() const { return left_.size(); }

 private:
  std::string_view left_;
};

Kind kind_of(unsigned char type) {
  switch (type) {
    case 0x02:
      return Kind::kIndexInner;
    case 0x05:
      return Kind::kTableInner;
    case 0x0A:
      return Kind::kIndexLeaf;
    case 0x0D:
      return Kind::kTableLeaf;
    default:
      return Kind::kOther;
  }
}

bool is_inner(Kind kind) {
  return kind == Kind::kTableInner || kind == Kind::kIndexInner;
}

// Section 1.6: how much of a payload stands on the page itself.
std::size_t local_size(std::uint64_t payload, std::size_t page_bytes, Kind kind) {
  const std::size_t most =
      kind == Kind::kTableLeaf ? page_bytes - 35 : (page_bytes - 12) * 64 / 255 - 23;
  if (payload <= most) return payload;
  const std::size_t least = (page_bytes - 12) * 32 / 255 - 23;
  const std::size_t filling = least + (payload - least) % (page_bytes - 4);
  return filling <= most ? filling : least;
}

struct Payload {
  std::string bytes;
  bool is_whole = true;
};

// A page of the chain is believed if it names a next one, that there is, exactly when there must be
// one: what is left after a broken chain are bytes of sound pages.
void append_overflow(Payload& payload, std::uint64_t size, std::uint32_t next,
                     const PageOf& overflow) {
  std::size_t sound = payload.bytes.size();
  while (payload.bytes.size() < size) {
    const std::string_view page = next == 0 ? std::string_view() : overflow(next);
    payload.is_whole = page.size() > 4;
    if (!payload.is_whole) break;
    sound = payload.bytes.size();
    const std::uint64_t part = std::min<std::uint64_t>(size - sound, page.size() - 4);
    next = big_endian32(page, 0);
    const bool is_last = sound + part == size;
    payload.is_whole = is_last == (next == 0);
    if (!payload.is_whole) break;
    payload.bytes += page.substr(4, part);
  }
  if (!payload.is_whole) payload.bytes.resize(sound);
}

std::optional<Payload> read_payload(Bytes& cell, std::uint64_t size, std::size_t page_bytes,
                                    Kind kind, const PageOf& overflow) {
  if (size > kMostPayload) return std::nullopt;
  const std::size_t local = local_size(size, page_bytes, kind);
  const auto here = cell.take(local);
  if (!here) return std::nullopt;
  Payload payload{std::string(*here), true};
  if (local == size) return payload;
  const auto next = cell.take_page_number();
  if (!next) return std::nullopt;
  append_overflow(payload, size, *next, overflow);
  return payload;
}

std::int64_t signed_number(std::string_view bytes) {
  std::uint64_t number = big_endian(bytes, 0, bytes.size());
  const unsigned unused = 64 - 8 * static_cast<unsigned>(bytes.size());
  return static_cast<std::int64_t>(number << unused) >> unused;
}

// Section 2.1. nullopt: there is no such type, or not in a table of ours.
std::optional<Column> read_column(std::uint64_t type, Bytes& body, bool& is_whole) {
  constexpr std::array<std::uint8_t, 7> kIntegerBytes{0, 1, 2, 3, 4, 6, 8};
  if (type == 0) return Column{};
  if (type == 8 || type == 9) return Column{static_cast<std::int64_t>(type - 8)};
  if (type < kIntegerBytes.size()) {
    const auto bytes = body.take(kIntegerBytes.at(type));
    if (!bytes) return std::nullopt;
    return Column{signed_number(*bytes)};
  }
  if (type < 12) return std::nullopt;
  const std::uint64_t size = (type - 12) / 2;
  if (size > body.size()) is_whole = false;
  return Column{std::string(body.take_at_most(size))};
}

std::optional<StoredRow> read_record(const Payload& payload) {
  Bytes record(payload.bytes);
  const auto header_size = record.take_varint();
  if (!header_size) return std::nullopt;
  const std::uint64_t own_size = payload.bytes.size() - record.size();
  if (*header_size < own_size) return std::nullopt;
  const auto header = record.take(*header_size - own_size);
  if (!header) return std::nullopt;
  StoredRow row;
  Bytes types(*header);
  while (!types.empty()) {
    const auto type = types.take_varint();
    if (!type) return std::nullopt;
    auto column = read_column(*type, record, row.is_whole);
    if (!column) return std::nullopt;
    row.columns.push_back(*std::move(column));
    if (!row.is_whole) break;
  }
  // A sound row ends where its columns end; a chain that broke off may have ended a column early.
  if (row.is_whole && !(record.empty() && payload.is_whole)) return std::nullopt;
  return row;
}

class PageReader {
 public:
  PageReader(std::string_view page, const PageOf& overflow) : page_(page), overflow_(overflow) {}

  BtreePage read(std::size_t header_at) {
    found_.kind = kind_of(static_cast<unsigned char>(page_[header_at]));
    if (found_.kind == Kind::kOther) return {};
    const std::size_t pointers_at = header_at + (is_inner(found_.kind) ? 12 : 8);
    const std::size_t cells = big_endian16(page_, header_at + 3);
    if (pointers_at + 2 * cells > page_.size()) return {};
    for (std::size_t i = 0; i < cells; ++i) {
      const std::size_t at = big_endian16(page_, pointers_at + 2 * i);
      if (at >= pointers_at + 2 * cells && at < page_.size()) read_cell(i, Bytes(page_.substr(at)));
    }
    if (is_inner(found_.kind)) found_.children.push_back(big_endian32(page_, header_at + 8));
    return std::move(found_);
  }

 private:
  void read_cell(std::size_t index, Bytes cell) {
    if (is_inner(found_.kind)) {
      const auto child = cell.take_page_number();
      if (!child) return;
      found_.children.push_back(*child);
    }
    if (found_.kind == Kind::kTableInner) return;
    const auto size = cell.take_varint();
    const auto rowid =
        found_.kind == Kind::kTableLeaf ? cell.take_varint() : std::optional<std::uint64_t>(0);
    if (!size || !rowid) return;
    const auto payload = read_payload(cell, *size, page_.size(), found_.kind, overflow_);
    if (!payload) return;
    auto row = read_record(*payload);
    if (!row) return;
    row->cell = index;
    row->rowid = static_cast<std::int64_t>(*rowid);
    found_.rows.push_back(*std::move(row));
  }

  const std::string_view page_;
  const PageOf& overflow_;
  BtreePage found_;
};

}  // namespace

const std::int64_t* StoredRow::integer(std::size_t column) const {
  return column < columns.size() ? std::get_if<std::int64_t>(&columns[column]) : nullptr;
}

const std::string* StoredRow::bytes(std::size_t column) const {
  return column < columns.size() ? std::get_if<std::string>(&columns[column]) : nullptr;
}

BtreePage read_btree_page(std::string_view page, std::size_t header_at, const PageOf& overflow) {
  constexpr std::size_t kLeast = 512;  // SQLite's smallest page
  if (page.size() < kLeast || header_at + 12 > page.size()) return {};
  return PageReader(page, overflow).read(header_at);
}

}  // namespace linli::storage
