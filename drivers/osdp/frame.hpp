#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"

// What stands on the line (IEC 60839-11-5, SIA OSDP 2.2 §5.9). Pure.
namespace linli::drivers::osdp {

constexpr std::uint8_t kBroadcast = 0x7F;   // every reader takes it, and answers as itself
constexpr std::uint8_t kMaxAddress = 0x7E;  // of one reader
constexpr std::size_t kMaxFrameBytes = 1440;
constexpr char kMark = '\xFF';  // filler before a frame: no part of it

enum class Check : std::uint8_t {
  kChecksum,  // one byte, the two's complement of the sum
  kCrc,       // CRC-16, two bytes
};

// The kinds of security control block.
enum class Scb : std::uint8_t {
  kChallenge = 0x11,
  kCryptogram = 0x12,
  kProof = 0x13,
  kInitialMac = 0x14,
  kCommandMac = 0x15,        // MAC, no data
  kReplyMac = 0x16,          // MAC, no data
  kCommandEncrypted = 0x17,  // MAC and encrypted data
  kReplyEncrypted = 0x18,
};

struct SecurityBlock {
  std::uint8_t type = 0;  // an Scb, or what no one knows
  std::string data;
  friend bool operator==(const SecurityBlock&, const SecurityBlock&) = default;

  bool is(Scb kind) const { return type == static_cast<std::uint8_t>(kind); }
  // Do four bytes of a MAC stand behind the data?
  bool has_mac() const;
};

// One frame, command or reply:
//
//   | 53 | ADDR | LEN_L LEN_M | CTRL | [SCB_LEN SCB_TYPE SCB_DATA] | CODE | DATA | [MAC 4] | CHECK
//   |
//
// ADDR has bit 7 in replies. LEN counts from 53 to the end of the check. CTRL: bits 0-1 sequence,
// bit 2 CRC, bit 3 a security control block follows.
struct Frame {
  std::uint8_t address = 0;
  bool is_reply = false;
  std::uint8_t sequence = 0;  // 0 to 3
  Check check = Check::kCrc;
  std::optional<SecurityBlock> security = {};
  std::uint8_t code = 0;
  std::string data = {};  // as it is on the line: perhaps encrypted
  std::string mac = {};   // 4 bytes if the security block says so

  friend bool operator==(const Frame&, const Frame&) = default;
};

std::uint16_t crc16(std::string_view bytes);
std::uint8_t checksum(std::string_view bytes);

// From 53 to the data, with the final LEN: what the MAC is made of.
std::string authenticated_part(const Frame& frame);
// All of it, without a mark byte.
std::string encode(const Frame& frame);

// The LEN of a frame that begins `bytes`, of which at least five are there. kInvalid if no frame
// can begin so.
base::Result<std::size_t> frame_length(std::string_view bytes);
constexpr std::size_t kHeadBytes = 5;

// Exactly one frame without a mark byte. kInvalid for a wrong form, kCorrupt for a wrong check.
base::Result<Frame> decode(std::string_view bytes);

}  // namespace linli::drivers::osdp
