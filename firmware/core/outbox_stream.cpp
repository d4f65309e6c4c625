#include "firmware/core/outbox_stream.hpp"

#include <algorithm>
#include <cassert>
#include <memory>
#include <string_view>
#include <utility>

namespace linli::core {
namespace {

// What an event costs beside its record: names, times and identity as text.
constexpr std::size_t kEventBytes = 320;

std::uint64_t events_in(const ports::OutboxChunk& chunk) {
  return chunk.gap ? 1 : chunk.last - chunk.first + 1;
}

// A commit may hold thousands of events, a batch may not. Cuts the chunk after `events` records,
// again and again; a chunk whose records are damaged stays whole for the link to report.
std::vector<ports::ChunkPtr> split(const ports::ChunkPtr& chunk, std::size_t events) {
  if (chunk->gap || events_in(*chunk) <= events) return {chunk};
  std::vector<ports::ChunkPtr> parts;
  std::string_view rest = chunk->records;
  for (std::uint64_t first = chunk->first; first <= chunk->last; first += events) {
    const std::uint64_t last = std::min<std::uint64_t>(chunk->last, first + events - 1);
    const std::size_t size = domain::records_size(rest, last - first + 1);
    if (size == 0) return {chunk};
    auto part = std::make_shared<ports::OutboxChunk>();
    part->stream = chunk->stream;
    part->first = first;
    part->last = last;
    part->records = rest.substr(0, size);
    parts.push_back(std::move(part));
    rest.remove_prefix(size);
  }
  return rest.empty() ? parts : std::vector<ports::ChunkPtr>{chunk};
}

}  // namespace

std::size_t batch_bytes(const ports::OutboxChunk& chunk) {
  return chunk.records.size() + events_in(chunk) * kEventBytes;
}

OutboxStream::OutboxStream(const ports::StreamStats& stored, BatchLimits limits)
    : limits_(limits),
      accepted_(stored.first == 0 ? stored.last : std::min(stored.first - 1, stored.last)),
      highest_sent_(accepted_),
      reach_(accepted_),
      newest_(stored.last) {}

bool OutboxStream::append(const ports::ChunkPtr& chunk, std::size_t room) {
  const bool follows = chunk->first == reach_ + 1 && !has_backlog();
  note(*chunk);
  if (!follows || batch_bytes(*chunk) > room) return false;
  keep(chunk);
  return true;
}

void OutboxStream::note(const ports::OutboxChunk& chunk) {
  newest_ = std::max(newest_, chunk.last);
}

void OutboxStream::add_read(const std::vector<ports::ChunkPtr>& chunks) {
  for (const auto& chunk : chunks) {
    if (chunk->last > reach_) keep(chunk);
  }
  newest_ = std::max(newest_, reach_);
}

void OutboxStream::keep(const ports::ChunkPtr& chunk) {
  const std::size_t most =
      batch_bytes(*chunk) > limits_.bytes
          ? std::max<std::size_t>(1, limits_.bytes * events_in(*chunk) / batch_bytes(*chunk))
          : limits_.events;
  for (auto& part : split(chunk, std::min(most, limits_.events))) {
    if (part->last <= reach_) continue;
    reach_ = part->last;
    ready_bytes_ += batch_bytes(*part);
    ready_events_ += events_in(*part);
    ready_.push_back(std::move(part));
  }
}

bool OutboxStream::has_full_batch() const {
  return ready_events_ >= limits_.events || ready_bytes_ >= limits_.bytes;
}

OutboxStream::Batch OutboxStream::take(std::size_t most_bytes) {
  assert(has_ready());
  const std::size_t bytes = std::min(most_bytes, limits_.bytes);
  Batch batch;
  batch.first = ready_.front()->first;
  do {
    auto& chunk = ready_.front();
    batch.last = chunk->last;
    batch.events += events_in(*chunk);
    batch.bytes += batch_bytes(*chunk);
    batch.chunks.push_back(std::move(chunk));
    ready_.pop_front();
  } while (!ready_.empty() && batch.events + events_in(*ready_.front()) <= limits_.events &&
           batch.bytes + batch_bytes(*ready_.front()) <= bytes);
  ready_bytes_ -= batch.bytes;
  ready_events_ -= batch.events;
  sent_.push_back(batch.last);
  highest_sent_ = std::max(highest_sent_, batch.last);
  return batch;
}

OutboxStream::Accepted OutboxStream::accept(std::uint64_t seq) {
  if (seq > highest_sent_) return Accepted::kUnknown;
  if (seq <= accepted_) return Accepted::kStale;
  accepted_ = seq;
  while (!sent_.empty() && sent_.front() <= seq) sent_.pop_front();
  drop_ready_up_to(seq);
  reach_ = std::max(reach_, seq);
  return Accepted::kProgress;
}

void OutboxStream::drop_ready_up_to(std::uint64_t seq) {
  while (!ready_.empty() && ready_.front()->last <= seq) {
    ready_bytes_ -= batch_bytes(*ready_.front());
    ready_events_ -= events_in(*ready_.front());
    ready_.pop_front();
  }
}

void OutboxStream::rewind() {
  ready_.clear();
  ready_bytes_ = 0;
  ready_events_ = 0;
  sent_.clear();
  reach_ = accepted_;
}

void OutboxStream::refused(std::uint64_t first) {
  rewind();
  highest_sent_ = std::max(accepted_, std::min(highest_sent_, first - 1));
}

}  // namespace linli::core
