#pragma once

#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "drivers/osdp/osdp_driver.hpp"
#include "firmware/domain/profile_codec.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/virtual_loop.hpp"
#include "tests/unit/osdp/fake_reader.hpp"
#include "tests/unit/osdp/hex.hpp"

namespace linli::drivers::osdp {

// The wires of the bus "gate" with its readers; an answer takes 20 ms.
struct Wires {
  explicit Wires(base::Loop& the_loop) : loop(the_loop) {}

  base::Loop& loop;
  std::vector<FakeReader> readers;
  LineEvents events;
  std::vector<std::string> sent;
  std::vector<base::Handle> under_way;
  bool is_open = false;

  void state(base::Result<void> now) {
    loop.post([this, now = std::move(now)] {
      is_open = now.has_value();
      if (events.on_state) events.on_state(now);
    });
  }
};

class FakeLine final : public Line {
 public:
  FakeLine(Wires& wires, LineEvents events) : wires_(wires) {
    wires_.events = std::move(events);
    wires_.state({});
  }
  ~FakeLine() override {
    wires_.under_way.clear();
    wires_.events = {};
  }
  void send(std::string bytes) override {
    wires_.sent.push_back(bytes);
    for (FakeReader& reader : wires_.readers) {
      const auto answer = reader.answer(bytes.substr(1));  // behind the mark
      if (!answer || !wires_.is_open) continue;
      wires_.under_way.push_back(wires_.loop.after(std::chrono::milliseconds(20), [this, answer] {
        wires_.events.on_bytes("\xFF" + *answer);
      }));
    }
  }

 private:
  Wires& wires_;
};

class NotingIntake final : public ports::Intake {
 public:
  explicit NotingIntake(base::Loop& loop) : loop_(loop) {}
  void take(ports::Delivery delivery, base::Done<void> committed) override {
    for (domain::Report& report : delivery.reports) reports.push_back(std::move(report));
    loop_.post([done = std::move(committed), failing = failing]() mutable {
      std::move(done)(failing ? base::Result<void>(base::fail(base::Code::kFull, "full"))
                              : base::Result<void>{});
    });
  }
  std::vector<domain::Presentation> presentations() const {
    std::vector<domain::Presentation> all;
    for (const auto& report : reports)
      all.insert(all.end(), report.presentations.begin(), report.presentations.end());
    return all;
  }

  std::vector<domain::Report> reports;
  bool failing = false;

 private:
  base::Loop& loop_;
};

class NotingTap final : public ports::FrameTap {
 public:
  void frame(std::string_view /*driver*/, ports::Frame frame) override {
    frames.push_back(std::move(frame));
  }
  std::vector<ports::Frame> frames;
};

// Seals so that a test can see what it did.
class PlainKeys final : public ports::KeyStore {
 public:
  base::Result<base::SecretText> new_password() override { return base::SecretText("password"); }
  base::Result<std::string> seal(std::string_view name, const base::SecretText& secret) override {
    return std::string(name) + "|" + secret.reveal();
  }
  base::Result<base::SecretText> open(std::string_view name, std::string_view sealed) override {
    if (!sealed.starts_with(std::string(name) + "|"))
      return base::fail(base::Code::kCorrupt, "sealed under another name");
    return base::SecretText(std::string(sealed.substr(name.size() + 1)));
  }
};

class CountingCrypto final : public ports::Crypto {
 public:
  base::Result<std::string> random(std::size_t bytes) override {
    return std::string(bytes, static_cast<char>('a' + count_++ % 26));
  }
  std::string sha256(std::string_view /*bytes*/) override { return std::string(32, '\0'); }
  std::string hmac_sha256(const base::SecretText& /*key*/, std::string_view /*bytes*/) override {
    return std::string(32, '\0');
  }
  std::string one_time_code(const base::SecretText& /*secret*/, std::uint64_t /*step*/) override {
    return "000000";
  }

 private:
  int count_ = 0;
};

inline std::shared_ptr<const domain::Profile> reader_profile() {
  std::ifstream in(std::string(LINLI_SOURCE_DIR) + "/config/profiles/osdp/reader.tm.jsonld");
  std::ostringstream text;
  text << in.rdbuf();
  return std::make_shared<const domain::Profile>(
      domain::parse_profile("osdp/reader", text.str()).value());
}

// A gateway's driver, its store and one bus, in virtual time.
struct Site {
  Site() { start(); }
  ~Site() {
    driver.reset();
    loop.drop_all();
  }

  void start() {
    driver = std::make_unique<OsdpDriver>(
        loop, std::vector{parse_bus("gate=/dev/ttyS9@9600").value()}, std::chrono::milliseconds(5),
        OsdpDriver::Dependencies{
            intake, store, keys, crypto, tap,
            [this](const std::string& name) -> base::Result<std::optional<std::string>> {
              const auto rows = store.rows(ports::Space::kSecret);
              const auto found = rows.find(name);
              return found == rows.end() ? std::nullopt : std::optional(found->second);
            },
            [this](const BusSpec& /*spec*/, LineEvents events) {
              return std::make_unique<FakeLine>(wires, std::move(events));
            }});
  }
  void crash_and_restart() {
    driver.reset();
    store.crash();
    loop.drop_all();
    start();
  }
  base::Result<void> attach(const std::string& device = "door1",
                            const std::string& address = "gate/5") const {
    return driver->attach(id(device), profile, address);
  }
  static domain::DeviceId id(const std::string& text) {
    return domain::DeviceId::parse(text).value();
  }
  // The answer lands in `answers`.
  void invoke(const std::string& action, const std::string& input,
              const std::string& device = "door1") {
    driver->invoke(
        {domain::CommandId::parse("c1").value(), id(device),
         domain::action_index(*profile, action).value(), input, std::chrono::seconds(10)},
        [this](base::Result<ports::ActionReply> reply) { answers.push_back(std::move(reply)); });
  }
  // Each change once.
  std::vector<domain::Presence> presences() const {
    std::vector<domain::Presence> all;
    for (const auto& report : intake.reports) {
      if (report.presence && (all.empty() || all.back() != *report.presence))
        all.push_back(*report.presence);
    }
    return all;
  }
  // Values of a property in the order in which they came, as JSON.
  std::vector<std::string> readings(const std::string& property) const {
    std::vector<std::string> all;
    const auto index = domain::property_index(*profile, property).value();
    for (const auto& report : intake.reports) {
      for (const auto& reading : report.readings)
        if (reading.property == index) all.push_back(domain::to_json(reading.value));
    }
    return all;
  }
  long events(const std::string& event) const {
    long count = 0;
    const auto index = domain::event_index(*profile, event).value();
    for (const auto& report : intake.reports) {
      for (const auto& raised : report.events) count += raised.event == index ? 1 : 0;
    }
    return count;
  }
  FakeReader& reader() { return wires.readers.at(0); }

  fakes::VirtualLoop loop;
  fakes::MemoryStore store{loop};
  NotingIntake intake{loop};
  NotingTap tap;
  PlainKeys keys;
  CountingCrypto crypto;
  Wires wires{loop};
  std::shared_ptr<const domain::Profile> profile = reader_profile();
  std::unique_ptr<OsdpDriver> driver;
  std::vector<base::Result<ports::ActionReply>> answers;
};

}  // namespace linli::drivers::osdp
