#pragma once

#include <cassert>
#include <memory>
#include <type_traits>
#include <utility>

#include "firmware/base/result.hpp"

namespace linli::base {

template <class Signature>
class Once;

// A move-only callback that runs at most once: std::move(done)(value). It is empty afterwards, so a
// second call does not compile without a second std::move, and asserts if it gets that far.
template <class R, class... Args>
class Once<R(Args...)> {
 public:
  Once() = default;

  // Lambdas are passed where a Once is taken, so it converts; `requires` leaves Once itself out.
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, Once> &&
           std::is_invocable_r_v<R, std::remove_cvref_t<F>&, Args...>)
      // NOLINTNEXTLINE(google-explicit-constructor,bugprone-forwarding-reference-overload): above
      Once(F&& f)
      : body_(std::make_unique<Holder<std::remove_cvref_t<F>>>(std::forward<F>(f))) {}

  explicit operator bool() const { return body_ != nullptr; }

  R operator()(Args... args) && {
    assert(body_ != nullptr);
    const auto body = std::move(body_);
    return body->run(std::forward<Args>(args)...);
  }

 private:
  struct Body {
    Body() = default;
    Body(const Body&) = delete;
    Body& operator=(const Body&) = delete;
    virtual ~Body() = default;
    virtual R run(Args... args) = 0;
  };

  template <class F>
  struct Holder final : Body {
    explicit Holder(F f) : function(std::move(f)) {}
    R run(Args... args) override { return function(std::forward<Args>(args)...); }
    F function;
  };

  std::unique_ptr<Body> body_;
};

using Task = Once<void()>;

// What an asynchronous function calls with its outcome: exactly once, later than the call itself.
template <class T>
using Done = Once<void(Result<T>)>;

}  // namespace linli::base
