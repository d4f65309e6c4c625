#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <tuple>
#include <vector>

#include "tests/sim/platform/event_check.hpp"
#include "tests/sim/platform/sequence.hpp"

namespace linli::sim {

struct LedgerCounts {
  std::uint64_t recovered = 0;  // events that the ledger held at start
  std::uint64_t batches = 0;
  std::uint64_t events = 0;  // new ones, gaps included
  std::uint64_t duplicates = 0;
  std::uint64_t gaps = 0;
  std::uint64_t invalid = 0;
};

struct Acceptance {
  std::string gateway;
  std::string epoch;
  std::string stream;
  std::uint64_t seq = 0;
};

// What the platform durably holds: one JSON line for each event in a file that is only appended
// to. It knows after a restart what it had written before.
class Ledger {
 public:
  // Exits the program with a sentence if the file cannot be opened or read.
  explicit Ledger(const std::string& path);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger();

  // Checks and notes one batch; it is durable after commit().
  void take(const Topic& topic, const std::string& payload);
  void reject(const Topic& topic, const std::string& why);
  // Makes everything taken durable and says what may be accepted now.
  std::vector<Acceptance> commit();

  const LedgerCounts& counts() const { return counts_; }
  std::uint64_t holes() const;
  std::uint64_t out_of_order() const;
  // "<gateway>/<stream>" → the number up to which all is there, and the first ever seen.
  nlohmann::json streams() const;

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // gateway, epoch, stream

  void recover(const std::string& path);
  bool recover_line(const std::string& line);
  void take_event(const Topic& topic, const nlohmann::json& event);
  bool was_told(const std::string& gateway, const EventName& name) const;
  void write_out();

  int fd_ = -1;
  std::string pending_;
  std::map<Key, Sequence> sequences_;
  std::map<Key, bool> touched_;
  LedgerCounts counts_;
};

}  // namespace linli::sim
