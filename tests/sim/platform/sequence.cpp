#include "tests/sim/platform/sequence.hpp"

#include <algorithm>
#include <iterator>

namespace linli::sim {

bool NumberSet::contains(std::uint64_t number) const {
  const auto after = stretches_.upper_bound(number);
  return after != stretches_.begin() && std::prev(after)->second >= number;
}

void NumberSet::add(std::uint64_t first, std::uint64_t last) {
  auto next = stretches_.upper_bound(first);
  if (next != stretches_.begin() && std::prev(next)->second + 1 >= first) {
    --next;
    first = next->first;
    last = std::max(last, next->second);
    next = stretches_.erase(next);
  }
  while (next != stretches_.end() && next->first <= last + 1) {
    last = std::max(last, next->second);
    next = stretches_.erase(next);
  }
  stretches_.emplace(first, last);
}

std::uint64_t NumberSet::end_of_stretch(std::uint64_t number) const {
  return std::prev(stretches_.upper_bound(number))->second;
}

std::uint64_t NumberSet::missing() const {
  std::uint64_t missing = 0;
  std::uint64_t end = 0;
  for (const auto& [first, last] : stretches_) {
    if (end != 0) missing += first - end - 1;
    end = last;
  }
  return missing;
}

bool Sequence::take_event(std::uint64_t seq) {
  if (events_.contains(seq)) return false;
  if (!events_.empty() && seq < events_.largest()) ++out_of_order_;
  events_.add(seq, seq);
  covered_.add(seq, seq);
  return true;
}

bool Sequence::take_gap(std::uint64_t first, std::uint64_t last) {
  const bool is_new = gaps_.insert(last).second;
  covered_.add(first, last);
  return is_new;
}

std::uint64_t Sequence::whole_up_to() const {
  return covered_.empty() ? 0 : covered_.end_of_stretch(covered_.smallest());
}

}  // namespace linli::sim
