#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "firmware/ports/store.hpp"

namespace linli::drivers::mqtt {

ports::InflightMark mark_of(std::uint16_t message_id, std::string_view topic,
                            std::string_view payload);

// Tells the messages that the broker delivers again, because it did not get our acknowledgement,
// from new ones. libmosquitto hides the DUP flag. Within a session the broker repeats what is in
// flight first, in its order and with its ids; what we have committed is the head of that. So after
// a connect, messages equal to committed marks are repeats until the first one that is not.
class RedeliveryWindow {
 public:
  // What is remembered at most: twice the broker's max_inflight_messages.
  static constexpr std::size_t kCapacity = 2048;

  // The marks that the store holds, oldest first.
  void restore(const std::vector<ports::InflightMark>& marks);
  // Committed with its turn, or about to be: a failed turn drops the connection anyway.
  void remember(const ports::InflightMark& mark);
  // Takes marks back whose turn was not stored: the broker's repeat is the first we have of them.
  void forget(const std::vector<ports::InflightMark>& marks);

  // A connection begins. Without a session at the broker nothing can be repeated, and marks mean
  // nothing.
  void after_connect(bool session_present);
  // Was this message taken in before the connection began?
  bool is_repeat(const ports::InflightMark& mark);

 private:
  std::deque<ports::InflightMark> marks_;        // oldest first
  std::vector<ports::InflightMark> candidates_;  // what may still be repeated in this connection
};

}  // namespace linli::drivers::mqtt
