#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/base/time.hpp"

namespace linli::domain::access {

// Whoever went in must go out before going in again (防反潜回), so that a card is not handed back
// over the fence. Optional, for each zone; nobody is ever kept inside: going out is judged softly
// only.
enum class PassbackMode : std::uint8_t {
  kOff,
  kSoft,  // let in, and told
  kHard,  // refused
};
std::string_view name(PassbackMode mode);  // "off", "soft", "hard"

struct PassbackRules {
  PassbackMode mode = PassbackMode::kOff;
  // Forgiveness: after so long without a passage nobody knows any more where somebody is; 0: never
  // (until a guard resets it).
  base::Duration forgive_after = std::chrono::hours(12);
};
// {"mode": "hard", "forgive_after_s": 43200}; kInvalid names the member.
base::Result<PassbackRules> passback_rules_from_json(std::string_view text);

enum class Direction : std::uint8_t { kIn, kOut };

enum class PassbackVerdict : std::uint8_t {
  kFine,
  kSoft,  // against the rule, but let through: write it down
  kHard,  // refused
};

// Where people are, zone by zone. In memory: after a restart nobody knows, and everybody is fine
// once. Bounded: beyond kMostPeople whoever passed longest ago is forgotten, and so forgiven.
// Loop thread only.
class Passback {
 public:
  static constexpr std::size_t kMostPeople = 20'000;

  // Changes nothing.
  PassbackVerdict judge(std::string_view zone, std::string_view person, Direction direction,
                        const PassbackRules& rules, base::TimePoint now) const;

  // Somebody passed: the door was opened, not only unlocked, where a contact can tell.
  void passed(std::string_view zone, std::string_view person, Direction direction,
              base::TimePoint now);

  // A guard says that it is well: for one person, or for all in a zone.
  void reset(std::string_view zone, std::string_view person);
  void reset(std::string_view zone);

  std::size_t size() const { return last_.size(); }

 private:
  using Key = std::pair<std::string, std::string>;  // zone, person
  struct Last {
    Direction direction = Direction::kIn;
    base::TimePoint at{};
  };
  std::map<Key, Last> last_;
};

}  // namespace linli::domain::access
