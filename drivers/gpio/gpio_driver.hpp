#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/gpio/debounce.hpp"
#include "drivers/gpio/line_spec.hpp"
#include "drivers/gpio/wiegand_wires.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/ports/device_driver.hpp"
#include "firmware/ports/digital_lines.hpp"
#include "firmware/ports/intake.hpp"

namespace linli::drivers::gpio {

// Doors whose lock, contact, exit button and reader hang on lines of this board. Loop thread only.
class GpioDriver final : public ports::DeviceDriver {
 public:
  static constexpr base::Duration kTryAgain = std::chrono::seconds(1);

  GpioDriver(base::Loop& loop, ports::Intake& intake, ports::DigitalLines& board,
             std::vector<LineSpec> lines, base::Duration settle);
  ~GpioDriver() override;

  base::Result<void> accepts(const domain::Profile& profile,
                             std::string_view address) const override;
  // kNotFound, kConflict: the board does not give a line.
  base::Result<void> attach(domain::DeviceId device, std::shared_ptr<const domain::Profile> profile,
                            std::string_view address) override;
  void detach(const domain::DeviceId& device) override;
  void invoke(ports::ActionRequest request, base::Done<ports::ActionReply> done) override;
  void acknowledge(const domain::DeviceId& /*device*/, const std::string& /*message*/) override {}

 private:
  struct Door;
  // A contact or a button with its bounces.
  struct Switch;

  base::Result<const LineSpec*> line(const std::string& name, bool is_output) const;
  base::Result<void> check(const DoorLines& lines) const;
  base::Result<void> open(Door& door, const DoorLines& lines);
  base::Result<void> open_switch(Door& door, Switch& into, const std::string& name);
  base::Result<void> open_wires(Door& door, const DoorLines& lines);
  void watch(Door& door, Switch& one);
  void on_settled(Door& door, Switch& one);
  void on_pulse(Door& door, bool bit, base::TimePoint at);
  void watch_wires(Door& door);
  void take_frames(Door& door);
  void on_frame(Door& door, const WiegandWires::Frame& frame);
  base::Result<void> set_unlocked(Door& door, bool is_unlocked);
  void lock(Door& door);
  void report_all(Door& door);
  void report(domain::Report report);

  base::Loop& loop_;
  ports::Intake& intake_;
  ports::DigitalLines& board_;
  std::map<std::string, LineSpec, std::less<>> lines_;
  base::Duration settle_;
  std::map<std::string, std::unique_ptr<Door>, std::less<>> doors_;  // by device
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::drivers::gpio
