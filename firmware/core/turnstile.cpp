#include "firmware/core/turnstile.hpp"

#include <utility>

namespace linli::core {

void Turnstile::enter(base::Task next) {
  waiting_.push_back(std::move(next));
  go_on();
}

void Turnstile::leave() {
  is_busy_ = false;
  go_on();
}

void Turnstile::go_on() {
  if (is_busy_ || waiting_.empty()) return;
  is_busy_ = true;
  loop_.post([this, living = std::weak_ptr(alive_)] {
    if (living.expired()) return;
    base::Task next = std::move(waiting_.front());
    waiting_.pop_front();
    std::move(next)();
  });
}

}  // namespace linli::core
