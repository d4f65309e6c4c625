#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/ports/history.hpp"
#include "firmware/ports/store.hpp"

namespace linli::fakes {

// ports::Store in memory, for stories. Commits happen one loop turn later and can be held or made
// to fail. It passes the same contract suite as the real one.
class MemoryStore final : public ports::Store {
 public:
  // Chains its audit with a digest that no attacker should see, unless it is given another.
  explicit MemoryStore(base::Loop& loop, domain::Digest digest = &plain_digest)
      : loop_(loop), digest_(std::move(digest)) {}

  void commit(ports::Turn turn, base::Done<void> done) override;
  void flush() override {}
  void on_appended(std::function<void(ports::ChunkPtr)> observer) override {
    observer_ = std::move(observer);
  }
  void read_outbox(domain::Stream stream, std::uint64_t from, std::size_t max_bytes,
                   base::Done<std::vector<ports::ChunkPtr>> done) override;
  void read_audit(std::uint64_t from, std::size_t limit,
                  base::Done<std::vector<domain::AuditRow>> done) override;
  void accept(domain::Stream stream, std::uint64_t seq) override;
  void forget(ports::Forget what, base::Done<ports::Forgotten> done) override;
  void ping(base::Done<void> done) override { commit({}, std::move(done)); }
  ports::StoreStats stats() const override;
  const std::string& epoch() const override { return epoch_; }

  // Commits wait until release.
  void hold() { held_ = true; }
  void release();
  // The next `count` commits, or calls of forget(), fail with `code`.
  void fail_next(int count, base::Code code);
  // What was waiting is lost, as the death of the process loses it.
  void crash();
  // Puts a gap where the stream's events up to `last` stood.
  void drop(domain::Stream stream, std::uint64_t last, const std::string& reason);

  std::map<std::string, std::string> rows(ports::Space space) const;
  const std::deque<ports::ChunkPtr>& chunks(domain::Stream stream) const {
    return streams_.at(domain::index_of(stream)).chunks;
  }
  const std::vector<ports::InflightMark>& marks() const { return marks_; }
  const std::vector<domain::AuditRow>& audit() const { return audit_; }
  // What people can look back on: every event but readings, the gaps, and the samples by step, time
  // and device.
  using SampleKey = std::tuple<domain::SampleStep, std::int64_t, std::string>;
  const std::vector<ports::KeptEvent>& kept() const { return kept_; }
  const std::vector<ports::KeptGap>& gaps() const { return gaps_; }
  const std::map<SampleKey, ports::SamplePut>& samples() const { return samples_; }
  // 32 bytes that differ where the text does.
  static std::string plain_digest(std::string_view text);

 private:
  struct StreamData {
    std::deque<ports::ChunkPtr> chunks;
    std::uint64_t last = 0;
    std::uint64_t dropped = 0;
  };
  struct Waiting {
    ports::Turn turn;
    base::Done<void> done;
  };

  void run_next();
  void write(ports::Turn& turn);
  void append(ports::Turn& turn, domain::Stream stream);
  void keep(const domain::Envelope& envelope, std::uint64_t seq);
  ports::Forgotten forget_now(const ports::Forget& what);
  void put(const ports::SamplePut& sample);

  base::Loop& loop_;
  domain::Digest digest_;
  std::vector<domain::AuditRow> audit_;
  std::string epoch_ = "0123456789ab";
  std::function<void(ports::ChunkPtr)> observer_;
  std::array<StreamData, domain::kStreamCount> streams_;
  std::map<std::pair<ports::Space, std::string>, std::string> state_;
  std::vector<ports::InflightMark> marks_;
  std::vector<ports::KeptEvent> kept_;
  std::uint64_t last_kept_ = 0;
  std::vector<ports::KeptGap> gaps_;
  std::map<SampleKey, ports::SamplePut> samples_;
  std::deque<Waiting> waiting_;
  std::uint64_t commits_ = 0;
  bool held_ = false;
  int failures_ = 0;
  base::Code failure_ = base::Code::kInternal;
};

}  // namespace linli::fakes
