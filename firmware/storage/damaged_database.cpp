#include "firmware/storage/damaged_database.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "firmware/base/number.hpp"
#include "firmware/storage/row_format.hpp"
#include "firmware/storage/schema.hpp"

namespace linli::storage {
namespace {

using domain::Stream;
using Kind = BtreePage::Kind;

constexpr std::size_t kDatabaseHeaderBytes = 100;  // on page 1, before the tree's own

std::optional<Stream> stream_of(std::int64_t position) {
  const auto index = static_cast<std::uint64_t>(position) >> 56;
  if (index >= domain::kStreamCount) return std::nullopt;
  return domain::kStreams.at(index);
}

// Which table a row belongs to shows in its columns: no two tables of ours have the same.
bool is_state(const StoredRow& row) {
  return row.columns.size() == 3 && row.integer(0) != nullptr && row.bytes(1) != nullptr &&
         row.bytes(2) != nullptr;
}

bool is_identity(const StoredRow& row) {
  return row.columns.size() == 2 && row.bytes(0) != nullptr && row.bytes(1) != nullptr;
}

bool is_event_row(const StoredRow& row) {
  const std::int64_t* const last = row.integer(1);
  return row.columns.size() >= 3 && std::holds_alternative<std::monostate>(row.columns[0]) &&
         last != nullptr && row.bytes(2) != nullptr && stream_of(row.rowid) &&
         *last >= static_cast<std::int64_t>(seq_of(row.rowid)) && seq_of(row.rowid) > 0;
}

// ports::KeptEvent, as Journal writes it.
bool is_journal_row(const StoredRow& row) {
  constexpr std::size_t kColumns = 12;
  if (row.columns.size() != kColumns || row.rowid < 1) return false;
  if (!std::holds_alternative<std::monostate>(row.columns[0])) return false;
  for (const std::size_t text : {1UL, 3UL, 4UL, 5UL, 11UL}) {
    if (row.bytes(text) == nullptr) return false;
  }
  for (const std::size_t number : {2UL, 6UL, 7UL, 8UL, 9UL, 10UL}) {
    if (row.integer(number) == nullptr) return false;
  }
  return true;
}

// Only the beginning of a long line is on its page.
bool is_audit_row(const StoredRow& row) {
  const std::string* const line = row.bytes(1);
  return row.rowid > 0 && row.columns.size() >= 2 &&
         std::holds_alternative<std::monostate>(row.columns[0]) && line != nullptr &&
         line->starts_with(R"({"seq":)");
}

bool is_gap(const StoredRow& row) {
  return row.columns.size() == 6 && row.integer(3) != nullptr && row.bytes(4) != nullptr;
}

struct EventNumber {
  std::string epoch;
  Stream stream = Stream::kTelemetry;
  std::uint64_t seq = 0;
};

// What the id of a journal row says (domain::event_id); nullopt for one that came from elsewhere.
std::optional<EventNumber> numbered(const StoredRow& row) {
  const auto stream = static_cast<std::uint64_t>(*row.integer(2));
  if (stream >= domain::kStreamCount) return std::nullopt;
  EventNumber number{{}, domain::kStreams.at(stream), 0};
  const std::string& id = *row.bytes(1);
  const std::string middle = fmt::format("-{}-", domain::name(number.stream));
  const std::size_t at = id.rfind(middle);
  if (at == std::string::npos) return std::nullopt;
  const auto seq = base::parse_number<std::uint64_t>(id.substr(at + middle.size()));
  if (!seq || *seq > kMaxSeq) return std::nullopt;
  number.epoch = id.substr(0, at);
  number.seq = *seq;
  return number;
}

std::uint64_t number_in(const StoredRow& row, std::size_t column) {
  const std::int64_t* const number = row.integer(column);
  return number == nullptr || *number < 0 ? 0 : static_cast<std::uint64_t>(*number);
}

}  // namespace

DamagedDatabase::DamagedDatabase(const std::string& path)
    : wal_(read_wal(path)), pages_(path, wal_) {
  read_stream_table();
  const PageSource::FreePages free = pages_.free_pages();
  scan(free);
  if (free.is_whole) return;
  state_.clear();
  walk_state();
}

std::optional<std::uint64_t> DamagedDatabase::accepted(Stream stream) const {
  if (!has_streams_) return std::nullopt;
  return streams_.at(domain::index_of(stream)).accepted;
}

std::uint64_t DamagedDatabase::last(Stream stream) const {
  const std::size_t index = domain::index_of(stream);
  const auto journal = journal_last_.find(epoch_);
  return std::max(streams_.at(index).last,
                  journal == journal_last_.end() ? 0 : journal->second.at(index));
}

BtreePage DamagedDatabase::read_page(std::uint32_t number, bool whole_rows) {
  const std::string page(pages_.page(number));  // its own copy: overflow pages take the buffer
  const PageOf overflow = [this, whole_rows](std::uint32_t next) {
    return whole_rows ? pages_.page(next) : std::string_view();
  };
  return read_btree_page(page, number == 1 ? kDatabaseHeaderBytes : 0, overflow);
}

// Six rows on one page. Without it nothing is known to be accepted: told twice is better than lost.
void DamagedDatabase::read_stream_table() {
  const BtreePage page = read_page(kStreamRoot, true);
  has_streams_ = page.kind == Kind::kTableLeaf;
  for (const StoredRow& row : page.rows) {
    const auto index = static_cast<std::size_t>(row.rowid);
    if (row.rowid < 0 || index >= domain::kStreamCount) continue;
    streams_.at(index) = {number_in(row, 1), number_in(row, 3)};
  }
}

void DamagedDatabase::scan(const PageSource::FreePages& free) {
  for (std::uint32_t number = 1; number <= pages_.page_count(); ++number) {
    if (free.is_free[number]) continue;
    BtreePage page = read_page(number, false);
    const bool is_index = page.kind == Kind::kIndexLeaf || page.kind == Kind::kIndexInner;
    if (is_index) page = read_page(number, true);
    for (const StoredRow& row : page.rows) {
      if (is_index) {
        take_state(row);
      } else {
        take_event_row(row, number);
        take_journal_row(row, number);
        take_audit_row(row, number);
      }
    }
  }
}

void DamagedDatabase::walk_state() {
  std::set<std::uint32_t> seen;
  std::vector<std::uint32_t> next{kStateRoot};
  while (!next.empty()) {
    const std::uint32_t number = next.back();
    next.pop_back();
    if (!seen.insert(number).second) continue;
    const BtreePage page = read_page(number, true);
    if (page.kind != Kind::kIndexLeaf && page.kind != Kind::kIndexInner) continue;
    for (const StoredRow& row : page.rows) take_state(row);
    next.insert(next.end(), page.children.begin(), page.children.end());
  }
}

void DamagedDatabase::take_state(const StoredRow& row) {
  if (!row.is_whole) return;
  if (is_state(row)) state_.try_emplace({*row.integer(0), *row.bytes(1)}, *row.bytes(2));
  if (is_identity(row) && *row.bytes(0) == "epoch") epoch_ = *row.bytes(1);
}

// If a page that is free came through there may be two of a number: a gap is newer than what it
// stands for, a longer one newer than a shorter.
void DamagedDatabase::take_event_row(const StoredRow& row, std::uint32_t page) {
  if (!is_event_row(row)) return;
  if (seq_of(row.rowid) <= accepted(*stream_of(row.rowid)).value_or(0)) return;
  const Place place{page, row.cell, number_in(row, 1), is_gap(row)};
  const auto [found, is_new] = outbox_.try_emplace(row.rowid, place);
  const bool is_newer = place.is_gap && (!found->second.is_gap || place.last > found->second.last);
  if (!is_new && is_newer) found->second = place;
}

void DamagedDatabase::take_journal_row(const StoredRow& row, std::uint32_t page) {
  if (!is_journal_row(row)) return;
  journal_.try_emplace(row.rowid, Place{page, row.cell, 0, false});
  const auto id = numbered(row);
  if (!id) return;
  std::uint64_t& last = journal_last_[id->epoch].at(domain::index_of(id->stream));
  last = std::max(last, id->seq);
}

void DamagedDatabase::take_audit_row(const StoredRow& row, std::uint32_t page) {
  if (is_audit_row(row))
    audit_.try_emplace(static_cast<std::uint64_t>(row.rowid), Place{page, row.cell, 0, false});
}

std::optional<domain::AuditRow> DamagedDatabase::audit_row(std::uint64_t seq) {
  const auto place = audit_.find(seq);
  const StoredRow* const row = place == audit_.end() ? nullptr : stored_at(place->second);
  if (row == nullptr || row->columns.size() != 3 || row->bytes(1) == nullptr ||
      row->bytes(2) == nullptr)
    return std::nullopt;
  return domain::AuditRow{seq, *row->bytes(1), *row->bytes(2)};
}

// nullptr if it is not there after all. Good until the next call.
const StoredRow* DamagedDatabase::stored_at(const Place& place) {
  if (parsed_number_ != place.page) parsed_ = read_page(place.page, true);
  parsed_number_ = place.page;
  const auto row = std::find_if(parsed_.rows.begin(), parsed_.rows.end(),
                                [&place](const StoredRow& one) { return one.cell == place.cell; });
  return row == parsed_.rows.end() ? nullptr : &*row;
}

DamagedDatabase::OutboxRow DamagedDatabase::row_at(std::int64_t position, const Place& place) {
  OutboxRow found{seq_of(position), place.last, {}, {}, {}};
  const StoredRow* const row = stored_at(place);
  if (row == nullptr) return found;
  if (!is_gap(*row)) {
    if (const std::string* const records = row->bytes(2)) found.records = *records;
    return found;
  }
  found.gap = domain::Gap{*stream_of(position), found.first, found.last, number_in(*row, 3),
                          *row->bytes(4)};
  if (const std::string* const time = row->bytes(5)) found.gap_time = time_from_blob(*time);
  return found;
}

base::Result<void> DamagedDatabase::each_outbox_row(const OnRow& on_row) {
  std::array<std::uint64_t, domain::kStreamCount> done{};
  for (const auto& [position, place] : outbox_) {
    const Stream stream = *stream_of(position);
    std::uint64_t& upto = done.at(domain::index_of(stream));
    if (seq_of(position) <= upto) continue;
    upto = place.last;
    if (auto taken = on_row(stream, row_at(position, place)); !taken) return taken;
  }
  return {};
}

base::Result<void> DamagedDatabase::each_kept_event(const OnEvent& on_event) {
  for (const auto& [seq, place] : journal_) {
    const StoredRow* const row = stored_at(place);
    if (row == nullptr || !row->is_whole || !is_journal_row(*row)) continue;
    const auto stream = static_cast<std::size_t>(number_in(*row, 2));
    if (stream >= domain::kStreamCount) continue;
    ports::KeptEvent event;
    event.id = *row->bytes(1);
    event.stream = domain::kStreams.at(stream);
    event.type = *row->bytes(3);
    event.device = *row->bytes(4);
    event.place = *row->bytes(5);
    event.unix_ms = *row->integer(6);
    event.quality =
        static_cast<domain::TimeQuality>(std::min<std::uint64_t>(2, number_in(*row, 7)));
    event.boot = static_cast<std::uint64_t>(*row->integer(8));
    event.monotonic_ms = *row->integer(9);
    event.data = *row->bytes(11);
    if (auto taken = on_event(event); !taken) return taken;
  }
  return {};
}

}  // namespace linli::storage
