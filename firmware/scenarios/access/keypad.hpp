#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/base/secret.hpp"
#include "firmware/base/time.hpp"

namespace linli::scenarios::access {

// Gathers the keys of each reader head to what somebody typed: '#' ends it, '*' begins anew, and a
// pause of kPause forgets what was typed before. More than kMostDigits are no entry of ours and are
// given out cut, so that they are wrong. Bounded by kMostHeads; loop thread only.
class Keypad {
 public:
  static constexpr base::Duration kPause = std::chrono::seconds(10);
  static constexpr std::size_t kMostDigits = 16;
  static constexpr std::size_t kMostHeads = 1'024;

  // What was ended by these keys, in their order; an empty entry is none.
  std::vector<base::SecretText> add(std::string_view reader, int head, const base::SecretText& keys,
                                    base::TimePoint now);

 private:
  struct Typed {
    base::SecretText digits;
    base::TimePoint last{};
  };
  void make_room(base::TimePoint now);

  std::map<std::pair<std::string, int>, Typed> typed_;
};

}  // namespace linli::scenarios::access
