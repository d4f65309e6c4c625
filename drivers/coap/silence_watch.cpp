#include "drivers/coap/silence_watch.hpp"

#include <algorithm>
#include <utility>

#include "drivers/coap/reports.hpp"
#include "firmware/base/log.hpp"

namespace linli::drivers::coap {

base::Duration silence_limit(const domain::Profile& profile, base::Duration fallback) {
  base::Duration slowest{0};
  for (const domain::PropertyModel& property : profile.properties)
    slowest = std::max(slowest, property.heartbeat);
  if (slowest == base::Duration::zero()) return fallback;
  return std::max(SilenceWatch::kMayMiss * slowest, SilenceWatch::kShortestSilence);
}

void SilenceWatch::expect(const domain::DeviceId& device, base::Duration limit) {
  forget(device);
  Entry& entry = entries_[device];
  entry.device = device;
  entry.limit = limit;
  entry.heard = loop_.now();
  place(entry);
  wait_for_first();
}

void SilenceWatch::forget(const domain::DeviceId& device) {
  Entry* const entry = find(device);
  if (entry == nullptr) return;
  unplace(*entry);
  entries_.erase(device);
}

SilenceWatch::Entry* SilenceWatch::find(const domain::DeviceId& device) {
  const auto found = entries_.find(device);
  return found == entries_.end() ? nullptr : &found->second;
}

bool SilenceWatch::heard(const domain::DeviceId& device, std::uint64_t session,
                         bool presents_itself) {
  Entry* const entry = find(device);
  if (entry == nullptr) return false;
  entry->heard = loop_.now();
  if (entry->asked_on != session) forget_questions(*entry);
  if (entry->state == State::kThere) return false;
  if (entry->state == State::kGone && !presents_itself) return false;
  entry->state = State::kThere;
  place(*entry);
  wait_for_first();
  return true;
}

void SilenceWatch::say_online(const domain::DeviceId& device) {
  ports::Delivery delivery;
  delivery.reports.push_back(presence_of(device, domain::Presence::kOnline));
  intake_.take(std::move(delivery), [this, device](const base::Result<void>& stored) {
    if (!stored) doubt(device);
  });
}

void SilenceWatch::doubt(const domain::DeviceId& device) {
  Entry* const entry = find(device);
  if (entry == nullptr || entry->state == State::kSilent) return;
  entry->state = State::kUnheard;
  place(*entry);
  wait_for_first();
}

void SilenceWatch::left(const domain::DeviceId& device) {
  Entry* const entry = find(device);
  if (entry == nullptr) return;
  entry->state = State::kGone;
  forget_questions(*entry);
  unplace(*entry);
}

void SilenceWatch::asks_again_within(const domain::DeviceId& device, std::uint64_t session,
                                     base::Duration within) {
  Entry* const entry = find(device);
  if (entry == nullptr) return;
  const base::Duration since = loop_.now() - entry->asked;
  const bool is_first = entry->asked_on != session || since > kMayMiss * within;
  if (!is_first && since <= kMaybeRepeat) return;
  entry->asked_on = session;
  entry->asked = loop_.now();
  entry->asks_again = !is_first;
  entry->within = within;
  place(*entry);
  wait_for_first();
}

void SilenceWatch::asks_no_more(const domain::DeviceId& device) {
  if (Entry* const entry = find(device)) forget_questions(*entry);
}

void SilenceWatch::forget_questions(Entry& entry) {
  entry.asked_on = 0;
  entry.asks_again = false;
}

base::Duration SilenceWatch::limit_of(const Entry& entry) {
  if (!entry.asks_again) return entry.limit;
  const base::Duration renewal = kMayMiss * entry.within;
  return entry.limit == base::Duration::zero() ? renewal : std::min(renewal, entry.limit);
}

// A place that is too early stays: sweep() finds a later one for it.
void SilenceWatch::place(Entry& entry) {
  const base::Duration limit = limit_of(entry);
  if (limit == base::Duration::zero()) return;
  const base::TimePoint due = entry.heard + limit;
  if (!entry.place || (*entry.place)->first > due) place_at(entry, due);
}

void SilenceWatch::place_at(Entry& entry, base::TimePoint due) {
  unplace(entry);
  entry.place = dues_.emplace(due, &entry);
}

void SilenceWatch::unplace(Entry& entry) {
  if (entry.place) dues_.erase(*entry.place);
  entry.place.reset();
}

void SilenceWatch::wait_for_first() {
  if (dues_.empty()) return timer_.reset();
  const base::TimePoint first = dues_.begin()->first;
  if (timer_ && timer_due_ <= first) return;
  timer_due_ = first;
  timer_ = loop_.after(first - loop_.now(), [this] { sweep(); });
}

void SilenceWatch::sweep() {
  timer_.reset();
  const base::TimePoint now = loop_.now();
  while (!dues_.empty() && dues_.begin()->first <= now) {
    Entry& entry = *dues_.begin()->second;
    unplace(entry);
    const base::Duration limit = limit_of(entry);
    if (limit == base::Duration::zero() || entry.heard + limit > now) {
      place(entry);
      continue;
    }
    entry.state = State::kSilent;
    base::log::info("coap", "a device has fallen silent",
                    {{"device", entry.device}, {"for_s", base::to_ms(now - entry.heard) / 1000}});
    say_offline(entry.device);
  }
  wait_for_first();
}

void SilenceWatch::say_offline(const domain::DeviceId& device) {
  ports::Delivery delivery;
  delivery.reports.push_back(presence_of(device, domain::Presence::kOffline));
  intake_.take(std::move(delivery), [this, device](const base::Result<void>& stored) {
    Entry* const entry = find(device);
    if (stored || entry == nullptr || entry->state != State::kSilent) return;
    entry->state = State::kUnheard;
    place_at(*entry, loop_.now() + kStoreAgain);
    wait_for_first();
  });
}

}  // namespace linli::drivers::coap
