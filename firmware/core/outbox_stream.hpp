#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "firmware/ports/store.hpp"

namespace linli::core {

// How far one class of events has come on its way to the platform. Pure bookkeeping, four marks:
//
//   accepted ≤ sent ≤ reach ≤ newest
//   …accepted] deleted from the store    (accepted…sent] with the platform, unconfirmed
//   (sent…reach] ready in memory         (reach…newest] only in the store: the backlog
class OutboxStream {
 public:
  struct Batch {
    std::vector<ports::ChunkPtr> chunks;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::size_t events = 0;
    std::size_t bytes = 0;  // about, as the platform will see it
  };
  struct BatchLimits {
    std::size_t events = 250;
    std::size_t bytes = 96 * 1024;
  };
  enum class Accepted {
    kProgress,
    kStale,    // known already
    kUnknown,  // more than was ever sent: not to be believed
  };

  // `stored` is what the store holds at start.
  OutboxStream(const ports::StreamStats& stored, BatchLimits limits);

  // A chunk that was just committed. Kept if it follows what is in memory and takes at most `room`
  // bytes; otherwise it is part of the backlog. True if it was kept.
  bool append(const ports::ChunkPtr& chunk, std::size_t room);
  // Only counts the chunk: it is read from the store when its time comes.
  void note(const ports::OutboxChunk& chunk);
  // Chunks that were read from next_to_read() on.
  void add_read(const std::vector<ports::ChunkPtr>& chunks);

  // The next batch, at least one chunk; has_ready() must hold. `most_bytes` may lower the limit.
  Batch take(std::size_t most_bytes);
  // The platform durably holds everything up to `seq`.
  Accepted accept(std::uint64_t seq);
  // Forgets what was sent; the next batch begins after what was accepted.
  void rewind();
  // The same after the platform refused a batch that began with `first`: whatever it says to have
  // accepted from there on is not believed until it was sent again.
  void refused(std::uint64_t first);

  bool has_ready() const { return !ready_.empty(); }
  bool has_backlog() const { return reach_ < newest_; }
  bool has_full_batch() const;
  std::size_t ready_bytes() const { return ready_bytes_; }
  std::uint64_t next_to_read() const { return reach_ + 1; }
  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t newest() const { return newest_; }
  std::size_t unaccepted_batches() const { return sent_.size(); }

 private:
  void keep(const ports::ChunkPtr& chunk);
  void drop_ready_up_to(std::uint64_t seq);

  BatchLimits limits_;
  std::uint64_t accepted_ = 0;
  std::uint64_t highest_sent_ = 0;
  std::uint64_t reach_ = 0;
  std::uint64_t newest_ = 0;
  std::deque<ports::ChunkPtr> ready_;
  std::size_t ready_bytes_ = 0;
  std::size_t ready_events_ = 0;
  std::deque<std::uint64_t> sent_;  // the last number of each batch that is not accepted yet
};

// About what `chunk` costs in a batch.
std::size_t batch_bytes(const ports::OutboxChunk& chunk);

}  // namespace linli::core
