#include "drivers/coap/exchange_cache.hpp"

#include <algorithm>

namespace linli::drivers::coap {

ExchangeCache::Verdict ExchangeCache::begin(const net::CoapExchange& exchange,
                                            base::TimePoint now) {
  while (!entries_.empty() && now - entries_.front().at >= kLifetime) remove(entries_.begin());
  const auto session = sessions_.find(exchange.session);
  if (session != sessions_.end()) {
    if (const auto found = session->second.find(exchange.message_id);
        found != session->second.end()) {
      const auto& reply = found->second->reply;
      if (!reply) return {Seen::kPending, nullptr};
      return {Seen::kAnswered, &*reply};
    }
  }
  make_room(exchange.session);
  entries_.push_back({exchange.session, exchange.message_id, now, std::nullopt});
  sessions_[exchange.session][exchange.message_id] = std::prev(entries_.end());
  return {Seen::kNew, nullptr};
}

void ExchangeCache::answer(const net::CoapExchange& exchange, const net::CoapReply& reply) {
  const auto session = sessions_.find(exchange.session);
  if (session == sessions_.end()) return;
  const auto found = session->second.find(exchange.message_id);
  if (found != session->second.end()) found->second->reply = reply;
}

void ExchangeCache::end_session(std::uint64_t session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  for (const auto& [message_id, entry] : found->second) entries_.erase(entry);
  sessions_.erase(found);
}

void ExchangeCache::remove(Entries::iterator entry) {
  const auto session = sessions_.find(entry->session);
  session->second.erase(entry->message_id);
  if (session->second.empty()) sessions_.erase(session);
  entries_.erase(entry);
}

void ExchangeCache::make_room(std::uint64_t session) {
  if (entries_.size() >= kMaxEntries) remove(entries_.begin());
  const auto own = sessions_.find(session);
  if (own == sessions_.end() || own->second.size() < kMaxOfSession) return;
  const auto oldest = std::find_if(entries_.begin(), entries_.end(), [session](const Entry& entry) {
    return entry.session == session;
  });
  remove(oldest);
}

}  // namespace linli::drivers::coap
