#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "drivers/osdp/message.hpp"
#include "firmware/base/result.hpp"
#include "firmware/base/secret.hpp"

// The commands of a panel, typed and checked. Each fails with kInvalid if a value has no place in
// it. Pure.
namespace linli::drivers::osdp {

Message poll();
Message identify();
Message ask_capabilities();
Message ask(CommandCode status);  // one of kLocalStatus to kReaderStatus
Message abort();

// What an output does (§6.10); "timed" codes go back by themselves.
enum class OutputControl : std::uint8_t {
  kNone = 0,
  kOffForGood = 1,     // ends a timer
  kOnForGood = 2,      // ends a timer
  kOffAfterTimer = 3,  // lets a timer run out first
  kOnAfterTimer = 4,
  kOnForTime = 5,
  kOffForTime = 6,
};

struct OutputCommand {
  unsigned number = 0;
  OutputControl control = OutputControl::kNone;
  unsigned tenths = 0;  // of a second, at most 65,535; only timed codes have one
};
base::Result<Message> encode(const OutputCommand& command);

enum class LedColour : std::uint8_t {
  kBlack,
  kRed,
  kGreen,
  kAmber,
  kBlue,
  kMagenta,
  kCyan,
  kWhite,
};
constexpr unsigned kLedColours = 8;

struct LedBlink {
  unsigned on_tenths = 0;
  unsigned off_tenths = 0;
  LedColour on = LedColour::kBlack;
  LedColour off = LedColour::kBlack;
};

// A temporary look ends by itself after `temporary_tenths`; the permanent one stands behind it.
struct LedCommand {
  enum class Temporary : std::uint8_t { kNone = 0, kCancel = 1, kSet = 2 };
  unsigned reader = 0;
  unsigned led = 0;
  Temporary temporary = Temporary::kNone;
  LedBlink temporary_look = {};
  unsigned temporary_tenths = 0;
  bool sets_permanent = false;
  LedBlink permanent_look = {};
};
base::Result<Message> encode(const LedCommand& command);

struct BuzzerCommand {
  enum class Tone : std::uint8_t { kNone = 0, kOff = 1, kDefault = 2 };
  unsigned reader = 0;
  Tone tone = Tone::kDefault;
  unsigned on_tenths = 1;
  unsigned off_tenths = 0;
  unsigned count = 1;  // 0: until the next command
};
base::Result<Message> encode(const BuzzerCommand& command);

// For a display. Printable ASCII only: the standard knows no other characters.
struct TextCommand {
  unsigned reader = 0;
  unsigned seconds = 0;  // 0: for good
  bool wraps = true;
  unsigned row = 1;
  unsigned column = 1;
  std::string text = {};
};
base::Result<Message> encode(const TextCommand& command);

// A new address and speed; the reader answers with what it took, and then has them.
struct ComSetCommand {
  unsigned address = 0;
  unsigned baud = 9600;
};
base::Result<Message> encode(const ComSetCommand& command);
bool is_baud(unsigned baud);

// Only inside an established secure channel.
base::Result<Message> key_set(const base::SecretText& key);
base::Result<Message> challenge(std::string_view random);
base::Result<Message> server_cryptogram(std::string_view cryptogram);
base::Result<Message> panel_receive_size(unsigned bytes);
base::Result<Message> keep_active(unsigned milliseconds);
base::Result<Message> manufacturer(std::string_view vendor, std::string_view data);

}  // namespace linli::drivers::osdp
