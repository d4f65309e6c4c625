#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "firmware/base/time.hpp"
#include "firmware/net/coap_message.hpp"

namespace linli::drivers::coap {

// Recognises a request that its sender repeats (RFC 7252 §4.5), so that it is taken in once and the
// repeat gets the first one's reply. A pure value: time is a parameter.
class ExchangeCache {
 public:
  // How long a sender may use a message id again for the same message: EXCHANGE_LIFETIME of
  // RFC 7252 §4.8.2.
  static constexpr base::Duration kLifetime = std::chrono::seconds(247);
  static constexpr std::size_t kMaxEntries = 8192;
  // One device's flood must not push out what others repeat.
  static constexpr std::size_t kMaxOfSession = 256;

  enum class Seen : std::uint8_t {
    kNew,       // noted now; answer() it
    kPending,   // its reply is still to come
    kAnswered,  // `reply` is what it got
  };
  struct Verdict {
    Seen seen = Seen::kNew;
    const net::CoapReply* reply = nullptr;  // until the next call
  };

  // Has this session sent this message before? Beyond a limit the oldest entry makes room.
  Verdict begin(const net::CoapExchange& exchange, base::TimePoint now);
  // Keeps the reply for repeats; without effect if the entry is gone.
  void answer(const net::CoapExchange& exchange, const net::CoapReply& reply);
  void end_session(std::uint64_t session);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint64_t session = 0;
    std::uint16_t message_id = 0;
    base::TimePoint at;
    std::optional<net::CoapReply> reply;
  };
  using Entries = std::list<Entry>;  // oldest first
  using Session = std::unordered_map<std::uint16_t, Entries::iterator>;

  void remove(Entries::iterator entry);
  void make_room(std::uint64_t session);

  Entries entries_;
  std::unordered_map<std::uint64_t, Session> sessions_;
};

}  // namespace linli::drivers::coap
