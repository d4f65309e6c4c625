#include "firmware/storage/store_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace linli::storage {
namespace {

constexpr std::size_t kMaxGroupEnvelopes = 4096;
constexpr auto kAcceptDelay = std::chrono::milliseconds(200);

}  // namespace

void StoreQueue::add(ports::Turn turn, base::Done<void> done, bool urgent) {
  turns_.push_back({std::move(turn), std::move(done), base::Clock::now()});
  if (urgent) hurry_ = true;
}

void StoreQueue::accept(domain::Stream stream, std::uint64_t seq) {
  std::uint64_t& upto = accepted_.at(domain::index_of(stream));
  upto = std::max(upto, seq);
  if (!accept_since_) accept_since_ = base::Clock::now();
}

void StoreQueue::accept_again(const Accepted& accepted) {
  for (std::size_t i = 0; i < accepted.size(); ++i)
    accepted_.at(i) = std::max(accepted_.at(i), accepted.at(i));
  if (accepted != Accepted{}) accept_since_ = base::Clock::now();
}

base::TimePoint StoreQueue::due(base::Duration window) const {
  const bool is_full = turns_.size() >= kMaxGroupEnvelopes;
  if (hurry_ || is_full) return base::TimePoint::min();
  auto due = base::TimePoint::max();
  if (!turns_.empty()) due = turns_.front().arrived + window;
  if (accept_since_) due = std::min(due, *accept_since_ + kAcceptDelay);
  return due;
}

PendingRead StoreQueue::take_read() {
  PendingRead read = std::move(reads_.front());
  reads_.pop_front();
  return read;
}

std::vector<PendingTurn> StoreQueue::take_group() {
  std::vector<PendingTurn> group;
  std::size_t envelopes = 0;
  while (!turns_.empty() && envelopes < kMaxGroupEnvelopes) {
    envelopes += turns_.front().turn.envelopes.size();
    group.push_back(std::move(turns_.front()));
    turns_.pop_front();
  }
  if (turns_.empty()) hurry_ = false;
  return group;
}

std::vector<PendingTurn> StoreQueue::take_turns() {
  std::vector<PendingTurn> turns(std::make_move_iterator(turns_.begin()),
                                 std::make_move_iterator(turns_.end()));
  turns_.clear();
  return turns;
}

StoreQueue::Accepted StoreQueue::take_accepted() {
  accept_since_.reset();
  return std::exchange(accepted_, {});
}

}  // namespace linli::storage
