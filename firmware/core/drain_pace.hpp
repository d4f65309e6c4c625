#pragma once

#include <cstdint>

#include "firmware/base/time.hpp"

namespace linli::core {

// Holds the sending of a backlog to so many events a second, so that a compound that comes back
// after a week does not flood the platform. Events that arrive meanwhile are allowed on top:
// otherwise a backlog could never shrink while more arrives than the pace.
class DrainPace {
 public:
  // 0 events a second: no limit.
  DrainPace(double events_per_second, base::TimePoint now) : rate_(events_per_second), last_(now) {}

  void note_arrival(std::uint64_t events);
  void note_sent(std::uint64_t events);
  bool may_send(base::TimePoint now);
  // How long until may_send holds again; zero if it does.
  base::Duration wait() const;

 private:
  double most_allowed() const;

  double rate_;
  base::TimePoint last_;
  double allowed_ = 0;  // below zero after a batch that was larger than what was allowed
};

}  // namespace linli::core
