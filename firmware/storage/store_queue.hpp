#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "firmware/base/once.hpp"
#include "firmware/base/time.hpp"
#include "firmware/ports/store.hpp"

// What waits for the storage thread, for sqlite_store.cpp.
namespace linli::storage {

struct PendingTurn {
  ports::Turn turn;
  base::Done<void> done;
  base::TimePoint arrived;
};

// What was read: `tell` posts it to whom it may concern.
struct Answer {
  std::optional<base::Error> error;
  base::Task tell;
  bool has_written = false;  // or tried to
};

// Reads, or answers with the error that it is given instead.
using PendingRead = base::Once<Answer(const base::Error* instead)>;

// Turns, reads and what the platform accepted, each in the order in which they came, and by when
// they must be written. Knows no threads: whoever has it holds the store's mutex.
class StoreQueue {
 public:
  // The newest number of each stream that the platform has; 0: none.
  using Accepted = std::array<std::uint64_t, domain::kStreamCount>;

  void add(ports::Turn turn, base::Done<void> done, bool urgent);
  void add(PendingRead read) { reads_.push_back(std::move(read)); }
  // Everything that waits is due now, until it is written or calm_down().
  void hurry() { hurry_ = true; }
  void calm_down() { hurry_ = false; }
  void accept(domain::Stream stream, std::uint64_t seq);
  // What was taken could not be written.
  void accept_again(const Accepted& accepted);

  bool has_reads() const { return !reads_.empty(); }
  bool has_writes() const { return !turns_.empty() || accept_since_.has_value(); }
  // When the oldest thing that waits must be written; a turn that is not urgent waits for `window`.
  base::TimePoint due(base::Duration window) const;

  // Only if there is one.
  PendingRead take_read();
  // As many turns as fit one transaction.
  std::vector<PendingTurn> take_group();
  std::vector<PendingTurn> take_turns();
  Accepted take_accepted();

 private:
  std::deque<PendingTurn> turns_;
  std::deque<PendingRead> reads_;
  Accepted accepted_{};
  std::optional<base::TimePoint> accept_since_;
  bool hurry_ = false;
};

}  // namespace linli::storage
