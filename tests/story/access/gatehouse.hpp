#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/command_ledger.hpp"
#include "firmware/core/places.hpp"
#include "firmware/core/report_intake.hpp"
#include "firmware/scenarios/access/access_scenario.hpp"
#include "firmware/tls/local_crypto.hpp"
#include "firmware/tls/sealed_keys.hpp"
#include "tests/fakes/memory_history.hpp"
#include "tests/fakes/memory_query.hpp"
#include "tests/story/house.hpp"

namespace linli::story {

// Locks and readers that do what the test says; it notes what they were told, in order.
class WiredDriver final : public ports::DeviceDriver {
 public:
  struct Call {
    std::string device;
    std::string action;
    std::string input;
    base::TimePoint at;
  };
  WiredDriver(base::Loop& loop, const core::DeviceTable& devices)
      : loop_(loop), devices_(devices) {}

  base::Result<void> attach(domain::DeviceId /*device*/,
                            std::shared_ptr<const domain::Profile> /*profile*/,
                            std::string_view /*address*/) override {
    return {};
  }
  void detach(const domain::DeviceId& /*device*/) override {}
  void invoke(ports::ActionRequest request, base::Done<ports::ActionReply> done) override;
  void acknowledge(const domain::DeviceId& /*device*/, const std::string& /*message*/) override {}

  // How often this action of a device was asked for.
  std::size_t count(std::string_view action, std::string_view device = "lock-1") const;

  std::vector<Call> calls;
  std::optional<base::Error> fails_with;

 private:
  base::Loop& loop_;
  const core::DeviceTable& devices_;
};

// PINs that are proved at once; the stored form looks like Argon2id's.
class PlainHash final : public ports::PasswordHash {
 public:
  explicit PlainHash(base::Loop& loop) : loop_(loop) {}
  static std::string of(std::string_view pin) { return "$argon2id$plain$" + std::string(pin); }
  void hash(base::SecretText password, base::Done<std::string> done) override;
  void verify(base::SecretText password, std::string stored, base::Done<bool> done) override;

  int verified = 0;

 private:
  base::Loop& loop_;
};

// Two doors with all that belongs to them, in virtual time: "gate" (lock-1, reader-1, button-1,
// with a contact) in door group 3, and "garage" (lock-2, reader-2) in the same one. It can be
// killed and started again on the same store. Its clock begins on 2026-09-28, a Monday, 08:00 in
// China.
class Gatehouse : public testing::Test {
 protected:
  static constexpr std::uint16_t kGroup = 3;
  static constexpr const char* kCardBits = "d41b8100";

  Gatehouse();
  ~Gatehouse() override;
  void crash_and_restart();

  // What people do.
  void show_card(const char* bits = kCardBits, const std::string& reader = "reader-1");
  void type(const std::string& typed, const std::string& reader = "reader-1");
  void show_pass(const std::string& text, const std::string& reader = "reader-1");
  void press_exit();
  void set_contact(bool is_open, const std::string& lock = "lock-1");
  void set_presence(const std::string& device, bool is_online);
  void set_tampered(bool is_tampered);
  void hear(domain::Report report);

  // What is asked for from afar, and what became of it. Each has a new id unless one is given.
  domain::CommandOutcome ask(const std::string& action, const std::string& input,
                             const std::string& role = "platform",
                             const std::string& issuer = "platform");
  domain::CommandOutcome submit(const domain::Command& command);
  domain::Command command(const std::string& action, const std::string& input,
                          const std::string& role = "platform",
                          const std::string& issuer = "platform");
  // {"door":…,"site":…,"issued_ms":…} of this moment.
  std::string opening(const std::string& door = "gate") const;

  // What is set up.
  void give_card(const std::string& holder, const char* bits = kCardBits,
                 const std::string& right = R"({"groups":[3])");
  void give_pin(const std::string& holder, const std::string& digits,
                const std::string& right = R"({"groups":[3])");
  void give_right(const std::string& holder, const std::string& begin);
  void put_door(const std::string& id, const std::string& more = "");
  std::string pass(std::uint64_t id, domain::access::PassKind kind, std::int64_t life_s = 60,
                   std::uint8_t uses = 1, std::uint64_t subject = 1) const;

  // In no row, in no event, in no line of the audit.
  void expect_nowhere(const std::string& secret) const;

  std::size_t opened(const std::string& lock = "lock-1") const {
    return driver->count("unlock", lock);
  }
  // Of all decisions that are stored: "granted", "unknown_credential", …
  std::vector<std::string> reasons() const;
  std::vector<std::string> records() const;
  // "forced_open+" when raised, "forced_open-" when cleared; "guessing".
  std::vector<std::string> alarms() const;
  domain::access::DoorPhase phase(const std::string& door = "gate") const {
    return doors->state(door)->phase;
  }
  std::int64_t now_ms() const { return clock.now().unix_ms; }
  void run(base::Duration duration) { loop.run_for(duration); }

  fakes::VirtualLoop loop;
  TestClock clock{loop};
  fakes::MemoryStore store{loop};
  fakes::MemoryHistory history{loop, store};
  tls::LocalCrypto crypto;
  PlainHash hash{loop};
  core::DeviceTable devices;
  std::unique_ptr<WiredDriver> driver;
  std::unique_ptr<core::Places> places;
  std::unique_ptr<ports::KeyStore> keys;
  std::unique_ptr<scenarios::access::AccessScenario> scenario;
  std::unique_ptr<core::CommandLedger> ledger;
  std::unique_ptr<core::ReportIntake> intake;
  scenarios::access::AccessBooks* books = nullptr;
  scenarios::access::DoorDesk* doors = nullptr;
  std::string held_by_fire;            // a device that no command may move
  std::vector<std::string> fire_acts;  // "release 3号楼 by platform"

 private:
  void start();
  void grow_places();
  void add_device(const std::string& id, domain::Profile profile);
  std::vector<std::string> words(domain::Stream stream, std::string_view type,
                                 std::string_view member) const;
  domain::access::PassMac pass_mac() const;

  int given_ = 0;
  int asked_ = 0;
  std::string directory_;
};

}  // namespace linli::story
