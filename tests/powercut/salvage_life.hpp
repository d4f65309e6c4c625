#pragma once

#include "tests/powercut/judge.hpp"

namespace linli::powercut {

// A store that finds its database damaged, at start, and carries over what can be read.
struct SalvageLife {
  Recording recording;
  World readable;  // what an undisturbed salvage carries over
  std::size_t events_before = 0;
  std::size_t events_readable = 0;
  std::size_t acknowledged = kNever;  // the opening and one more turn
  std::string trouble;
};

SalvageLife live_with_damage(const LifeOptions& options);

// The next start, cut short after `count` operations, must have all that was readable.
Verdict judge_salvage(const SalvageLife& life, std::size_t count, const Files& left,
                      const std::string& directory);

}  // namespace linli::powercut
