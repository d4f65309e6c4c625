#pragma once

#include <optional>

#include "firmware/base/time.hpp"

namespace linli::drivers::gpio {

// A contact bounces: what it says counts when it has said so for a while. Pure.
class Debounce {
 public:
  Debounce(base::Duration settle, bool is_active) : settle_(settle), settled_(is_active) {}

  void edge(bool is_active, base::TimePoint at) {
    now_ = is_active;
    since_ = at;
  }
  // When take() should be asked; nothing while it is quiet.
  std::optional<base::TimePoint> due() const {
    return since_ ? std::optional(*since_ + settle_) : std::nullopt;
  }
  // The new state, once it has settled.
  std::optional<bool> take(base::TimePoint now) {
    if (!since_ || now < *since_ + settle_) return std::nullopt;
    since_.reset();
    if (now_ == settled_) return std::nullopt;
    settled_ = now_;
    return settled_;
  }
  bool state() const { return settled_; }

 private:
  base::Duration settle_;
  bool settled_;
  bool now_ = false;
  std::optional<base::TimePoint> since_;
};

}  // namespace linli::drivers::gpio
