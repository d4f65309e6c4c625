#include "firmware/domain/access/revocations.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json_reader.hpp"

namespace linli::domain::access {
namespace {

using base::Code;
using base::Json;
using base::JsonReader;

constexpr base::JsonLimits kLimits{.max_bytes = 1024 * 1024,
                                   .max_depth = 4,
                                   .max_values = 2 * Revocations::kMost + 16,
                                   .max_string_bytes = 64};
constexpr std::int64_t kLastSecond = 7'258'118'400;  // 2200

base::Result<std::set<std::uint64_t>> read(const Json& list, std::string_view key) {
  std::set<std::uint64_t> out;
  std::size_t at = 0;
  for (const Json& item : list) {
    auto number = parse_hex64(item.is_string() ? item.get_ref<const std::string&>() : "");
    if (!number) return base::failure_of(std::move(number), fmt::format("{}[{}]", key, at));
    out.insert(*number);
    ++at;
  }
  return out;
}

Json json_of(const std::set<std::uint64_t>& numbers) {
  Json list = Json::array();
  for (const std::uint64_t each : numbers) list.push_back(hex64(each));
  return list;
}

bool add(std::set<std::uint64_t>& set, std::uint64_t number) {
  if (set.size() >= Revocations::kMost && !set.contains(number)) return false;
  set.insert(number);
  return true;
}

}  // namespace

std::string hex64(std::uint64_t number) {
  return fmt::format("{:016x}", number);
}

base::Result<std::uint64_t> parse_hex64(std::string_view text) {
  const auto bytes = base::from_hex(text);
  if (!bytes || bytes->size() != 8)
    return base::fail(Code::kInvalid, "expected 16 hexadecimal digits in a string");
  std::uint64_t number = 0;
  for (const char byte : *bytes) number = (number << 8U) | static_cast<unsigned char>(byte);
  return number;
}

base::Result<Revocations> Revocations::parse(std::string_view json) {
  auto parsed = base::parse_json(json, kLimits);
  if (!parsed) return base::failure_of(std::move(parsed));
  JsonReader in(*parsed);
  Revocations out;
  out.as_of_s_ = in.integer("as_of", {0, kLastSecond});
  const Json& subjects = in.array("subjects", kMost);
  const Json& passes = in.array("passes", kMost);
  if (auto whole = in.finish(); !whole) return base::failure_of(std::move(whole));
  auto read_subjects = read(subjects, "subjects");
  if (!read_subjects) return base::failure_of(std::move(read_subjects));
  auto read_passes = read(passes, "passes");
  if (!read_passes) return base::failure_of(std::move(read_passes));
  out.subjects_ = *std::move(read_subjects);
  out.passes_ = *std::move(read_passes);
  return out;
}

std::string Revocations::to_row() const {
  return base::dump_json(
      {{"as_of", as_of_s_}, {"subjects", json_of(subjects_)}, {"passes", json_of(passes_)}});
}

bool Revocations::revoke_subject(std::uint64_t subject) {
  return add(subjects_, subject);
}
bool Revocations::revoke_pass(std::uint64_t pass) {
  return add(passes_, pass);
}

bool Revocations::is_fresh(const EventTime& now) const {
  if (as_of_s_ == 0 || now.quality != TimeQuality::kSynchronised) return false;
  const std::int64_t age_ms = now.unix_ms - as_of_s_ * 1000;
  return age_ms <= kMaxAgeS * 1000 && age_ms >= -kSkewS * 1000;
}

}  // namespace linli::domain::access
