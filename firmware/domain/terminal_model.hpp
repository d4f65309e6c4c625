#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "firmware/base/json_reader.hpp"
#include "firmware/base/time.hpp"

namespace linli::domain {

// Where a terminal speaks and listens. `{id}` stands for the device's id; a topic without it is
// shared by all terminals of the model, and only presence is heard there. Empty: it has none.
struct TerminalTopics {
  std::string command;  // to the terminal
  std::string answer;   // what became of it
  std::string record;   // who was recognised
  std::string snapshot;
  std::string qr;
  std::string heartbeat;
  std::string basic;  // online, offline (also its will)
};

// What is said to a terminal.
enum class TerminalWord : std::uint8_t {
  kPushAck,       // a record is durable here
  kOnlineAck,     // its going online was heard
  kPutPerson,     // adds somebody, or changes them
  kRemovePerson,  // forgets somebody
  kListPersons,   // whom does it know?
  kProbe,         // is it there?
  kSetTime,
};
inline constexpr std::size_t kTerminalWords = 7;
std::string_view name(TerminalWord word);  // "pushAck", … as in the profile

// Face and QR terminals (人脸门禁机) at the site broker: their topics and their words are data,
// since each vendor's firmware has its own ("linli:terminal" of a Thing Model).
struct TerminalModel {
  TerminalTopics topics;
  // JSON templates; empty: it cannot be said. "{person}" and the like stand for values; a member
  // whose value there is none of is left out.
  std::array<std::string, kTerminalWords> words;
  base::Duration silence = std::chrono::seconds(100);  // without a word: offline
  // Who decides about the door: the gateway, on what the terminal recognised; or the terminal
  // itself, and its records are only told.
  bool decides_itself = false;
  int card_bits = 0;   // how its card numbers were sent by a reader, 26 or 34; 0: it has no cards
  int card_base = 10;  // in which it writes them: 10 or 16

  const std::string& word(TerminalWord which) const {
    return words.at(static_cast<std::size_t>(which));
  }
};

// The members of "linli:terminal"; problems go to `in`.
TerminalModel read_terminal_model(base::JsonReader& in);

// The first "{…}" in the strings of `payload` that `is_known` does not know; empty: there is none.
std::string unknown_blank(const base::Json& payload, bool (*is_known)(std::string_view blank));

}  // namespace linli::domain
