#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "firmware/domain/envelope.hpp"
#include "firmware/ports/history.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/storage/btree_page.hpp"
#include "firmware/storage/page_source.hpp"

namespace linli::storage {

// What can still be read of a database of ours, page by page, so that each damaged page costs only
// itself. SQLite would stop at it, and at an inner page give up all that stands below.
//
// What was deleted stays on its page until that is used again, and must not come back: a delivered
// event would be told twice, a revoked device would be let in. So pages on SQLite's free list are
// left out. If the damage broke that list,
//  - state is what can be reached from the root of its table, and what stood below a damaged inner
//    page of it is lost: better no device than one that was sent away;
//  - events are all that stand behind what the platform has accepted.
class DamagedDatabase {
 public:
  using State = std::map<std::pair<std::int64_t, std::string>, std::string>;  // space and key
  struct OutboxRow {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::string records;  // may be cut short
    std::optional<domain::Gap> gap;
    domain::EventTime gap_time;
  };
  using OnEvent = std::function<base::Result<void>(const ports::KeptEvent&)>;
  using OnRow = std::function<base::Result<void>(domain::Stream, const OutboxRow&)>;

  // Reads what says where to look; the events stay where they are.
  explicit DamagedDatabase(const std::string& path);

  const std::string& epoch() const { return epoch_; }  // empty if it is lost
  const State& state() const { return state_; }
  // All up to this number was deleted because it was accepted; nullopt if that cannot be read.
  std::optional<std::uint64_t> accepted(domain::Stream stream) const;
  // At least this number had been given out: the outbox's own end may be what was damaged, and the
  // journal knows it too.
  std::uint64_t last(domain::Stream stream) const;

  // The newest line of the audit that can be found; 0: none.
  std::uint64_t audit_last() const { return audit_.empty() ? 0 : audit_.rbegin()->first; }
  // A line of it, if all of it can be read. Lines that were pruned may come back, if the damage
  // hides that their page is free.
  std::optional<domain::AuditRow> audit_row(std::uint64_t seq);

  // The rows of the outbox by stream and number, without overlaps. Stops at the first failure.
  base::Result<void> each_outbox_row(const OnRow& on_row);
  // The events of the journal that are whole, by number. Stops at the first failure.
  base::Result<void> each_kept_event(const OnEvent& on_event);

 private:
  struct Place {
    std::uint32_t page = 0;
    std::size_t cell = 0;
    std::uint64_t last = 0;
    bool is_gap = false;
  };
  struct StreamRow {
    std::uint64_t last = 0;
    std::uint64_t accepted = 0;
  };

  BtreePage read_page(std::uint32_t number, bool whole_rows);
  void read_stream_table();
  void scan(const PageSource::FreePages& free);
  void walk_state();
  void take_state(const StoredRow& row);
  void take_audit_row(const StoredRow& row, std::uint32_t page);
  void take_event_row(const StoredRow& row, std::uint32_t page);
  void take_journal_row(const StoredRow& row, std::uint32_t page);
  const StoredRow* stored_at(const Place& place);
  OutboxRow row_at(std::int64_t position, const Place& place);

  WalContents wal_;
  PageSource pages_;
  std::string epoch_;
  State state_;
  std::array<StreamRow, domain::kStreamCount> streams_{};
  bool has_streams_ = false;              // their table can be read
  std::map<std::int64_t, Place> outbox_;  // by position
  // By number: the rows of a bounded table, and only where they are.
  std::map<std::int64_t, Place> journal_;
  std::map<std::string, std::array<std::uint64_t, domain::kStreamCount>> journal_last_;  // by epoch
  std::map<std::uint64_t, Place> audit_;
  std::uint32_t parsed_number_ = 0;  // the page that row_at read last
  BtreePage parsed_;
};

}  // namespace linli::storage
