#pragma once

#include <cstddef>
#include <random>

#include "tests/powercut/recording.hpp"

namespace linli::powercut {

using Random = std::mt19937_64;

inline std::size_t below(Random& random, std::size_t limit) {
  return static_cast<std::size_t>(random() % limit);
}
inline bool chance(Random& random, double probability) {
  return std::uniform_real_distribution<>(0, 1)(random) < probability;
}

// How likely it is that what was not synced is on disk all the same. 0: all is lost; 1: all is
// there, as after the death of the process alone; between: each thing has a fate of its own.
struct Survival {
  double data = 0;
  double names = 0;
};

// What the directory holds when the power goes after the first `count` operations.
//
// - What stands before the last sync of a file is there, also in a file whose name is not.
// - Of a later write all, none, or some sectors of 512 bytes are there; or only the length that it
//   gave the file, with zeros. A sector is written as the page cache had it at some moment, so that
//   it never has a later write without an earlier one to the same sector.
// - A later truncation is there or not.
// - A file's name appears, goes and changes with a sync of the directory. A later change is there
//   or not, each by itself; a rename is not there by half.
// - Nothing that was synced is lost: disks that lie about it are not modelled.
Files disk_after_cut(const Recording& recording, std::size_t count, Survival survival,
                     Random& random);

}  // namespace linli::powercut
