#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace linli::sim {

// Numbers, kept as stretches without holes.
class NumberSet {
 public:
  bool contains(std::uint64_t number) const;
  void add(std::uint64_t first, std::uint64_t last);
  // The last number of the stretch that `number` belongs to.
  std::uint64_t end_of_stretch(std::uint64_t number) const;
  bool empty() const { return stretches_.empty(); }
  std::uint64_t smallest() const { return stretches_.begin()->first; }
  std::uint64_t largest() const { return stretches_.rbegin()->second; }
  // Numbers that are missing between the smallest and the largest.
  std::uint64_t missing() const;

 private:
  std::map<std::uint64_t, std::uint64_t> stretches_;
};

// What has arrived of one stream of one gateway's epoch.
class Sequence {
 public:
  // False if this event was there already.
  bool take_event(std::uint64_t seq);
  bool has_event(std::uint64_t seq) const { return events_.contains(seq); }
  // False if this very gap was there already. A gap covers its numbers.
  bool take_gap(std::uint64_t first, std::uint64_t last);

  // Everything from the first number ever seen up to this one has arrived or is covered.
  std::uint64_t whole_up_to() const;
  std::uint64_t first() const { return covered_.empty() ? 0 : covered_.smallest(); }
  std::uint64_t holes() const { return covered_.missing(); }
  std::uint64_t out_of_order() const { return out_of_order_; }

 private:
  NumberSet events_;
  NumberSet covered_;  // by events or gaps
  std::set<std::uint64_t> gaps_;
  std::uint64_t out_of_order_ = 0;
};

}  // namespace linli::sim
