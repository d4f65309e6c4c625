#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace linli::drivers::osdp {

// What the panel asks (SIA OSDP 2.2 §6).
enum class CommandCode : std::uint8_t {
  kPoll = 0x60,
  kIdentify = 0x61,
  kCapabilities = 0x62,
  kLocalStatus = 0x64,
  kInputStatus = 0x65,
  kOutputStatus = 0x66,
  kReaderStatus = 0x67,
  kOutput = 0x68,
  kLed = 0x69,
  kBuzzer = 0x6A,
  kText = 0x6B,
  kComSet = 0x6E,
  kKeySet = 0x75,
  kChallenge = 0x76,
  kServerCryptogram = 0x77,
  kPanelReceiveSize = 0x7B,
  kManufacturer = 0x80,
  kAbort = 0xA2,
  kKeepActive = 0xA7,
};

// What the reader answers (§7).
enum class ReplyCode : std::uint8_t {
  kAck = 0x40,
  kNak = 0x41,
  kIdentity = 0x45,
  kCapabilities = 0x46,
  kLocalStatus = 0x48,
  kInputStatus = 0x49,
  kOutputStatus = 0x4A,
  kReaderStatus = 0x4B,
  kRawCard = 0x50,
  kFormattedCard = 0x51,
  kKeypad = 0x53,
  kCom = 0x54,
  kBioRead = 0x57,
  kBioMatch = 0x58,
  kClientCryptogram = 0x76,
  kInitialMac = 0x78,
  kBusy = 0x79,
  kFileStatus = 0x7A,
  kManufacturer = 0x90,
};

// A command before it becomes a frame.
struct Message {
  CommandCode code = CommandCode::kPoll;
  std::string data = {};
  friend bool operator==(const Message&, const Message&) = default;
};

// In the standard's words: "POLL", "RAW"; for frame logs.
std::string_view name(CommandCode code);
std::string_view name(ReplyCode code);

// What a reader with a key of its own is asked in clear: how to reach it, and the handshake.
bool may_go_in_clear(CommandCode code);

}  // namespace linli::drivers::osdp
