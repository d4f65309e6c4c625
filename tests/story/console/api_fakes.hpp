#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "firmware/base/bytes.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/console/api/house.hpp"
#include "firmware/console/message.hpp"
#include "firmware/ports/crypto.hpp"
#include "firmware/ports/history.hpp"
#include "firmware/ports/key_store.hpp"
#include "firmware/ports/password_hash.hpp"
#include "tests/fakes/memory_store.hpp"

// What stands around the API in stories: quick where the product is slow on purpose.
namespace linli::story {

class PlainKeys final : public ports::KeyStore {
 public:
  base::Result<base::SecretText> new_password() override {
    return base::SecretText("password-" + std::to_string(++count_));
  }
  base::Result<std::string> seal(std::string_view name, const base::SecretText& secret) override {
    return std::string(name) + "|" + secret.reveal();
  }
  base::Result<base::SecretText> open(std::string_view name, std::string_view sealed) override {
    if (!sealed.starts_with(std::string(name) + "|"))
      return base::fail(base::Code::kCorrupt, "sealed under another name");
    return base::SecretText(std::string(sealed.substr(name.size() + 1)));
  }

 private:
  int count_ = 0;
};

class QuickHash final : public ports::PasswordHash {
 public:
  explicit QuickHash(base::Loop& loop) : loop_(loop) {}
  void hash(base::SecretText password, base::Done<std::string> done) override {
    loop_.post([text = "quick:" + password.reveal(), done = std::move(done)]() mutable {
      std::move(done)(std::move(text));
    });
  }
  void verify(base::SecretText password, std::string stored, base::Done<bool> done) override {
    loop_.post([is_it = stored == "quick:" + password.reveal(), done = std::move(done)]() mutable {
      std::move(done)(is_it);
    });
  }

 private:
  base::Loop& loop_;
};

// Random that repeats with each run, and a digest that no attacker should see.
class CountingCrypto final : public ports::Crypto {
 public:
  base::Result<std::string> random(std::size_t bytes) override {
    std::string out;
    while (out.size() < bytes) out += sha256(std::to_string(++count_));
    out.resize(bytes);
    return out;
  }
  std::string sha256(std::string_view bytes) override {
    return fakes::MemoryStore::plain_digest(bytes);
  }
  std::string hmac_sha256(const base::SecretText& key, std::string_view bytes) override {
    return sha256(key.reveal() + std::string(bytes));
  }
  std::string one_time_code(const base::SecretText& secret, std::uint64_t step) override {
    const auto digest = base::digest64(secret.reveal(), step);
    return fmt::format("{:06}", digest % 1'000'000);
  }

 private:
  std::uint64_t count_ = 0;
};

// What the journal would have: a test puts it there.
class TestHistory final : public ports::History {
 public:
  explicit TestHistory(base::Loop& loop) : loop_(loop) {}

  void events(ports::EventQuery query, base::Done<ports::EventPage> done) override;
  void gaps(std::uint64_t before, std::size_t limit, base::Done<ports::GapPage> done) override;
  void samples(ports::SampleQuery query,
               base::Done<std::vector<domain::SamplePoint>> done) override;

  std::vector<ports::KeptEvent> kept;  // oldest first
  std::vector<ports::KeptGap> kept_gaps;

 private:
  base::Loop& loop_;
};

// A daemon of which nothing is running.
class TestHouse final : public console::api::House {
 public:
  explicit TestHouse(base::Loop& loop) : loop_(loop) {}

  Facts facts() const override;
  core::DeviceSurroundings around(const core::Device& /*device*/) const override {
    return surroundings;
  }
  void readiness(base::Done<std::vector<Check>> done) override;
  std::vector<core::ProfilePtr> profiles() const override { return models; }
  base::Json credentials_json(const ports::DeviceCredentials& credentials) const override;
  void device_changed(const std::string& device) override { changed.push_back(device); }
  base::Result<std::string> random_word() override;
  core::TodoSnapshot todo_around() const override { return todo; }
  std::vector<console::api::MetricFamily> metrics() const override;
  void platform(base::Done<base::Json> done) override;
  base::Json operations() const override;

  core::DeviceSurroundings surroundings;
  std::vector<core::ProfilePtr> models;
  core::TodoSnapshot todo;
  std::string contact;
  std::vector<std::string> changed;
  bool store_works = true;

 private:
  base::Loop& loop_;
  std::uint64_t words_ = 0;
};

class TestUpkeep final : public console::api::Upkeep {
 public:
  explicit TestUpkeep(base::Loop& loop) : loop_(loop) {}

  base::Json settings() const override;
  std::string settings_version() const override { return std::to_string(version); }
  void change_settings(const base::Json& changes, bool dry_run, const std::string& actor,
                       base::Done<base::Json> done) override;
  void confirm_settings(const std::string& actor, base::Done<void> done) override;
  void revert_settings(base::Done<void> done) override;
  void preview_diagnostics(base::Done<base::Json> done) override;
  void diagnostics_bundle(base::Done<std::string> done) override;
  void make_backup(base::Done<base::Json> done) override;
  void read_backup(const std::string& id, base::Done<std::string> done) override;
  void restore(std::string archive, base::SecretText words, bool dry_run,
               base::Done<base::Json> done) override;

  int version = 1;
  std::vector<std::string> calls;

 private:
  template <class T>
  void later(base::Done<T> done, base::Result<T> result);

  base::Loop& loop_;
};

// The other side of a stream.
class HeldOutlet final : public console::Outlet {
 public:
  bool send(std::string text) override {
    if (is_closed || is_gone) return false;
    sent.push_back(std::move(text));
    return true;
  }
  void close() override { is_closed = true; }

  std::vector<std::string> sent;
  bool is_closed = false;  // by us
  bool is_gone = false;    // by the browser
};

}  // namespace linli::story
