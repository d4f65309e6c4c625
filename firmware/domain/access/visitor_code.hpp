#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/domain/access/credential.hpp"
#include "firmware/domain/access/pass_token.hpp"

namespace linli::domain::access {

// Six digits that a visitor says or types (访客码). There are only a million of them, so:
//
// - A code is random (from the kernel, every code equally likely), not derived from anything, and
// no
//   two live codes of one door group are the same.
// - It is stored as a keyed tag: the first 128 bits of HMAC-SHA-256 over the door group and the
// code.
//   Without the key, which lies sealed outside the database, the million tags cannot be tried out
//   against a stolen database; a plain or a slow hash of six digits could. The code itself is shown
//   once, when it is made.
// - At most kMostLive of them are live in a door group, and none lives longer than kLongestLifeS or
//   than the visit. What has ended, or is used up, opens nothing.
// - Wrong codes count in TryLimit under (door, PIN): at most 124 in a day at one door before its
//   keypad alone is locked for the rest of it (try_limit.hpp shows the sum). With all 32 live,
//   whoever tries for a whole day opens one door with a chance of 124 x 32 / 1,000,000 = 0.4 %, and
//   raises an alarm after ten tries.
inline constexpr std::size_t kVisitorDigits = 6;
inline constexpr std::size_t kMostLive = 32;
inline constexpr std::int64_t kLongestLifeS = 24 * 3600;

struct VisitorCode {
  std::string id;
  std::string tag;  // 16 bytes, see above
  std::uint16_t door_group = 0;
  std::string issuer;  // the person who invited
  std::int64_t from_s = 0;
  std::int64_t until_s = 0;  // the first second in which it opens nothing
  std::uint8_t max_uses = 1;
  std::uint8_t uses = 0;

  friend bool operator==(const VisitorCode&, const VisitorCode&) = default;
};

// Six digits out of eight random bytes; nullopt for the few bytes that would make some codes
// likelier than others (less than one in 10^13): ask for other bytes.
std::optional<std::string> visitor_digits(std::string_view random_bytes);

// The tag of a code with key number `key`; empty if there is no such key or it is not six digits.
std::string visitor_tag(std::uint8_t key, std::uint16_t door_group, std::string_view digits,
                        const PassMac& mac);

bool is_live(const VisitorCode& code, std::int64_t now_s);

// May `code` be added to `codes`? kInvalid: its life or its uses; kFull: kMostLive are live in its
// group; kConflict: the same digits are live there, take others.
base::Result<void> check_new(const VisitorCode& code, const std::vector<VisitorCode>& codes,
                             std::int64_t now_s);

// The live code with this tag that one of a door's groups has; nullptr if there is none. Looks at
// all of them whichever matches. The caller counts the use, and stores it before the lock is
// driven.
const VisitorCode* find_live(const std::vector<VisitorCode>& codes, std::uint16_t door_group,
                             std::string_view tag, std::int64_t now_s);

std::string to_row(const VisitorCode& code);
base::Result<VisitorCode> visitor_code_from_row(std::string_view id, std::string_view row);

}  // namespace linli::domain::access
