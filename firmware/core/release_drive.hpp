#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/domain/access/interlock.hpp"
#include "firmware/ports/device_driver.hpp"

namespace linli::core {

// Holds actuators open: drives each at once, and again every second until it confirms; and again
// when it comes back. It writes nothing and waits for nothing that is written. Loop thread only; it
// outlives the drivers.
class ReleaseDrive {
 public:
  using Release = domain::access::Release;

  struct Dependencies {
    std::function<ports::DeviceDriver*(const Device&)> driver_of;
    // An actuator has not confirmed for kDoubt, and why; or (is_open) it has after all. Once each.
    std::function<void(const Release&, bool is_open, const std::string& why)> on_doubt;
  };
  static constexpr base::Duration kAgain = std::chrono::seconds(1);
  static constexpr base::Duration kDoubt = std::chrono::seconds(5);

  // `run` is a word that no other start of the gateway has: the ids of its commands begin with it.
  ReleaseDrive(base::Loop& loop, const DeviceTable& devices, std::string run,
               Dependencies dependencies);

  // From now on these are held, and no others: the new ones are driven before it returns.
  void hold(const std::vector<Release>& held);
  // Drives all that is held at `device` again, whether it has confirmed or not.
  void again(const domain::DeviceId& device);
  // The way to devices is open (again): what has not confirmed is driven now.
  void again_now();

  // An actuator speaks: its answers, and that it is back. `device` as it was before the report.
  void on_report(const Device& device, const domain::Report& report);
  // Is this the id of one of its own commands?
  bool knows(const domain::CommandId& command) const;

  bool empty() const { return held_.empty(); }
  bool holds(const domain::DeviceId& device) const;
  // What is held and has not confirmed yet.
  std::vector<Release> unconfirmed() const;

 private:
  struct Held {
    std::uint64_t serial = 0;
    Release release;
    std::uint64_t attempts = 0;
    std::uint64_t counts_from = 1;  // the first attempt whose answer counts
    base::TimePoint since;          // of the doubt
    base::TimePoint sent;
    bool is_with_driver = false;
    bool is_confirmed = false;
    bool is_told = false;  // on_doubt
    std::string why;
  };

  Held* find(std::uint64_t serial);
  void renew(Held& held);
  void attempt(Held& held);
  base::Result<void> send(Held& held);
  void after_invoke(std::uint64_t serial, std::uint64_t attempt,
                    const base::Result<ports::ActionReply>& reply);
  void on_result(const domain::ActionResult& result);
  void confirm(Held& held);
  void tick();
  void watch();

  base::Loop& loop_;
  const DeviceTable& devices_;
  std::string prefix_;  // "fire-<run>-"
  Dependencies dependencies_;
  std::vector<Held> held_;
  std::uint64_t serial_ = 0;
  base::Handle timer_;
};

}  // namespace linli::core
