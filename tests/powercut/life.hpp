#pragma once

#include <string>
#include <vector>

#include "tests/powercut/disk_image.hpp"
#include "tests/powercut/model.hpp"

namespace linli::powercut {

inline constexpr std::size_t kNever = ~std::size_t{0};
inline constexpr const char* kDatabase = "linli.db";

// One transaction, or one opening: what may be read when it is on disk. Positions count operations
// of the recording.
struct Step {
  std::size_t begun = 0;
  std::size_t acknowledged = kNever;
  World after;
  std::size_t turns = 0;  // since the life began
};

// A stretch of operations, to be cut at each.
struct Span {
  std::string what;
  std::size_t begin = 0;
  std::size_t end = 0;
};

// What a store did from its first opening on, and what it promised meanwhile.
struct Life {
  Recording recording;
  std::vector<Step> steps;  // the first is what was on disk before
  std::vector<Span> spans;
  std::string trouble;  // the store contradicted us while the power was on
};

struct LifeOptions {
  std::string directory;
  std::uint64_t seed = 1;
  std::string synchronous = "FULL";
  int openings = 2;
  int groups = 12;  // between opening and closing
  Model::Traffic traffic;
  bool is_closed_at_end = false;
};

// An empty directory, and a store that is opened, used and closed several times.
Life live(const LifeOptions& options);

// The process was killed after `count` operations of `before` and started again; nothing that was
// not synced then is safe now.
Life live_after_kill(const LifeOptions& options, const Life& before, std::size_t count);

// The power was cut and `left` was found.
Life live_after_cut(const LifeOptions& options, const Files& left);

}  // namespace linli::powercut
