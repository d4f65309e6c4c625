#include "drivers/osdp/command.hpp"

#include <algorithm>
#include <array>

namespace linli::drivers::osdp {
namespace {

using base::Code;

constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kChallengeBytes = 8;
constexpr std::size_t kVendorBytes = 3;
constexpr std::size_t kMaxText = 32;
constexpr std::size_t kMaxManufacturerBytes = 1024;
constexpr std::array kBauds{9600U, 19200U, 38400U, 57600U, 115200U, 230400U};

// Collects bytes; the first value without a place in them is kept as the error.
class Writer {
 public:
  Writer& byte(std::string_view what, unsigned value, unsigned max = 0xFF, unsigned min = 0) {
    check(what, value, min, max);
    out_.push_back(static_cast<char>(value & 0xFFU));
    return *this;
  }
  Writer& word(std::string_view what, unsigned value, unsigned min = 0) {
    check(what, value, min, 0xFFFF);
    out_.push_back(static_cast<char>(value & 0xFFU));
    out_.push_back(static_cast<char>((value >> 8U) & 0xFFU));
    return *this;
  }
  Writer& bytes(std::string_view bytes) {
    out_ += bytes;
    return *this;
  }
  Writer& look(std::string_view what, const LedBlink& blink) {
    byte(what, blink.on_tenths).byte(what, blink.off_tenths);
    return byte(what, static_cast<unsigned>(blink.on), kLedColours - 1)
        .byte(what, static_cast<unsigned>(blink.off), kLedColours - 1);
  }
  base::Result<Message> as(CommandCode code) {
    if (!problem_.empty()) return base::fail(Code::kInvalid, "{}", problem_);
    return Message{code, std::move(out_)};
  }

 private:
  void check(std::string_view what, unsigned value, unsigned min, unsigned max) {
    if (value >= min && value <= max) return;
    if (problem_.empty())
      problem_ = fmt::format("{} is {}, and may be {} to {}", what, value, min, max);
  }

  std::string out_;
  std::string problem_;
};

base::Result<Message> sized(CommandCode code, std::string_view what, std::string_view bytes,
                            std::size_t size) {
  if (bytes.size() != size)
    return base::fail(Code::kInvalid, "{} has {} bytes, not {}", what, size, bytes.size());
  return Message{code, std::string(bytes)};
}

struct Named {
  CommandCode code;
  std::string_view name;
};
constexpr std::array kCommandNames{
    Named{CommandCode::kPoll, "POLL"},
    Named{CommandCode::kIdentify, "ID"},
    Named{CommandCode::kCapabilities, "CAP"},
    Named{CommandCode::kLocalStatus, "LSTAT"},
    Named{CommandCode::kInputStatus, "ISTAT"},
    Named{CommandCode::kOutputStatus, "OSTAT"},
    Named{CommandCode::kReaderStatus, "RSTAT"},
    Named{CommandCode::kOutput, "OUT"},
    Named{CommandCode::kLed, "LED"},
    Named{CommandCode::kBuzzer, "BUZ"},
    Named{CommandCode::kText, "TEXT"},
    Named{CommandCode::kComSet, "COMSET"},
    Named{CommandCode::kKeySet, "KEYSET"},
    Named{CommandCode::kChallenge, "CHLNG"},
    Named{CommandCode::kServerCryptogram, "SCRYPT"},
    Named{CommandCode::kPanelReceiveSize, "ACURXSIZE"},
    Named{CommandCode::kManufacturer, "MFG"},
    Named{CommandCode::kAbort, "ABORT"},
    Named{CommandCode::kKeepActive, "KEEPACTIVE"},
};

}  // namespace

std::string_view name(CommandCode code) {
  const auto* const found = std::find_if(kCommandNames.begin(), kCommandNames.end(),
                                         [code](const Named& row) { return row.code == code; });
  return found == kCommandNames.end() ? "?" : found->name;
}

bool may_go_in_clear(CommandCode code) {
  constexpr std::array kClear{CommandCode::kIdentify, CommandCode::kCapabilities,
                              CommandCode::kComSet, CommandCode::kChallenge,
                              CommandCode::kServerCryptogram};
  return std::find(kClear.begin(), kClear.end(), code) != kClear.end();
}

Message poll() {
  return {CommandCode::kPoll, ""};
}
Message identify() {
  return {CommandCode::kIdentify, std::string(1, '\0')};
}
Message ask_capabilities() {
  return {CommandCode::kCapabilities, std::string(1, '\0')};
}
Message ask(CommandCode status) {
  return {status, ""};
}
Message abort() {
  return {CommandCode::kAbort, ""};
}

// | number | control | timer, low byte first |
base::Result<Message> encode(const OutputCommand& command) {
  const auto control = static_cast<unsigned>(command.control);
  const bool is_timed =
      command.control == OutputControl::kOnForTime || command.control == OutputControl::kOffForTime;
  if (!is_timed && command.tenths != 0)
    return base::fail(Code::kInvalid, "output control {} has no timer", control);
  return Writer()
      .byte("output", command.number)
      .byte("output control", control, static_cast<unsigned>(OutputControl::kOffForTime))
      .word("timer", command.tenths, is_timed ? 1 : 0)
      .as(CommandCode::kOutput);
}

// | reader | LED | temporary: control, on, off, colour on, colour off, timer (2) | permanent: the
// same without a timer |
base::Result<Message> encode(const LedCommand& command) {
  return Writer()
      .byte("reader", command.reader)
      .byte("LED", command.led)
      .byte("temporary control", static_cast<unsigned>(command.temporary), 2)
      .look("temporary look", command.temporary_look)
      .word("timer", command.temporary_tenths,
            command.temporary == LedCommand::Temporary::kSet ? 1 : 0)
      .byte("permanent control", command.sets_permanent ? 1 : 0)
      .look("permanent look", command.permanent_look)
      .as(CommandCode::kLed);
}

base::Result<Message> encode(const BuzzerCommand& command) {
  return Writer()
      .byte("reader", command.reader)
      .byte("tone", static_cast<unsigned>(command.tone), 2)
      .byte("on time", command.on_tenths, 0xFF, command.tone == BuzzerCommand::Tone::kDefault)
      .byte("off time", command.off_tenths)
      .byte("count", command.count)
      .as(CommandCode::kBuzzer);
}

// | reader | 1, 2 for good; 3, 4 for a time; 2, 4 wrap | seconds | row | column | length | text |
base::Result<Message> encode(const TextCommand& command) {
  const bool is_ascii = std::all_of(command.text.begin(), command.text.end(),
                                    [](char c) { return c >= 0x20 && c < 0x7F; });
  if (!is_ascii) return base::fail(Code::kInvalid, "a reader's display shows printable ASCII only");
  if (command.text.empty() || command.text.size() > kMaxText)
    return base::fail(Code::kInvalid, "a text has 1 to {} characters", kMaxText);
  const unsigned control = (command.seconds == 0 ? 1U : 3U) + (command.wraps ? 1U : 0U);
  return Writer()
      .byte("reader", command.reader)
      .byte("text control", control)
      .byte("seconds", command.seconds)
      .byte("row", command.row, 0xFF, 1)
      .byte("column", command.column, 0xFF, 1)
      .byte("length", static_cast<unsigned>(command.text.size()))
      .bytes(command.text)
      .as(CommandCode::kText);
}

bool is_baud(unsigned baud) {
  return std::find(kBauds.begin(), kBauds.end(), baud) != kBauds.end();
}

// | address | speed, four bytes, low byte first |
base::Result<Message> encode(const ComSetCommand& command) {
  if (!is_baud(command.baud))
    return base::fail(Code::kInvalid, "{} is no speed of OSDP: use 9600 to 230400", command.baud);
  constexpr unsigned kLastAddress = 0x7E;
  return Writer()
      .byte("address", command.address, kLastAddress)
      .word("speed", command.baud & 0xFFFFU)
      .word("speed", command.baud >> 16U)
      .as(CommandCode::kComSet);
}

// | 01: the key of the secure channel | 16 | key |
base::Result<Message> key_set(const base::SecretText& key) {
  if (key.reveal().size() != kKeyBytes)
    return base::fail(Code::kInvalid, "a reader's key has {} bytes", kKeyBytes);
  return Writer()
      .byte("key type", 1)
      .byte("length", kKeyBytes)
      .bytes(key.reveal())
      .as(CommandCode::kKeySet);
}

base::Result<Message> challenge(std::string_view random) {
  return sized(CommandCode::kChallenge, "a challenge", random, kChallengeBytes);
}
base::Result<Message> server_cryptogram(std::string_view cryptogram) {
  return sized(CommandCode::kServerCryptogram, "a cryptogram", cryptogram, kKeyBytes);
}
base::Result<Message> panel_receive_size(unsigned bytes) {
  constexpr unsigned kLeast = 128;
  return Writer().word("receive size", bytes, kLeast).as(CommandCode::kPanelReceiveSize);
}
base::Result<Message> keep_active(unsigned milliseconds) {
  return Writer().word("milliseconds", milliseconds).as(CommandCode::kKeepActive);
}
base::Result<Message> manufacturer(std::string_view vendor, std::string_view data) {
  if (vendor.size() != kVendorBytes)
    return base::fail(Code::kInvalid, "a vendor code has {} bytes", kVendorBytes);
  if (data.size() > kMaxManufacturerBytes)
    return base::fail(Code::kInvalid, "at most {} bytes go to a reader", kMaxManufacturerBytes);
  return Writer().bytes(vendor).bytes(data).as(CommandCode::kManufacturer);
}

}  // namespace linli::drivers::osdp
