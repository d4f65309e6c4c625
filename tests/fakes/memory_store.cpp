#include "tests/fakes/memory_store.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/number.hpp"

namespace linli::fakes {

void MemoryStore::commit(ports::Turn turn, base::Done<void> done) {
  waiting_.push_back({std::move(turn), std::move(done)});
  loop_.post([this] {
    if (!held_) run_next();
  });
}

void MemoryStore::release() {
  held_ = false;
  for (std::size_t i = waiting_.size(); i > 0; --i) {
    loop_.post([this] { run_next(); });
  }
}

void MemoryStore::fail_next(int count, base::Code code) {
  failures_ = count;
  failure_ = code;
}

void MemoryStore::crash() {
  waiting_.clear();
  held_ = false;
}

void MemoryStore::run_next() {
  if (waiting_.empty()) return;
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  if (failures_ > 0) {
    --failures_;
    return std::move(next.done)(base::fail(failure_, "the test said so"));
  }
  ++commits_;
  write(next.turn);
  std::move(next.done)({});
}

void MemoryStore::write(ports::Turn& turn) {
  for (ports::StatePut& put : turn.puts) state_[{put.space, put.key}] = put.value;
  for (const ports::StateErase& erase : turn.erasures) state_.erase({erase.space, erase.key});
  for (const ports::SamplePut& sample : turn.samples) put(sample);
  if (turn.forget_marks) marks_.clear();
  marks_.insert(marks_.end(), turn.marks.begin(), turn.marks.end());
  for (const domain::AuditLine& line : turn.audits) {
    audit_.push_back(domain::chain(line, audit_.size() + 1,
                                   audit_.empty() ? domain::audit_origin() : audit_.back().hash,
                                   digest_));
  }
  for (const domain::Stream stream : domain::kStreams) append(turn, stream);
}

void MemoryStore::append(ports::Turn& turn, domain::Stream stream) {
  StreamData& data = streams_.at(domain::index_of(stream));
  ports::OutboxChunk chunk{stream, data.last + 1, data.last, {}, {}, {}};
  for (const domain::Envelope& envelope : turn.envelopes) {
    if (envelope.stream != stream) continue;
    domain::append_record(chunk.records, envelope);
    ++chunk.last;
    keep(envelope, chunk.last);
  }
  if (chunk.last < chunk.first) return;
  data.last = chunk.last;
  data.chunks.push_back(std::make_shared<const ports::OutboxChunk>(std::move(chunk)));
  if (observer_) observer_(data.chunks.back());
}

void MemoryStore::keep(const domain::Envelope& envelope, std::uint64_t seq) {
  if (envelope.type == domain::kPropertyEvent || !envelope.origin.empty()) return;
  ports::KeptEvent& kept = kept_.emplace_back();
  kept.seq = ++last_kept_;
  kept.id = domain::event_id(epoch_, envelope.stream, seq);
  kept.stream = envelope.stream;
  kept.type = envelope.type;
  kept.device = domain::device_of(envelope);
  kept.place = envelope.place;
  kept.unix_ms = envelope.time.unix_ms;
  kept.quality = envelope.time.quality;
  kept.data = envelope.data;
}

void MemoryStore::put(const ports::SamplePut& sample) {
  const auto [known, is_new] =
      samples_.try_emplace({sample.step, sample.bucket_ms, sample.device}, sample);
  if (!is_new && sample.quality <= known->second.quality) known->second = sample;
}

void MemoryStore::read_outbox(domain::Stream stream, std::uint64_t from, std::size_t max_bytes,
                              base::Done<std::vector<ports::ChunkPtr>> done) {
  std::vector<ports::ChunkPtr> found;
  std::size_t bytes = 0;
  for (const ports::ChunkPtr& chunk : streams_.at(domain::index_of(stream)).chunks) {
    if (chunk->last < from) continue;
    if (!found.empty() && bytes >= max_bytes) break;
    bytes += chunk->records.size();
    found.push_back(chunk);
  }
  loop_.post([done = std::move(done), found = std::move(found)]() mutable {
    std::move(done)(std::move(found));
  });
}

void MemoryStore::read_audit(std::uint64_t from, std::size_t limit,
                             base::Done<std::vector<domain::AuditRow>> done) {
  std::vector<domain::AuditRow> rows;
  for (const domain::AuditRow& row : audit_) {
    if (row.seq >= from && rows.size() < std::min<std::size_t>(limit, 1'000)) rows.push_back(row);
  }
  loop_.post([done = std::move(done), rows = std::move(rows)]() mutable {
    std::move(done)(std::move(rows));
  });
}

void MemoryStore::forget(ports::Forget what, base::Done<ports::Forgotten> done) {
  loop_.post([this, what = std::move(what), done = std::move(done)]() mutable {
    if (failures_ == 0) return std::move(done)(forget_now(what));
    --failures_;
    std::move(done)(base::fail(failure_, "the test said so"));
  });
}

ports::Forgotten MemoryStore::forget_now(const ports::Forget& what) {
  ports::Forgotten forgotten;
  forgotten.reached = std::min(what.through, what.after + what.stretch);
  forgotten.rows = std::erase_if(kept_, [&](const ports::KeptEvent& event) {
    return event.seq > what.after && event.seq <= forgotten.reached &&
           std::find(what.classes.begin(), what.classes.end(), event.stream) != what.classes.end();
  });
  const std::pair key{ports::Space::kRetention, what.tally};
  const auto tally = state_.find(key);
  forgotten.total =
      forgotten.rows +
      (tally == state_.end() ? 0 : base::parse_number<std::uint64_t>(tally->second).value_or(0));
  if (forgotten.rows > 0) state_[key] = std::to_string(forgotten.total);
  return forgotten;
}

std::string MemoryStore::plain_digest(std::string_view text) {
  std::string digest;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const std::uint64_t part = base::digest64(text, seed);
    for (unsigned shift = 0; shift < 64; shift += 8)
      digest.push_back(static_cast<char>(part >> shift));
  }
  return digest;
}

void MemoryStore::accept(domain::Stream stream, std::uint64_t seq) {
  auto& chunks = streams_.at(domain::index_of(stream)).chunks;
  while (!chunks.empty() && chunks.front()->last <= seq) chunks.pop_front();
}

void MemoryStore::drop(domain::Stream stream, std::uint64_t last, const std::string& reason) {
  StreamData& data = streams_.at(domain::index_of(stream));
  if (data.chunks.empty() || data.chunks.front()->last > last) return;
  const std::uint64_t first = data.chunks.front()->first;
  std::uint64_t reached = first;
  while (!data.chunks.empty() && data.chunks.front()->last <= last) {
    reached = data.chunks.front()->last;
    data.chunks.pop_front();
  }
  data.dropped += reached - first + 1;
  const domain::Gap gap{stream, first, reached, reached - first + 1, reason};
  gaps_.push_back({gaps_.size() + 1, gap, epoch_, 0, domain::TimeQuality::kUnknown});
  data.chunks.push_front(std::make_shared<const ports::OutboxChunk>(
      ports::OutboxChunk{stream, first, reached, {}, gap, {}}));
}

ports::StoreStats MemoryStore::stats() const {
  ports::StoreStats stats;
  stats.commits = commits_;
  stats.journal_last = last_kept_;
  stats.audit_last = audit_.size();
  stats.audit_first = audit_.empty() ? 0 : 1;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    const StreamData& data = streams_.at(i);
    std::uint64_t bytes = 0;
    for (const auto& chunk : data.chunks) bytes += chunk->records.size();
    stats.streams.at(i) = {data.chunks.empty() ? data.last + 1 : data.chunks.front()->first,
                           data.last, bytes, data.dropped};
  }
  return stats;
}

std::map<std::string, std::string> MemoryStore::rows(ports::Space space) const {
  std::map<std::string, std::string> rows;
  for (const auto& [place, value] : state_) {
    if (place.first == space) rows[place.second] = value;
  }
  return rows;
}

}  // namespace linli::fakes
