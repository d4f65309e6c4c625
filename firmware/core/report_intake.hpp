#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/core/settle.hpp"
#include "firmware/core/value_rows.hpp"
#include "firmware/ports/intake.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::core {

struct IntakeLimits {
  int messages_per_second = 2000;  // of readings, for one device; events are never held back
  base::Duration rejection_pause =
      std::chrono::minutes(1);            // between data_rejected events of a device
  std::size_t max_unknown_devices = 256;  // remembered for that pause
};

struct IntakeCounts {
  std::uint64_t reports = 0;     // taken in, duplicates and rejected ones included
  std::uint64_t duplicates = 0;  // a device's repeats of a message it had sent before
  std::uint64_t rejected = 0;
  std::uint64_t throttled = 0;
  std::uint64_t envelopes = 0;      // stored for the platform
  std::uint64_t failed = 0;         // deliveries that could not be stored
  std::uint64_t presentations = 0;  // of cards and digits
};

// The way of a message up: device table, then what follows from it, then one transaction, then the
// acknowledgements. Loop thread only.
class ReportIntake final : public ports::Intake {
 public:
  // What it needs of the rooms beside it.
  struct Dependencies {
    // A device's answer to a command. Writes into the turn what follows.
    std::function<Settle(ports::Turn&, const domain::DeviceId&, const domain::ActionResult&)>
        on_result;
    // The message is durable: the driver may tell the device.
    std::function<void(const domain::DeviceId&, const std::string& message_id)> acknowledge;
    // A reading was taken in, news or not, at this time; the last is the device's own time, if it
    // is to be believed. May be empty. It runs for each reading: it must be cheap.
    std::function<void(const Device&, const domain::PropertyModel&, const domain::Value&,
                       const domain::EventTime& now, std::int64_t at_ms)>
        on_reading{};
    // The layer before all others (interlocks): a device said something that was understood. It
    // comes before the device table knows of it, before the limit for floods and the look for
    // repeats (Device::seen knows them), and before anything is written; it may move actuators at
    // once. May be empty. It runs for each report: it must be cheap.
    std::function<void(const Device&, const domain::Report&, const domain::EventTime& now)>
        on_arrival{};
    // The scenario of the device, after the report's own envelopes: writes into the turn what
    // follows. An empty Settle means that it need not know the turn's fate. May be empty. What
    // people showed to a reader (presentations) goes nowhere but here.
    std::function<Settle(ports::Turn&, const Device&, const domain::Report&,
                         const domain::EventTime& now)>
        on_report{};
  };

  ReportIntake(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
               DeviceTable& devices, Dependencies dependencies, IntakeLimits limits);
  ~ReportIntake() override;

  void take(ports::Delivery delivery, base::Done<void> committed) override;

  void set_limits(IntakeLimits limits) { limits_ = limits; }
  // For an orderly end: the last values that are written a little behind.
  void write_value_rows() { value_rows_.write_all(); }
  const IntakeCounts& counts() const { return counts_; }

 private:
  struct Pending;

  void apply(Pending& pending, domain::Report& report);
  void apply_known(Pending& pending, Device& device, domain::Report& report);
  static void keep(Pending& pending, Settle settle);
  void apply_readings(Pending& pending, Device& device, const domain::Report& report);
  void apply_events(Pending& pending, const Device& device, const domain::Report& report);
  void apply_presence(Pending& pending, Device& device, const domain::Report& report);
  void reject_unknown(Pending& pending, const domain::Report& report);
  void reject(Pending& pending, Device& device, const std::string& reason);
  bool is_flood(Device& device, const domain::Report& report);
  domain::EventTime time_of(const domain::Report& report) const;
  void write_touched_rows(Pending& pending) const;
  void after_commit(const std::shared_ptr<Pending>& pending, base::Result<void> stored);
  void acknowledge(const domain::DeviceId& id, const std::string& message_id);
  void take_back(Pending& pending);

  base::Loop& loop_;
  ports::Store& store_;
  const ports::WallClock& clock_;
  DeviceTable& devices_;
  Dependencies dependencies_;
  IntakeLimits limits_;
  IntakeCounts counts_;
  ValueRows value_rows_;
  std::unordered_map<domain::DeviceId, base::TimePoint, base::IdHash> unknown_;
};

}  // namespace linli::core
