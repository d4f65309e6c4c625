#include "firmware/scenarios/access/change_line.hpp"

#include <utility>

namespace linli::scenarios::access {

void ChangeLine::add(Plan plan, base::Done<core::ScenarioAnswer> done) {
  if (turnstile_.is_full()) {
    return loop_.post([done = std::move(done)]() mutable {
      std::move(done)(base::fail(base::Code::kFull, "too many changes wait: try again soon"));
    });
  }
  turnstile_.enter([this, plan = std::move(plan), done = std::move(done)]() mutable {
    begin(std::move(plan), std::move(done));
  });
}

void ChangeLine::begin(Plan plan, base::Done<core::ScenarioAnswer> done) {
  base::Result<Change> change = std::move(plan)();
  if (!change) {
    turnstile_.leave();
    return std::move(done)(base::failure_of(std::move(change)));
  }
  ports::Turn turn = std::move(change->turn);
  store_.commit(std::move(turn), [this, living = std::weak_ptr(alive_), change = *std::move(change),
                                  done = std::move(done)](base::Result<void> stored) mutable {
    if (living.expired()) return;
    if (stored && change.apply) std::move(change.apply)();
    if (stored && observer_) observer_();
    turnstile_.leave();
    if (!stored) return std::move(done)(base::failure_of(std::move(stored), "not written down"));
    std::move(done)(std::move(change.answer));
  });
}

}  // namespace linli::scenarios::access
