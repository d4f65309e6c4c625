#include "firmware/tls/argon2_hash.hpp"

#include <sodium.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace linli::tls {
namespace {

using base::Code;
using Stored = std::array<char, crypto_pwhash_STRBYTES>;

base::Failure no_memory() {
  return base::fail(Code::kInternal, "no memory to hash a password: {} MiB are needed",
                    Argon2Hash::kMemoryBytes / (1024UL * 1024));
}

base::Result<std::string> hash_now(const std::string& password) {
  Stored stored{};
  const int result =
      crypto_pwhash_str_alg(stored.data(), password.data(), password.size(), Argon2Hash::kPasses,
                            Argon2Hash::kMemoryBytes, crypto_pwhash_ALG_ARGON2ID13);
  if (result != 0) return no_memory();
  return std::string(stored.data());
}

base::Result<bool> verify_now(const std::string& password, const std::string& stored) {
  Stored text{};
  if (stored.empty() || stored.size() >= text.size()) {
    // Nobody has this login: as much work as if somebody had.
    auto wasted = hash_now(password);
    if (!wasted) return base::failure_of(std::move(wasted));
    return false;
  }
  std::copy(stored.begin(), stored.end(), text.begin());
  return crypto_pwhash_str_verify(text.data(), password.data(), password.size()) == 0;
}

}  // namespace

struct Argon2Hash::Body {
  explicit Body(base::Loop& on) : loop(on), thread([this] { run(); }) {
    pthread_setname_np(thread.native_handle(), "linli-hash");
  }
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  ~Body() {
    *alive = false;
    {
      const std::lock_guard lock(mutex);
      is_stopping = true;
    }
    wake.notify_one();
    thread.join();
  }

  // False if too many wait.
  bool add(base::Task task) {
    {
      const std::lock_guard lock(mutex);
      if (waiting.size() >= kMaxWaiting) return false;
      waiting.push_back(std::move(task));
    }
    wake.notify_one();
    return true;
  }

  void run() {
    std::unique_lock lock(mutex);
    while (!is_stopping) {
      if (waiting.empty()) {
        wake.wait(lock);
        continue;
      }
      base::Task task = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      std::move(task)();
      lock.lock();
    }
  }

  template <class T>
  void tell(base::Done<T> done, base::Result<T> result) {
    loop.post([living = alive, done = std::move(done), result = std::move(result)]() mutable {
      if (*living) std::move(done)(std::move(result));
    });
  }

  // `work` runs on the thread, once it is its turn.
  template <class T, class Work>
  void ask(Work work, base::Done<T> done) {
    // Outside of the task, so that it is still there if the task is not taken.
    auto kept = std::make_shared<base::Done<T>>(std::move(done));
    const bool is_taken =
        add([this, work = std::move(work), kept]() mutable { tell<T>(std::move(*kept), work()); });
    if (is_taken) return;
    tell<T>(std::move(*kept),
            base::fail(Code::kFull, "too many passwords wait to be checked: try again soon"));
  }

  base::Loop& loop;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);  // loop thread only
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<base::Task> waiting;
  bool is_stopping = false;
  std::thread thread;
};

Argon2Hash::Argon2Hash(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Argon2Hash::~Argon2Hash() = default;

base::Result<std::unique_ptr<Argon2Hash>> Argon2Hash::make(base::Loop& loop) {
  if (sodium_init() < 0) return base::fail(Code::kInternal, "libsodium cannot start");
  return std::unique_ptr<Argon2Hash>(new Argon2Hash(std::make_unique<Body>(loop)));
}

void Argon2Hash::hash(base::SecretText password, base::Done<std::string> done) {
  body_->ask<std::string>([password = std::move(password)] { return hash_now(password.reveal()); },
                          std::move(done));
}

void Argon2Hash::verify(base::SecretText password, std::string stored, base::Done<bool> done) {
  body_->ask<bool>([password = std::move(password),
                    stored = std::move(stored)] { return verify_now(password.reveal(), stored); },
                   std::move(done));
}

}  // namespace linli::tls
