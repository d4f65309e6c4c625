#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/domain/access/revocations.hpp"
#include "firmware/domain/event_time.hpp"

namespace linli::domain::access {

// A signed pass that a phone shows as a QR code and a reader types out (通行二维码). It holds no
// name and no telephone number. The gateway judges it alone, without a network.
enum class PassKind : std::uint8_t {
  kResident = 1,  // 住户动态码: lives at most 60 s, opens once
  kVisitor = 2,   // 访客通行证: a stretch of time, and how often
};

struct PassToken {
  PassKind kind = PassKind::kResident;
  std::uint8_t key = 0;           // which key signed it: keys are changed while passes are out
  std::uint16_t door_group = 0;   // 门组; 0 is none
  std::uint64_t subject = 0;      // pseudonym of whoever it was made for
  std::int64_t not_before_s = 0;  // Unix time
  std::int64_t expires_s = 0;     // the first second in which it opens nothing
  std::uint8_t max_uses = 1;
  std::uint64_t id = 0;  // jti: random, no two are the same

  friend bool operator==(const PassToken&, const PassToken&) = default;
};

inline constexpr std::int64_t kResidentLifeS = 60;
inline constexpr std::int64_t kVisitorLifeS = 7 * 24 * 3600;
inline constexpr std::uint8_t kMostVisitorUses = 20;
// A phone's clock may be ahead of ours by so much; it may not lengthen a pass.
inline constexpr std::int64_t kPassSkewS = 5;

// HMAC-SHA-256 of `bytes` with key number `key`, 32 bytes; empty if there is no such key, or not
// any more. Called once for each verification, and it returns at once.
using PassMac = std::function<std::string(std::uint8_t key, std::string_view bytes)>;

// 45 bytes, the most significant first:
//
//    0       1      2          4            12          16         20     21       29          45
//   +-------+------+----------+------------+-----------+----------+------+--------+-----------+
//   | 1|kind| key  |door group| subject    |not before | expires  | uses | id     | MAC       |
//   +-------+------+----------+------------+-----------+----------+------+--------+-----------+
//
// The first byte is version 1 in the upper half, kind in the lower. The MAC is the first 128 bits
// of HMAC-SHA-256 over "linli-pass-1\0", the site's id, "\0" and the 29 bytes, so a pass of another
// compound, or a MAC made for another purpose, opens nothing. As text these are exactly 72
// characters of Crockford's base 32: all of QR's alphanumeric mode (version 4, level M), no letter
// that is taken for a digit. Reading forgives lower case, spaces, dashes, a line end, and O, I, L.
inline constexpr std::size_t kPassTextChars = 72;

// kInvalid for what verify() would refuse anywhere: life too long, no group, no uses. kNotFound if
// there is no such key.
base::Result<std::string> sign(const PassToken& token, std::string_view site, const PassMac& mac);

enum class PassRefusal : std::uint8_t {
  kNone,              // it is genuine, and now is its time; ReplayWindow says whether it was used
  kMalformed,         // not such a text
  kUnknownVersion,    // of a later gateway
  kUnknownKey,        // signed with a key that is not there any more
  kForged,            // the MAC is wrong, or it belongs to another compound
  kBadRules,          // genuine, but its maker gave it more than a pass may have
  kWrongDoor,         // for other doors
  kClockUnknown,      // our clock cannot be trusted
  kNotYet,            //
  kExpired,           //
  kRevocationsStale,  // nobody told for 24 h which passes were taken back
  kRevoked,           // the pass, or all of whoever it was made for
  kReplayed,          // used already, as often as it may be
  kBusy,              // too many passes are remembered: nothing may be forgotten early
};
inline constexpr std::size_t kPassRefusals = 14;
std::string_view name(PassRefusal refusal);  // "none", "malformed", …: stable words

struct PassContext {
  std::string_view site;
  const std::vector<std::uint16_t>& door_groups;  // of the door that it was shown at
  EventTime now;
  const Revocations& revocations;
};

struct PassCheck {
  PassRefusal refusal = PassRefusal::kMalformed;
  PassToken token{};  // to be believed only from kBadRules on: the MAC was right
};

// The first reason in the order of PassRefusal, up to kRevoked. Changes nothing: whoever opens
// takes the use from the ReplayWindow afterwards, so that a pass that was refused is not used up.
PassCheck verify(std::string_view text, const PassContext& context, const PassMac& mac);

// The token of a text, not verified: for tools that explain a pass. kInvalid.
base::Result<PassToken> read_unverified(std::string_view text);

}  // namespace linli::domain::access
