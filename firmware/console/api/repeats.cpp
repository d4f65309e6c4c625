#include "firmware/console/api/repeats.hpp"

#include <algorithm>

#include "firmware/base/bytes.hpp"

namespace linli::console::api {

Repeats::Look Repeats::begin(const std::string& actor, const std::string& id,
                             std::string_view body) {
  trim();
  const std::uint64_t digest = base::digest64(body);
  const auto known = by_id_.find(id);
  if (known != by_id_.end()) {
    const Entry& entry = *known->second;
    if (entry.digest != digest || entry.bytes != body.size()) return {Verdict::kOtherBody};
    if (!entry.is_answered) return {Verdict::kUnderWay};
    return {Verdict::kKnown, entry.answer};
  }
  make_room(actor);
  entries_.push_back({actor, id, digest, body.size(), loop_.now()});
  by_id_[id] = std::prev(entries_.end());
  ++of_actor_[actor];
  return {};
}

void Repeats::finish(const std::string& id, const Response& answer) {
  const auto known = by_id_.find(id);
  if (known == by_id_.end()) return;
  if (answer.status >= 500) return forget(known->second);
  Entry& entry = *known->second;
  entry.is_answered = true;
  entry.answer = {answer.status, answer.headers, answer.body};
  bytes_ += entry.answer.body.size();
  while (bytes_ > kMaxBytes && entries_.size() > 1) forget(entries_.begin());
}

void Repeats::forget(Entries::iterator entry) {
  bytes_ -= entry->answer.body.size();
  if (--of_actor_[entry->actor] == 0) of_actor_.erase(entry->actor);
  by_id_.erase(entry->id);
  entries_.erase(entry);
}

void Repeats::trim() {
  while (!entries_.empty() && loop_.now() - entries_.front().at >= kKept) forget(entries_.begin());
}

void Repeats::make_room(const std::string& actor) {
  const auto count = of_actor_.find(actor);
  if (count != of_actor_.end() && count->second >= kMaxOfActor) {
    forget(std::find_if(entries_.begin(), entries_.end(),
                        [&actor](const Entry& entry) { return entry.actor == actor; }));
  }
  if (entries_.size() >= kMax) forget(entries_.begin());
}

}  // namespace linli::console::api
