#pragma once

#include <string>

#include "tests/powercut/life.hpp"

namespace linli::powercut {

enum class Trouble : std::uint8_t {
  kNone,
  kUnreadable,   // cannot be opened, or is damaged
  kLost,         // an acknowledged turn is not there, or an accepted one is back
  kHalf,         // what is there was never promised as a whole
  kNumberTwice,  // a new event got a number that was given out
  kEpoch,        // the epoch is another, although it was known
};
inline constexpr std::size_t kTroubles = 6;

struct Verdict {
  Trouble trouble = Trouble::kNone;
  std::string what;
  std::size_t turns_lost = 0;  // acknowledged ones
};

// Opens what was `left` by a cut after `count` operations as the next start does, and holds it
// against what was promised by then. Works in `directory`, which it empties.
Verdict judge(const Life& life, std::size_t count, const Files& left, const std::string& directory);

}  // namespace linli::powercut
