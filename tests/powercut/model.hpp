#pragma once

#include <vector>

#include "tests/powercut/disk_image.hpp"
#include "tests/powercut/world.hpp"

namespace linli::powercut {

// Turns that share one transaction, and what the platform accepted before.
struct Batch {
  std::vector<ports::Turn> turns;
  std::vector<std::pair<domain::Stream, std::uint64_t>> accepted;
};

// Invents the traffic of a compound, and knows by itself what a store must hold after it.
class Model {
 public:
  struct Traffic {
    std::size_t rows = 28;        // of state: few, so that they are often overwritten
    std::size_t put_bytes = 200;  // about
    double accepting = 0.2;       // how often the platform accepts
  };

  Model(std::uint64_t seed, Traffic traffic) : random_(seed), traffic_(traffic) {}

  Batch invent(const World& world);
  // All but the quotas.
  static void apply(World& world, const Batch& batch);
  // Whether `seen` is `rows` with nothing but the oldest replaced by one gap that counts them; adds
  // what was dropped to `dropped`.
  static bool explain_drop(const Rows& rows, const Rows& seen, std::uint64_t& dropped);

 private:
  ports::Turn invent_turn(const World& world, bool is_last);
  std::pair<ports::Space, std::string> place();
  void add_state(ports::Turn& turn, const World& world);
  void add_envelopes(ports::Turn& turn, bool is_last);
  std::string text(std::size_t about);

  Random random_;
  Traffic traffic_;
  std::uint64_t number_ = 0;
};

}  // namespace linli::powercut
