#include "tests/story/outbox/fake_platform.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace linli::story {

void FakePlatform::later(base::Duration delay, base::Task task) {
  auto shared = std::make_shared<base::Task>(std::move(task));
  timers_.push_back(loop_.after(delay, [this, shared, session = session_] {
    if (session == session_) std::move (*shared)();
  }));
}

void FakePlatform::send(std::vector<ports::ChunkPtr> chunks, base::Done<void> done) {
  auto shared = std::make_shared<base::Done<void>>(std::move(done));
  const auto answer = [this, shared](base::Result<void> result) {
    loop_.post([shared, result = std::move(result)] { std::move (*shared)(result); });
  };
  if (!up_) return answer(base::fail(base::Code::kOffline, "down"));
  ++batches;
  std::uint64_t events = 0;
  for (const auto& chunk : chunks) events += chunk->gap ? 1 : chunk->last - chunk->first + 1;
  most_events = std::max<std::size_t>(most_events, events);
  most_under_way = std::max(most_under_way, ++under_way);
  if (refuse_next > 0) {
    --refuse_next;
    later(latency, [this, answer] {
      --under_way;
      answer(base::fail(base::Code::kRefused, "quota exceeded (0x97)"));
    });
    return;
  }
  later(latency / 2, [this, chunks = std::move(chunks)] {
    if (takes) receive(chunks);
  });
  later(latency, [this, answer] {
    if (!confirms) return;
    --under_way;
    if (!listens) return answer(base::fail(base::Code::kNotFound, "nobody listens (0x10)"));
    answer({});
  });
}

void FakePlatform::receive(const std::vector<ports::ChunkPtr>& chunks) {
  const auto stream = chunks.front()->stream;
  Lane& lane = lanes_[domain::index_of(stream)];
  for (const auto& chunk : chunks) {
    lane.arrivals.push_back({chunk->first, chunk->last, chunk->gap.has_value(), loop_.now()});
    if (chunk->first > lane.whole + 1) {
      ++holes;
    } else {
      lane.whole = std::max(lane.whole, chunk->last);
    }
  }
  if (!accepts) return;
  later(until_accepted, [this, stream, seq = lane.whole] { events_.on_accepted(stream, seq); });
}

void FakePlatform::go_up() {
  up_ = true;
  ++session_;
  under_way = 0;
  events_.on_up();
}

void FakePlatform::go_down() {
  up_ = false;
  ++session_;
  timers_.clear();
  events_.on_down(base::Error{base::Code::kOffline, "connection lost"});
}

std::uint64_t FakePlatform::events_arrived(domain::Stream stream) const {
  std::uint64_t events = 0;
  for (const auto& arrival : arrivals(stream)) {
    events += arrival.is_gap ? 1 : arrival.last - arrival.first + 1;
  }
  return events;
}

}  // namespace linli::story
