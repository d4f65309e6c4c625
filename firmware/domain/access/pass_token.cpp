#include "firmware/domain/access/pass_token.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/domain/access/pass_text.hpp"
#include "firmware/domain/access/words.hpp"

namespace linli::domain::access {
namespace {

using base::Code;

constexpr std::size_t kBodyBytes = 29;
constexpr std::size_t kMacBytes = 16;
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kPassBytes = kBodyBytes + kMacBytes;
constexpr unsigned kVersion = 1;
constexpr std::int64_t kLastSecond = 0xFFFFFFFF;
static_assert(kPassBytes * 8 == kPassTextChars * 5);

constexpr std::array<std::string_view, kPassRefusals> kWords{
    "none",     "malformed", "unknown_version",   "unknown_key",
    "forged",   "bad_rules", "wrong_door",        "clock_unknown",
    "not_yet",  "expired",   "revocations_stale", "revoked",
    "replayed", "busy"};

void put(std::string& out, std::uint64_t number, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0;) out += static_cast<char>((number >> (8 * i)) & 0xFFU);
}

std::uint64_t take(std::string_view& bytes, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < count; ++i)
    number = (number << 8U) | static_cast<unsigned char>(bytes[i]);
  bytes.remove_prefix(count);
  return number;
}

std::string body_of(const PassToken& token) {
  std::string body;
  put(body, (kVersion << 4U) | static_cast<unsigned>(token.kind), 1);
  put(body, token.key, 1);
  put(body, token.door_group, 2);
  put(body, token.subject, 8);
  put(body, static_cast<std::uint64_t>(token.not_before_s), 4);
  put(body, static_cast<std::uint64_t>(token.expires_s), 4);
  put(body, token.max_uses, 1);
  put(body, token.id, 8);
  return body;
}

PassToken token_of(std::string_view body) {
  PassToken token;
  token.kind = static_cast<PassKind>(take(body, 1) & 0x0FU);
  token.key = static_cast<std::uint8_t>(take(body, 1));
  token.door_group = static_cast<std::uint16_t>(take(body, 2));
  token.subject = take(body, 8);
  token.not_before_s = static_cast<std::int64_t>(take(body, 4));
  token.expires_s = static_cast<std::int64_t>(take(body, 4));
  token.max_uses = static_cast<std::uint8_t>(take(body, 1));
  token.id = take(body, 8);
  return token;
}

bool is_known_version(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes.front());
  const unsigned kind = first & 0x0FU;
  return (first >> 4U) == kVersion && (kind == static_cast<unsigned>(PassKind::kResident) ||
                                       kind == static_cast<unsigned>(PassKind::kVisitor));
}

bool keeps_rules(const PassToken& token) {
  const bool is_resident = token.kind == PassKind::kResident;
  const std::int64_t life = token.expires_s - token.not_before_s;
  const std::int64_t longest = is_resident ? kResidentLifeS : kVisitorLifeS;
  const int most = is_resident ? 1 : kMostVisitorUses;
  return life > 0 && life <= longest && token.max_uses >= 1 && token.max_uses <= most &&
         token.door_group != 0;
}

std::string signed_bytes(std::string_view site, std::string_view body) {
  std::string bytes = "linli-pass-1";
  bytes += '\0';
  bytes += site;
  bytes += '\0';
  return bytes += body;
}

// Of a pass whose MAC is right.
PassRefusal judge(const PassToken& token, const PassContext& context) {
  if (!keeps_rules(token)) return PassRefusal::kBadRules;
  const auto& groups = context.door_groups;
  if (std::find(groups.begin(), groups.end(), token.door_group) == groups.end())
    return PassRefusal::kWrongDoor;
  const std::int64_t now_ms = context.now.unix_ms;
  if (context.now.quality != TimeQuality::kSynchronised) return PassRefusal::kClockUnknown;
  if (now_ms < (token.not_before_s - kPassSkewS) * 1000) return PassRefusal::kNotYet;
  if (now_ms >= token.expires_s * 1000) return PassRefusal::kExpired;
  if (!context.revocations.is_fresh(context.now)) return PassRefusal::kRevocationsStale;
  if (context.revocations.covers(token.subject, token.id)) return PassRefusal::kRevoked;
  return PassRefusal::kNone;
}

}  // namespace

std::string_view name(PassRefusal refusal) {
  return word_of(kWords, refusal);
}

base::Result<std::string> sign(const PassToken& token, std::string_view site, const PassMac& mac) {
  if (!keeps_rules(token)) {
    return base::fail(Code::kInvalid,
                      "a pass needs a door group, a beginning before its end, and at most {} s and "
                      "one use for a resident, {} s and {} uses for a visitor",
                      kResidentLifeS, kVisitorLifeS, kMostVisitorUses);
  }
  if (token.not_before_s < 0 || token.expires_s > kLastSecond)
    return base::fail(Code::kInvalid, "a pass lies between the years 1970 and 2106");
  const std::string body = body_of(token);
  const std::string digest = mac(token.key, signed_bytes(site, body));
  if (digest.size() != kDigestBytes)
    return base::fail(Code::kNotFound, "there is no key {} to sign a pass with", token.key);
  return to_base32(body + digest.substr(0, kMacBytes));
}

PassCheck verify(std::string_view text, const PassContext& context, const PassMac& mac) {
  const auto bytes = from_base32(text, kPassTextChars);
  if (!bytes || bytes->size() != kPassBytes) return {PassRefusal::kMalformed};
  if (!is_known_version(*bytes)) return {PassRefusal::kUnknownVersion};
  const std::string_view body = std::string_view(*bytes).substr(0, kBodyBytes);
  const PassToken token = token_of(body);
  const std::string digest = mac(token.key, signed_bytes(context.site, body));
  if (digest.size() != kDigestBytes) return {PassRefusal::kUnknownKey};
  const std::string_view shown = std::string_view(*bytes).substr(kBodyBytes);
  if (!base::equal_in_constant_time(shown, std::string_view(digest).substr(0, kMacBytes)))
    return {PassRefusal::kForged};
  return {judge(token, context), token};
}

base::Result<PassToken> read_unverified(std::string_view text) {
  const auto bytes = from_base32(text, kPassTextChars);
  if (!bytes || bytes->size() != kPassBytes)
    return base::fail(Code::kInvalid, "a pass has {} characters of 0-9 and A-Z", kPassTextChars);
  if (!is_known_version(*bytes))
    return base::fail(Code::kUnsupported,
                      "the pass is of a version that this gateway does not know");
  return token_of(std::string_view(*bytes).substr(0, kBodyBytes));
}

}  // namespace linli::domain::access
