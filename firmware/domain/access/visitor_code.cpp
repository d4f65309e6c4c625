#include "firmware/domain/access/visitor_code.hpp"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/id.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/base/number.hpp"

namespace linli::domain::access {
namespace {

using base::Code;

constexpr std::uint64_t kCodes = 1'000'000;
constexpr std::size_t kTagBytes = 16;
constexpr std::int64_t kLastSecond = 0xFFFFFFFF;
constexpr std::size_t kMaxText = 64;

bool is_code(std::string_view digits) {
  return digits.size() == kVisitorDigits && base::is_digits(digits);
}

}  // namespace

std::optional<std::string> visitor_digits(std::string_view random_bytes) {
  if (random_bytes.size() < 8) return std::nullopt;
  std::uint64_t number = 0;
  for (const char byte : random_bytes.substr(0, 8))
    number = (number << 8U) | static_cast<unsigned char>(byte);
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  constexpr std::uint64_t kFair = kMax - kMax % kCodes;
  if (number >= kFair) return std::nullopt;
  return fmt::format("{:06}", number % kCodes);
}

std::string visitor_tag(std::uint8_t key, std::uint16_t door_group, std::string_view digits,
                        const PassMac& mac) {
  if (!is_code(digits)) return {};
  std::string bytes = "linli-visitor-code-1";
  bytes += '\0';
  bytes += fmt::format("{}:{}", door_group, digits);
  const std::string digest = mac(key, bytes);
  return digest.size() < kTagBytes ? std::string() : digest.substr(0, kTagBytes);
}

bool is_live(const VisitorCode& code, std::int64_t now_s) {
  return now_s < code.until_s && code.uses < code.max_uses;
}

base::Result<void> check_new(const VisitorCode& code, const std::vector<VisitorCode>& codes,
                             std::int64_t now_s) {
  const std::int64_t life = code.until_s - code.from_s;
  if (life <= 0 || life > kLongestLifeS || code.until_s <= now_s) {
    return base::fail(
        Code::kInvalid,
        "a visitor's code ends after it begins, in the future, and lives at most {} h",
        kLongestLifeS / 3600);
  }
  if (code.max_uses < 1 || code.max_uses > kMostVisitorUses)
    return base::fail(Code::kInvalid, "a visitor's code opens 1 to {} times", kMostVisitorUses);
  if (code.tag.size() != kTagBytes) return base::fail(Code::kInvalid, "the code has no tag");
  std::size_t live = 0;
  for (const VisitorCode& each : codes) {
    if (each.door_group != code.door_group || !is_live(each, now_s)) continue;
    ++live;
    if (base::equal_in_constant_time(each.tag, code.tag))
      return base::fail(Code::kConflict, "these six digits are in use: take others");
  }
  if (live >= kMostLive) {
    return base::fail(
        Code::kFull, "{} visitor's codes are live for these doors: end one, or give a pass instead",
        kMostLive);
  }
  return {};
}

const VisitorCode* find_live(const std::vector<VisitorCode>& codes, std::uint16_t door_group,
                             std::string_view tag, std::int64_t now_s) {
  const VisitorCode* found = nullptr;
  if (tag.size() != kTagBytes) return found;
  for (const VisitorCode& each : codes) {
    const bool is_it = base::equal_in_constant_time(each.tag, tag);
    const bool is_now = now_s >= each.from_s && is_live(each, now_s);
    if (is_it && is_now && each.door_group == door_group) found = &each;
  }
  return found;
}

std::string to_row(const VisitorCode& code) {
  return base::dump_json({{"tag", base::to_hex(code.tag)},
                          {"door_group", code.door_group},
                          {"issuer", code.issuer},
                          {"from", code.from_s},
                          {"until", code.until_s},
                          {"max_uses", code.max_uses},
                          {"uses", code.uses}});
}

base::Result<VisitorCode> visitor_code_from_row(std::string_view id, std::string_view row) {
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  base::JsonReader in(*json);
  VisitorCode code;
  code.id = id;
  const auto tag = base::from_hex(in.text("tag", 2 * kTagBytes));
  if (!tag || tag->size() != kTagBytes) in.reject("tag", "expected 32 hexadecimal digits");
  code.door_group = static_cast<std::uint16_t>(in.integer("door_group", {1, 0xFFFF}));
  code.issuer = in.text("issuer", kMaxText);
  if (!base::is_id(code.issuer)) in.reject("issuer", "is not a person's id");
  code.from_s = in.integer("from", {0, kLastSecond});
  code.until_s = in.integer("until", {0, kLastSecond});
  if (code.until_s <= code.from_s) in.reject("until", "is not after 'from'");
  code.max_uses = static_cast<std::uint8_t>(in.integer("max_uses", {1, kMostVisitorUses}));
  code.uses = static_cast<std::uint8_t>(in.integer("uses", {0, kMostVisitorUses}));
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  code.tag = *tag;
  return code;
}

}  // namespace linli::domain::access
