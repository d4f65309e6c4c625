#include "firmware/core/outbox_pump.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/log.hpp"

namespace linli::core {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
// With fewer batches under way than this, a batch of a stream that is not urgent goes out however
// small it is; otherwise it waits to become full. So a quiet stream has no delay, and a busy one
// large batches. What is urgent never waits for company.
constexpr int kEager = 4;
constexpr base::Duration kReadAgain = std::chrono::seconds(1);
constexpr base::Duration kLongestSilence = std::chrono::seconds(300);
constexpr int kMostDoublings = 8;

// A backlog of these waits for its turn; the urgent ones start at once.
bool is_paced(domain::Stream stream) {
  return !domain::is_urgent(stream);
}

}  // namespace

OutboxPump::OutboxPump(base::Loop& loop, ports::Store& store, ports::PlatformLink& link,
                       OutboxPumpLimits limits, std::uint64_t seed)
    : loop_(loop),
      store_(store),
      link_(link),
      limits_(limits),
      budget_(static_cast<std::size_t>(limits.window) * limits.batch.bytes),
      pace_(limits.drain_rate, loop.now()),
      drain_start_({limits.drain_spread, {}, {}}, seed) {
  const auto stored = store.stats();
  lanes_.reserve(domain::kStreamCount);
  for (const auto stream : domain::kStreams) {
    const auto index = domain::index_of(stream);
    lanes_.push_back({.stream = stream,
                      .events = OutboxStream(stored.streams[index], limits.batch),
                      .backoff = base::Backoff(limits.refused, seed + index + 1),
                      .progress_at = loop.now(),
                      .silence_timer = {},
                      .pause = {}});
  }
}

ports::LinkEvents OutboxPump::link_events(std::function<void(domain::Command)> on_command) {
  return {
      .on_up = [this] { on_up(); },
      .on_down = [this](const base::Error& reason) { on_down(reason); },
      .on_accepted = [this](domain::Stream stream, std::uint64_t seq) { on_accepted(stream, seq); },
      .on_command = std::move(on_command)};
}

void OutboxPump::on_appended(const ports::ChunkPtr& chunk) {
  Lane& lane = lanes_[domain::index_of(chunk->stream)];
  if (is_paced(chunk->stream)) pace_.note_arrival(chunk->last - chunk->first + 1);
  if (!up_) {
    lane.events.note(*chunk);
    return;
  }
  lane.events.append(chunk, room());
  schedule();
}

void OutboxPump::on_up() {
  if (up_) return;
  up_ = true;
  ++session_;
  budget_.reset();
  base::log::info("outbox", "the platform is there; sending", {{"waiting", waiting()}});
  draining_ = false;
  for (auto& lane : lanes_) {
    lane.unaccepted_limit = limits_.unaccepted;
    // What fits one batch is no drain that many gateways together could hurt the platform with.
    const std::uint64_t waits = lane.events.newest() - lane.events.accepted();
    if (is_paced(lane.stream) && waits > limits_.batch.events) draining_ = true;
  }
  if (draining_) {
    drain_start_.reset();
    const auto start = drain_start_.next();
    for (auto& lane : lanes_) {
      if (is_paced(lane.stream)) pause(lane, start);
    }
  }
  schedule();
}

void OutboxPump::on_down(const base::Error& reason) {
  if (!up_) return;
  up_ = false;
  ++session_;
  base::log::warn("outbox", "the platform is away; events wait in the store",
                  {{"why", reason}, {"waiting", waiting()}});
  for (auto& lane : lanes_) {
    lane.events.rewind();
    ++lane.round;
    lane.under_way = 0;
    lane.bytes_under_way = 0;
    lane.silences = 0;
    lane.unheard = false;
    lane.silence_timer.reset();
    lane.pause.reset();
    lane.paused = false;
  }
  pace_timer_.reset();
}

void OutboxPump::on_accepted(domain::Stream stream, std::uint64_t seq) {
  Lane& lane = lanes_[domain::index_of(stream)];
  const std::uint64_t before = lane.events.accepted();
  switch (lane.events.accept(seq)) {
    case OutboxStream::Accepted::kStale:
      return;
    case OutboxStream::Accepted::kUnknown:
      ++stats_.unknown_accepted;
      base::log::warn("outbox", "the platform accepted numbers that were not sent to it; ignored",
                      {{"stream", domain::name(stream)}, {"seq", seq}});
      return;
    case OutboxStream::Accepted::kProgress:
      break;
  }
  stats_.accepted += seq - before;
  store_.accept(stream, seq);
  lane.progress_at = loop_.now();
  lane.silences = 0;
  lane.unheard = false;
  lane.unaccepted_limit = limits_.unaccepted;
  lane.backoff.reset();
  schedule();
}

void OutboxPump::schedule() {
  if (scheduled_ || !up_) return;
  scheduled_ = true;
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) pump();
  });
}

void OutboxPump::pump() {
  scheduled_ = false;
  if (!up_) return;
  bool urgent_waits = false;
  bool backlog = false;
  for (auto& lane : lanes_) {
    if (is_paced(lane.stream) && urgent_waits) break;
    while (may_send(lane)) send(lane);
    fetch(lane);
    urgent_waits = urgent_waits || is_blocked_by_window(lane);
    backlog = backlog ||
              (is_paced(lane.stream) && (lane.events.has_backlog() || lane.events.has_ready()));
  }
  if (!urgent_waits && !backlog) draining_ = false;
}

void OutboxPump::fetch(Lane& lane) {
  const bool enough = lane.events.ready_bytes() >= kReadBytes;
  if (lane.reading || lane.paused || enough || !lane.events.has_backlog()) return;
  lane.reading = true;
  const std::size_t index = domain::index_of(lane.stream);
  store_.read_outbox(lane.stream, lane.events.next_to_read(), kReadBytes,
                     [this, index, round = lane.round, alive = std::weak_ptr(alive_)](auto chunks) {
                       if (!alive.expired()) after_read(index, round, std::move(chunks));
                     });
}

void OutboxPump::after_read(std::size_t index, std::uint64_t round,
                            base::Result<std::vector<ports::ChunkPtr>> chunks) {
  Lane& lane = lanes_[index];
  lane.reading = false;
  // After a rewind the answer begins too late: what was asked for is not what comes next.
  if (round == lane.round) {
    if (!chunks) {
      base::log::warn("outbox", "stored events cannot be read; trying again",
                      {{"stream", domain::name(lane.stream)}, {"why", chunks.error()}});
      pause(lane, kReadAgain);
    } else if (chunks->empty()) {
      pause(lane, kReadAgain);
    } else {
      lane.events.add_read(*chunks);
    }
  }
  schedule();
}

bool OutboxPump::is_blocked_by_window(const Lane& lane) const {
  return domain::is_urgent(lane.stream) && !lane.paused && lane.events.has_ready() &&
         lane.under_way >= limits_.window;
}

bool OutboxPump::may_send(Lane& lane) {
  const OutboxStream& events = lane.events;
  if (lane.paused || !events.has_ready() || lane.under_way >= limits_.window) return false;
  if (events.unaccepted_batches() >= lane.unaccepted_limit) return false;
  if (!is_paced(lane.stream)) return true;
  if (lane.under_way >= kEager && !events.has_full_batch()) return false;
  if (!fits_budget(lane)) return false;
  if (!draining_ || pace_.may_send(loop_.now())) return true;
  pace_timer_ = loop_.after(pace_.wait(), [this] { schedule(); });
  return false;
}

bool OutboxPump::fits_budget(const Lane& lane) const {
  const std::size_t next = std::min(limits_.batch.bytes, budget_.bytes() / 2);
  return lane.under_way == 0 || lane.bytes_under_way + next <= budget_.bytes();
}

void OutboxPump::send(Lane& lane) {
  const bool paced = is_paced(lane.stream);
  auto batch = lane.events.take(paced ? budget_.bytes() / 2 : limits_.batch.bytes);
  if (lane.events.unaccepted_batches() == 1) lane.progress_at = loop_.now();
  ++stats_.batches;
  stats_.events += batch.events;
  ++lane.under_way;
  lane.bytes_under_way += batch.bytes;
  if (paced) pace_.note_sent(batch.events);
  if (!lane.silence_timer) watch_silence(lane, silence_limit(lane));
  const SentBatch sent{
      domain::index_of(lane.stream), session_, lane.round, batch.first, batch.bytes, loop_.now()};
  link_.send(std::move(batch.chunks), [this, sent, alive = std::weak_ptr(alive_)](auto result) {
    if (!alive.expired()) after_send(sent, result);
  });
}

void OutboxPump::after_send(const SentBatch& batch, const base::Result<void>& result) {
  if (batch.session != session_) return;
  Lane& lane = lanes_[batch.lane];
  --lane.under_way;
  lane.bytes_under_way -= batch.bytes;
  const bool is_unheard = !result && result.error().code == base::Code::kNotFound;
  if (result || is_unheard) {
    if (is_paced(lane.stream)) budget_.after_delivery(loop_.now() - batch.at);
    if (is_unheard && batch.round == lane.round) after_unheard(lane);
  } else if (batch.round == lane.round) {
    rewind_refused(lane, batch, result.error());
  }
  schedule();
}

// The events count as sent, since somebody may accept them after all (a rule inside the broker),
// but not for long: a receiver that was being restarted is back within seconds.
void OutboxPump::after_unheard(Lane& lane) {
  if (lane.unheard || lane.events.unaccepted_batches() == 0) return;
  lane.unheard = true;
  watch_silence(lane, silence_limit(lane));
}

void OutboxPump::rewind_refused(Lane& lane, const SentBatch& batch, const base::Error& reason) {
  ++lane.round;
  lane.events.refused(batch.first);
  // Lost with the connection, whose end the link is about to tell.
  if (reason.code == base::Code::kOffline) return pause(lane, kReadAgain);
  ++stats_.refused;
  const auto wait = lane.backoff.next();
  base::log::warn("outbox", "the platform did not take a batch; it is sent again later",
                  {{"stream", domain::name(lane.stream)},
                   {"first", batch.first},
                   {"why", reason},
                   {"again_in_ms", base::to_ms(wait)}});
  pause(lane, wait);
}

base::Duration OutboxPump::silence_limit(const Lane& lane) const {
  const auto doublings = std::min(lane.silences, kMostDoublings);
  const auto timeout = lane.unheard ? limits_.unheard_timeout : limits_.accept_timeout;
  return std::min(std::max(kLongestSilence, timeout), timeout * (1 << doublings));
}

void OutboxPump::watch_silence(Lane& lane, base::Duration wait) {
  lane.silence_timer = loop_.after(
      wait, [this, index = domain::index_of(lane.stream)] { after_silence(lanes_[index]); });
}

// One timer a lane, armed lazily: when it fires early because there was progress since, it waits
// for the rest.
void OutboxPump::after_silence(Lane& lane) {
  lane.silence_timer.reset();
  if (lane.events.unaccepted_batches() == 0) return;
  const auto due = lane.progress_at + silence_limit(lane);
  if (loop_.now() < due) {
    watch_silence(lane, due - loop_.now());
    return;
  }
  ++stats_.silences;
  ++lane.silences;
  ++lane.round;
  base::log::warn("outbox",
                  std::exchange(lane.unheard, false)
                      ? "nobody at the platform listens to the events; sending again"
                      : "the platform has the events but does not accept them; sending again",
                  {{"stream", domain::name(lane.stream)},
                   {"from", lane.events.accepted() + 1},
                   {"times", lane.silences}});
  lane.events.rewind();
  lane.unaccepted_limit = 1;
  lane.progress_at = loop_.now();
  schedule();
}

void OutboxPump::pause(Lane& lane, base::Duration wait) {
  lane.paused = true;
  lane.pause = loop_.after(wait, [this, index = domain::index_of(lane.stream)] {
    lanes_[index].paused = false;
    schedule();
  });
}

std::size_t OutboxPump::room() const {
  std::size_t used = 0;
  for (const auto& lane : lanes_) used += lane.events.ready_bytes();
  return used < limits_.tail_bytes ? limits_.tail_bytes - used : 0;
}

std::uint64_t OutboxPump::waiting() const {
  std::uint64_t count = 0;
  for (const auto& lane : lanes_) count += lane.events.newest() - lane.events.accepted();
  return count;
}

}  // namespace linli::core
