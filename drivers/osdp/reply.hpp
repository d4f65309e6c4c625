#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "drivers/osdp/message.hpp"
#include "firmware/base/result.hpp"
#include "firmware/base/secret.hpp"

// The replies of a reader, typed and checked (SIA OSDP 2.2 §7). Pure.
namespace linli::drivers::osdp {

struct Ack {};
struct Busy {};  // not now: the same again later

// Why a reader refuses.
enum class NakCode : std::uint8_t {
  kNone = 0,
  kBadCheck = 1,
  kBadLength = 2,
  kUnknownCommand = 3,
  kBadSequence = 4,
  kNoSecureChannel = 5,  // it cannot do that
  kNotSecured = 6,       // it wants the secure channel first, or its conditions are not met
  kBioType = 7,
  kBioFormat = 8,
  kBadRecord = 9,
};
struct Nak {
  std::uint8_t code = 0;  // a NakCode, or a later standard's
  bool is(NakCode reason) const { return code == static_cast<std::uint8_t>(reason); }
};
// In a sentence's middle: "the command is unknown to it".
std::string words_of(const Nak& nak);

// | vendor 3 | model | version | serial 4 | firmware 3 |
struct Identity {
  std::string vendor;  // six hexadecimal digits
  std::uint8_t model = 0;
  std::uint8_t version = 0;
  std::string serial;    // eight hexadecimal digits
  std::string firmware;  // "2.10.2"
  friend bool operator==(const Identity&, const Identity&) = default;
};

enum class Function : std::uint8_t {
  kInputs = 1,
  kOutputs = 2,
  kCardFormat = 3,
  kLed = 4,
  kBuzzer = 5,
  kText = 6,
  kTime = 7,
  kCheckCharacter = 8,
  kSecurity = 9,  // compliance bit 0: AES-128
  kReceiveSize = 10,
  kMessageSize = 11,
  kSmartCard = 12,
  kReaders = 13,
  kBiometrics = 14,
};
struct Capability {
  std::uint8_t function = 0;
  std::uint8_t compliance = 0;
  std::uint8_t count = 0;
  friend bool operator==(const Capability&, const Capability&) = default;
};
struct Capabilities {
  std::vector<Capability> all;

  std::uint8_t compliance(Function function) const;  // 0 if it does not say
  std::uint8_t count(Function function) const;
};

struct LocalStatus {
  bool tampered = false;
  bool power_failed = false;
};
struct InputStatus {
  std::vector<bool> active;
};
struct OutputStatus {
  std::vector<bool> active;
};
enum class ReaderState : std::uint8_t { kNormal = 0, kNotConnected = 1, kTampered = 2 };
struct ReaderStatus {
  std::vector<ReaderState> readers;
};

// Bits as they came, most significant bit of the first byte first; the last byte is filled with
// zeros. Whose card it is nobody should read in a log.
struct RawCard {
  std::uint8_t reader = 0;
  std::uint8_t format = 0;  // 0: not told, 1: Wiegand
  std::size_t bit_count = 0;
  base::SecretText bits;
};
// The deprecated form: characters.
struct FormattedCard {
  std::uint8_t reader = 0;
  std::uint8_t direction = 0;  // 0 forward, 1 backward
  base::SecretText characters;
};
struct Keypad {
  std::uint8_t reader = 0;
  base::SecretText digits;  // 0-9, '*' and '#', A-D
};

struct Com {
  std::uint8_t address = 0;
  std::uint32_t baud = 0;
};
struct ClientCryptogram {
  std::string client_id;  // cUID, 8 bytes: as it is here, never made anew from Identity
  std::string random;     // RndB, 8 bytes
  std::string cryptogram;
};
struct InitialMac {
  std::string mac;
};
struct FileStatus {
  std::string raw;
};
struct Manufacturer {
  std::string vendor;  // three bytes
  std::string data;
};
// Bio replies: known by name only; the data is not looked at.
struct Biometric {};

using Reply = std::variant<Ack, Nak, Identity, Capabilities, LocalStatus, InputStatus, OutputStatus,
                           ReaderStatus, RawCard, FormattedCard, Keypad, Com, ClientCryptogram,
                           InitialMac, Busy, FileStatus, Manufacturer, Biometric>;

// kInvalid for a wrong length or value, kUnsupported for a code that no one knows. The message says
// nothing of the data.
base::Result<Reply> decode_reply(std::uint8_t code, std::string_view data);

}  // namespace linli::drivers::osdp
