#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/core/command_ledger.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/core/interlock_desk.hpp"
#include "firmware/core/report_intake.hpp"
#include "firmware/core/sample_keeper.hpp"
#include "firmware/core/scenario.hpp"
#include "firmware/ports/device_driver.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/virtual_loop.hpp"

namespace linli::story {

// Wall time that a test sets; it moves with the virtual loop.
class TestClock final : public ports::WallClock {
 public:
  explicit TestClock(base::Loop& loop) : loop_(loop), start_(loop.now()) {}

  domain::EventTime now() const override {
    const std::int64_t since_start = base::to_ms(loop_.now() - start_);
    return {wall_at_start + since_start, quality, boot, monotonic_at_start + since_start};
  }
  domain::EventTime corrected(const domain::EventTime& time) const override { return time; }

  std::int64_t wall_at_start = 1'764'000'000'000;
  std::int64_t monotonic_at_start = 5'000;
  domain::TimeQuality quality = domain::TimeQuality::kSynchronised;
  std::uint64_t boot = 1;

 private:
  base::Loop& loop_;
  base::TimePoint start_;
};

// A driver whose devices do what the test says; it notes what reached them.
class TestDriver final : public ports::DeviceDriver {
 public:
  explicit TestDriver(base::Loop& loop) : loop_(loop) {}

  base::Result<void> attach(domain::DeviceId /*device*/,
                            std::shared_ptr<const domain::Profile> /*profile*/,
                            std::string_view /*address*/) override {
    return {};
  }
  void detach(const domain::DeviceId& /*device*/) override {}
  void invoke(ports::ActionRequest request, base::Done<ports::ActionReply> done) override;
  void acknowledge(const domain::DeviceId& device, const std::string& message_id) override {
    acknowledged.push_back(device.str() + ":" + message_id);
  }

  std::vector<std::string> moved;  // command ids, in the order in which they reached a device
  std::vector<ports::ActionRequest> requests;  // the same, with all that was asked
  std::vector<std::string> acknowledged;       // "<device>:<message id>"
  std::optional<base::Error> fails_with;       // instead of moving
  bool answer_follows = true;

 private:
  base::Loop& loop_;
};

// Everything between driver and store, in virtual time. It can be killed and started again on the
// same store, as a crash does.
class House {
 public:
  House();
  ~House();

  // Forgets all that is not in the store, and starts again from there.
  void crash_and_restart();

  void add_device(const std::string& id, std::shared_ptr<const domain::Profile> profile);
  // A report as a driver would hand it over; true in `committed` once it may be acknowledged.
  void report(domain::Report report);
  static domain::Report event_of(const std::string& device, std::uint16_t event,
                                 const std::string& message_id = "");
  static domain::Report reading_of(const std::string& device, double value,
                                   const std::string& message_id = "");
  static domain::Command unlock(const std::string& id, const std::string& device = "door1");
  void submit(domain::Command command);
  domain::CommandOutcome outcome(const std::string& id) const;
  void answer(const std::string& device, const std::string& command, bool ok = true);

  // The stored envelopes of a stream, oldest first.
  std::vector<domain::Envelope> stored(domain::Stream stream) const;

  fakes::VirtualLoop loop;
  TestClock clock{loop};
  fakes::MemoryStore store{loop};
  TestDriver driver{loop};
  core::Scenario* scenario = nullptr;  // a test's own, which outlives the house
  std::unique_ptr<core::DeviceTable> devices;
  std::unique_ptr<core::InterlockDesk> interlocks;  // without rules until a test says use
  std::unique_ptr<core::CommandLedger> ledger;
  std::unique_ptr<core::ReportIntake> intake;
  std::unique_ptr<core::SampleKeeper> samples;
  std::vector<core::Registration> registered;
  std::vector<std::shared_ptr<const domain::Profile>> profiles;
  int committed = 0;
  int failed = 0;
  int starts = 0;
  std::optional<base::TimePoint> heard_since;   // as the client that hears detectors would say
  std::vector<domain::CommandOutcome> answers;  // of submit, in the order in which they came

 private:
  void start();
  void restore_history() const;
};

// One property "level", one event "smoke" (alarm), one action "unlock" (a door).
std::shared_ptr<const domain::Profile> test_profile();

}  // namespace linli::story
