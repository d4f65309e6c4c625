#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "firmware/base/json.hpp"
#include "firmware/base/secret.hpp"
#include "firmware/domain/terminal_model.hpp"

// What face and QR terminals say over MQTT, and what is said to them. Pure.
//
// There is no official text of this family; firmware differs in the case of keys (persionName and
// personName both occur), and says numbers as strings and as numbers. So members are found without
// regard to case, in "info" or beside it, and a number may be either. Pictures are dropped here:
// nothing behind this file has ever seen one.
namespace linli::drivers::terminal {

// On which of its topics something came. Shared topics say nothing about who speaks.
enum class Channel : std::uint8_t { kAnswer, kRecord, kSnapshot, kQr, kShared };

enum class Verdict : std::uint8_t { kNone, kAllowed, kRefused, kNotRegistered };

// 识别记录: somebody was recognised, or not.
struct Record {
  enum class Kind : std::uint8_t { kFace, kCard, kQr };

  std::string id;      // RecordID; empty: it cannot be acknowledged
  std::string person;  // customId; empty: somebody whom the terminal knows by itself
  Kind kind = Kind::kFace;
  base::SecretText shown;  // what the code says, or the card's number
  Verdict verdict = Verdict::kNone;
  std::string direction;  // "in", "out"; empty: it does not say
  bool is_resent = false;
  std::optional<std::int64_t> time_ms;  // it comes without a zone: China's
};

// 陌生人抓拍, without the picture.
struct Snapshot {
  std::string id;
  std::optional<std::int64_t> time_ms;
};

// A code that the terminal read and does not judge itself.
struct Scan {
  base::SecretText text;
  std::optional<std::int64_t> time_ms;
};

// What became of something that was asked.
struct Answer {
  std::string message;  // the messageId of the question
  std::string what;     // "EditPerson"
  bool ok = false;
  std::string problem;                              // the terminal's reason when !ok, made harmless
  std::optional<std::vector<std::string>> persons;  // of a list: everybody it knows by our name
};

// Heard on a shared topic: a claim, not a proof.
struct Sign {
  enum class Kind : std::uint8_t { kHeartbeat, kOnline, kOffline };

  Kind kind = Kind::kHeartbeat;
  std::string terminal;
};

// Something that this driver has no use for.
struct Unknown {
  std::string operation;
};

using Message = std::variant<Record, Snapshot, Scan, Answer, Sign, Unknown>;

// kInvalid: not JSON, or a member that must be there is not; the error shows no value.
base::Result<Message> decode(Channel channel, std::string_view payload);

// What may be shown of a payload to who looks for a fault: its form, with the values that name
// nobody and open nothing. A payload that cannot be read shows only its length.
std::string masked(std::string_view payload);

// Values for the blanks of a template; a blank that is not here has no value, and the member that
// consists of it is left out.
using Blanks = std::map<std::string, base::Json, std::less<>>;
// A string that is one blank becomes its value, and blanks within a text its text. kInvalid if the
// template is not an object.
base::Result<std::string> fill(std::string_view words, const Blanks& blanks);

// `topic` with "{id}" replaced.
std::string topic_of(std::string_view topic, std::string_view device);

// A card's number as such terminals write it, from the bits that a reader sends, and back to them.
// Nothing for cards of another form.
std::optional<std::string> card_number(const domain::TerminalModel& model,
                                       std::string_view bits_hex, int bit_count);
struct CardBits {
  base::SecretText hex;
  int count = 0;
};
std::optional<CardBits> card_bits(const domain::TerminalModel& model, std::string_view number);

// "2025-11-23 08:01:02" of China's clocks, also with a T; and back.
std::optional<std::int64_t> parse_time(std::string_view text);
std::string time_text(std::int64_t unix_ms);

std::string_view name(Record::Kind kind);  // "face", …

}  // namespace linli::drivers::terminal
