#pragma once

#include <utility>

#include "firmware/base/once.hpp"

namespace linli::base {

// Keeps a timer or a watch alive. Destroying it is the only way to cancel: afterwards the callback
// never runs. Destroy it on the loop's thread.
class [[nodiscard]] Handle {
 public:
  Handle() = default;
  explicit Handle(Task cancel) : cancel_(std::move(cancel)) {}
  Handle(Handle&& other) noexcept : cancel_(std::move(other.cancel_)) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      cancel_ = std::move(other.cancel_);
    }
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { reset(); }

  void reset() {
    if (cancel_) std::move(cancel_)();
  }

  // True until reset; a timer that has fired still counts as held.
  explicit operator bool() const { return static_cast<bool>(cancel_); }

 private:
  Task cancel_;
};

}  // namespace linli::base
