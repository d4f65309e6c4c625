#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/ports/platform_link.hpp"

namespace linli::story {

// A link and the platform behind it in virtual time: it takes batches after half the latency,
// confirms to have them after the whole of it and accepts them a little later, as the reference
// receiver does: cumulative within a stream, never across a hole.
class FakePlatform final : public ports::PlatformLink {
 public:
  struct Arrival {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    bool is_gap = false;
    base::TimePoint at;
  };

  explicit FakePlatform(base::Loop& loop) : loop_(loop) {}

  void start(ports::LinkEvents events) override { events_ = std::move(events); }
  void send(std::vector<ports::ChunkPtr> chunks, base::Done<void> done) override;
  ports::LinkStatus status() const override { return {}; }

  void go_up();
  void go_down();
  void say_accepted(domain::Stream stream, std::uint64_t seq) const {
    events_.on_accepted(stream, seq);
  }

  const std::vector<Arrival>& arrivals(domain::Stream stream) const {
    return lanes_[domain::index_of(stream)].arrivals;
  }
  // All numbers from 1 to this one have arrived.
  std::uint64_t whole_up_to(domain::Stream stream) const {
    return lanes_[domain::index_of(stream)].whole;
  }
  std::uint64_t events_arrived(domain::Stream stream) const;

  base::Duration latency = std::chrono::milliseconds(40);
  base::Duration until_accepted = std::chrono::milliseconds(10);
  bool confirms = true;  // says that it has a batch
  bool takes = true;     // the batch reaches the receiver at all
  bool accepts = true;
  bool listens = true;  // else it confirms with the remark that nobody does
  int refuse_next = 0;  // batches
  int batches = 0;      // sent to it while it was up
  int under_way = 0;
  int most_under_way = 0;
  std::uint64_t holes = 0;
  std::size_t most_events = 0;  // in one batch

 private:
  struct Lane {
    std::vector<Arrival> arrivals;
    std::uint64_t whole = 0;
  };

  void receive(const std::vector<ports::ChunkPtr>& chunks);
  void later(base::Duration delay, base::Task task);

  base::Loop& loop_;
  ports::LinkEvents events_;
  std::array<Lane, domain::kStreamCount> lanes_;
  bool up_ = false;
  std::uint64_t session_ = 0;
  std::vector<base::Handle> timers_;
};

}  // namespace linli::story
