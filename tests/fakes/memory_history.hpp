#pragma once

#include "firmware/ports/history.hpp"
#include "tests/fakes/memory_store.hpp"

namespace linli::fakes {

// ports::History over a MemoryStore, for stories. It passes the same contract suite as the real
// one.
class MemoryHistory final : public ports::History {
 public:
  MemoryHistory(base::Loop& loop, const MemoryStore& store) : loop_(loop), store_(store) {}

  void events(ports::EventQuery query, base::Done<ports::EventPage> done) override;
  void gaps(std::uint64_t before, std::size_t limit, base::Done<ports::GapPage> done) override;
  void samples(ports::SampleQuery query,
               base::Done<std::vector<domain::SamplePoint>> done) override;

 private:
  base::Loop& loop_;
  const MemoryStore& store_;
};

}  // namespace linli::fakes
