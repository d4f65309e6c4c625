#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "firmware/base/loop.hpp"
#include "firmware/core/account_refusal.hpp"
#include "firmware/core/turnstile.hpp"
#include "firmware/ports/store.hpp"

namespace linli::core {

// What a change writes, and what is true once it is written.
template <class T>
struct Plan {
  ports::Turn turn{};        // empty: nothing is written
  base::Task apply{};        // in memory
  base::Once<T()> answer{};  // after apply; without it a void change answers with nothing
};

// Changes of the account tables, one after the other: each is planned when those before it are
// durable and applied, so what a plan has checked still holds when it is written. Loop thread only.
class ChangeQueue {
 public:
  ChangeQueue(base::Loop& loop, ports::Store& store)
      : loop_(loop), store_(store), turnstile_(loop) {}
  ChangeQueue(const ChangeQueue&) = delete;
  ChangeQueue& operator=(const ChangeQueue&) = delete;

  template <class T>
  using Make = base::Once<AccountResult<Plan<T>>()>;

  // Runs `make`, later than this call, and then `done` once. kBusy if too many wait, or if the
  // store could not write: then nothing was changed.
  template <class T>
  void add(Make<T> make, AccountDone<T> done) {
    if (turnstile_.is_full()) return refuse_later<T>(std::move(done));
    turnstile_.enter([this, make = std::move(make), done = std::move(done)]() mutable {
      begin<T>(std::move(make), std::move(done));
    });
  }

 private:
  template <class T>
  void begin(Make<T> make, AccountDone<T> done) {
    AccountResult<Plan<T>> plan = std::move(make)();
    if (!plan) {
      turnstile_.leave();
      return std::move(done)(tl::unexpected(std::move(plan).error()));
    }
    if (plan->turn.empty()) return finish<T>(*std::move(plan), std::move(done));
    ports::Turn turn = std::move(plan->turn);
    store_.commit(std::move(turn), [this, living = alive_, plan = *std::move(plan),
                                    done = std::move(done)](base::Result<void> stored) mutable {
      if (living.expired()) return;
      if (stored) return finish<T>(std::move(plan), std::move(done));
      turnstile_.leave();
      std::move(done)(not_stored(stored.error()));
    });
  }

  template <class T>
  void finish(Plan<T> plan, AccountDone<T> done) {
    if (plan.apply) std::move(plan.apply)();
    turnstile_.leave();
    if constexpr (std::is_void_v<T>) {
      if (plan.answer) std::move(plan.answer)();
      std::move(done)({});
    } else {
      std::move(done)(std::move(plan.answer)());
    }
  }

  template <class T>
  void refuse_later(AccountDone<T> done) {
    loop_.post([done = std::move(done)]() mutable {
      std::move(done)(refuse(RefusalKind::kBusy, "too many changes wait: try again soon"));
    });
  }

  static tl::unexpected<AccountRefusal> not_stored(const base::Error& error);

  base::Loop& loop_;
  ports::Store& store_;
  Turnstile turnstile_;
  std::shared_ptr<const bool> own_ = std::make_shared<const bool>(true);
  std::weak_ptr<const bool> alive_ = own_;
};

}  // namespace linli::core
