#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "firmware/base/backoff.hpp"
#include "firmware/base/handle.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/core/drain_pace.hpp"
#include "firmware/core/outbox_stream.hpp"
#include "firmware/core/send_budget.hpp"
#include "firmware/ports/platform_link.hpp"
#include "firmware/ports/store.hpp"

namespace linli::core {

struct OutboxPumpLimits {
  OutboxStream::BatchLimits batch;
  int window = 8;               // batches of a stream under way to the platform
  std::size_t unaccepted = 64;  // batches of a stream that the platform has but did not accept yet
  std::size_t tail_bytes = 1024 * 1024;  // events kept in memory so that they need not be read
  double drain_rate = 5'000;             // events a second of a backlog; 0: no limit
  base::Duration drain_spread = std::chrono::seconds(10);  // a drain starts within this
  base::Duration accept_timeout = std::chrono::seconds(30);
  // The same for a batch that nobody at the platform listened to.
  base::Duration unheard_timeout = std::chrono::seconds(2);
  // After the platform refused a batch; the first wait is uniform in 0..first_spread.
  base::BackoffLimits refused{std::chrono::seconds(5), std::chrono::seconds(2),
                              std::chrono::seconds(300)};

  // For a link that sends one block a round trip: small batches and few under way, so that little
  // has to be sent again after a loss, and time for the last of them on a slow line. As JSON that
  // is some 30 KiB; what one commit appended is never divided, and can be ten times as much.
  void for_block_transfer() {
    batch = {32, 16 * std::size_t{1024}};
    window = 2;
    accept_timeout = std::chrono::seconds(120);
  }
};

struct OutboxPumpStats {
  std::uint64_t batches = 0;  // handed to the link
  std::uint64_t events = 0;
  std::uint64_t accepted = 0;          // numbers that the platform accepted
  std::uint64_t refused = 0;           // batches
  std::uint64_t silences = 0;          // times that nothing was accepted for the time-out
  std::uint64_t unknown_accepted = 0;  // accepted numbers that were never sent
};

// Moves events from the store to the platform, each stream in its own order, and deletes them only
// when the platform has accepted them in its own words. Urgent streams go first; a backlog of the
// others, if it is more than a batch, is sent at a pace, beginning at a random moment after the
// connection came back. What was
// sent and not accepted is sent again after a lost connection, a refusal or a silence: repeats are
// harmless, each event has its id.
class OutboxPump {
 public:
  // Begins with what `store` holds. Loop, store and link must outlive the pump.
  OutboxPump(base::Loop& loop, ports::Store& store, ports::PlatformLink& link,
             OutboxPumpLimits limits, std::uint64_t seed);
  OutboxPump(const OutboxPump&) = delete;
  OutboxPump& operator=(const OutboxPump&) = delete;

  // Takes part as an observer of Store::on_appended.
  void on_appended(const ports::ChunkPtr& chunk);

  // What PlatformLink::start needs; commands go to `on_command`.
  ports::LinkEvents link_events(std::function<void(domain::Command)> on_command);

  OutboxPumpStats stats() const { return stats_; }

 private:
  struct Lane {
    domain::Stream stream;
    OutboxStream events;
    base::Backoff backoff;
    bool reading = false;
    int under_way = 0;
    std::size_t bytes_under_way = 0;
    std::size_t unaccepted_limit = 0;
    std::uint64_t round = 0;  // counts rewinds: a batch of an older round is only counted out
    int silences = 0;         // in a row
    bool unheard = false;     // nobody listened to a batch that is not accepted yet
    base::TimePoint progress_at;
    base::Handle silence_timer;
    base::Handle pause;  // held while the lane waits
    bool paused = false;
  };
  struct SentBatch {
    std::size_t lane = 0;
    std::uint64_t session = 0;
    std::uint64_t round = 0;
    std::uint64_t first = 0;
    std::size_t bytes = 0;
    base::TimePoint at;
  };

  void on_up();
  void on_down(const base::Error& reason);
  void on_accepted(domain::Stream stream, std::uint64_t seq);

  void schedule();
  void pump();
  void fetch(Lane& lane);
  void after_read(std::size_t index, std::uint64_t round,
                  base::Result<std::vector<ports::ChunkPtr>> chunks);
  bool may_send(Lane& lane);
  bool fits_budget(const Lane& lane) const;
  bool is_blocked_by_window(const Lane& lane) const;
  void send(Lane& lane);
  void after_send(const SentBatch& batch, const base::Result<void>& result);
  void after_unheard(Lane& lane);
  void rewind_refused(Lane& lane, const SentBatch& batch, const base::Error& reason);
  void watch_silence(Lane& lane, base::Duration wait);
  void after_silence(Lane& lane);
  base::Duration silence_limit(const Lane& lane) const;
  void pause(Lane& lane, base::Duration wait);
  std::size_t room() const;
  std::uint64_t waiting() const;

  base::Loop& loop_;
  ports::Store& store_;
  ports::PlatformLink& link_;
  OutboxPumpLimits limits_;
  std::vector<Lane> lanes_;
  SendBudget budget_;
  DrainPace pace_;
  base::Backoff drain_start_;
  bool draining_ = false;
  bool up_ = false;
  bool scheduled_ = false;
  std::uint64_t session_ = 0;
  OutboxPumpStats stats_;
  base::Handle pace_timer_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::core
