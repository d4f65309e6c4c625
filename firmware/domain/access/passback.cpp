#include "firmware/domain/access/passback.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json_reader.hpp"
#include "firmware/domain/access/words.hpp"

namespace linli::domain::access {
namespace {

constexpr std::array<std::string_view, 3> kModeWords{"off", "soft", "hard"};
constexpr std::size_t kMaxWord = 16;
constexpr std::int64_t kLongestS = 30LL * 24 * 3600;

}  // namespace

std::string_view name(PassbackMode mode) {
  return word_of(kModeWords, mode);
}

base::Result<PassbackRules> passback_rules_from_json(std::string_view text) {
  auto json = base::parse_json(text);
  if (!json) return base::failure_of(std::move(json));
  base::JsonReader in(*json);
  PassbackRules rules;
  const auto mode = value_of<PassbackMode>(kModeWords, in.text("mode", kMaxWord));
  if (!mode) in.reject("mode", "expected 'off', 'soft' or 'hard'");
  if (const auto seconds = in.optional_integer("forgive_after_s", {0, kLongestS}))
    rules.forgive_after = std::chrono::seconds(*seconds);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  rules.mode = *mode;
  return rules;
}

PassbackVerdict Passback::judge(std::string_view zone, std::string_view person, Direction direction,
                                const PassbackRules& rules, base::TimePoint now) const {
  if (rules.mode == PassbackMode::kOff) return PassbackVerdict::kFine;
  const auto found = last_.find(Key(zone, person));
  if (found == last_.end() || found->second.direction != direction) return PassbackVerdict::kFine;
  const base::Duration since = now - found->second.at;
  const bool is_forgiven = rules.forgive_after > base::Duration{0} && since >= rules.forgive_after;
  if (is_forgiven) return PassbackVerdict::kFine;
  const bool is_refused = rules.mode == PassbackMode::kHard && direction == Direction::kIn;
  return is_refused ? PassbackVerdict::kHard : PassbackVerdict::kSoft;
}

void Passback::passed(std::string_view zone, std::string_view person, Direction direction,
                      base::TimePoint now) {
  Key key(zone, person);
  if (last_.size() >= kMostPeople && !last_.contains(key)) {
    last_.erase(std::min_element(last_.begin(), last_.end(), [](const auto& a, const auto& b) {
      return a.second.at < b.second.at;
    }));
  }
  last_.insert_or_assign(std::move(key), Last{direction, now});
}

void Passback::reset(std::string_view zone, std::string_view person) {
  last_.erase(Key(zone, person));
}

void Passback::reset(std::string_view zone) {
  std::erase_if(last_, [zone](const auto& each) { return each.first.first == zone; });
}

}  // namespace linli::domain::access
