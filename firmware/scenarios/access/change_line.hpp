#pragma once

#include <functional>
#include <memory>

#include "firmware/base/loop.hpp"
#include "firmware/base/once.hpp"
#include "firmware/core/scenario.hpp"
#include "firmware/core/turnstile.hpp"
#include "firmware/ports/store.hpp"

namespace linli::scenarios::access {

// What a change of the books writes, and what is true once it is written.
struct Change {
  ports::Turn turn{};
  base::Task apply{};
  core::ScenarioAnswer answer{};
};

// Changes of the books, one after the other: each is planned when those before it are durable and
// applied, so what a plan has checked still holds when it is written. Loop thread only.
class ChangeLine {
 public:
  using Plan = base::Once<base::Result<Change>()>;

  ChangeLine(base::Loop& loop, ports::Store& store)
      : loop_(loop), store_(store), turnstile_(loop) {}
  ChangeLine(const ChangeLine&) = delete;
  ChangeLine& operator=(const ChangeLine&) = delete;

  // Runs `plan`, later than this call, and then `done` once. kFull if too many wait; else as
  // Store::commit, and then nothing was changed.
  void add(Plan plan, base::Done<core::ScenarioAnswer> done);

  // Called after each change that was written and applied.
  void on_applied(std::function<void()> observer) { observer_ = std::move(observer); }

 private:
  void begin(Plan plan, base::Done<core::ScenarioAnswer> done);

  base::Loop& loop_;
  ports::Store& store_;
  core::Turnstile turnstile_;
  std::function<void()> observer_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::scenarios::access
