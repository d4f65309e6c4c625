#pragma once

#include <deque>
#include <string>
#include <utility>

#include "firmware/base/loop.hpp"
#include "firmware/ports/password_hash.hpp"

namespace linli::fakes {

// Password hashes that cost nothing and protect nothing. They answer a turn of the loop later, in
// their order, or when they are released; or that too many wait.
class FakeHash final : public ports::PasswordHash {
 public:
  explicit FakeHash(base::Loop& loop) : loop_(loop) {}

  void hash(base::SecretText password, base::Done<std::string> done) override {
    add([this, password = std::move(password), done = std::move(done)]() mutable {
      if (is_full) return std::move(done)(full());
      std::move(done)("$fake$" + std::to_string(++salt_) + "$" + password.reveal());
    });
  }

  void verify(base::SecretText password, std::string stored, base::Done<bool> done) override {
    ++verified;
    add([this, password = std::move(password), stored = std::move(stored),
         done = std::move(done)]() mutable {
      if (is_full) return std::move(done)(full());
      std::move(done)(!stored.empty() && stored.substr(stored.rfind('$') + 1) == password.reveal());
    });
  }

  // Answers wait until release.
  void hold() { is_held_ = true; }
  void release() {
    is_held_ = false;
    for (base::Task& task : std::exchange(held_, {})) loop_.post(std::move(task));
  }

  bool is_full = false;
  int verified = 0;

 private:
  void add(base::Task task) {
    if (is_held_) {
      held_.push_back(std::move(task));
    } else {
      loop_.post(std::move(task));
    }
  }
  static base::Failure full() { return base::fail(base::Code::kFull, "the test said so"); }

  base::Loop& loop_;
  std::deque<base::Task> held_;
  bool is_held_ = false;
  int salt_ = 0;
};

}  // namespace linli::fakes
