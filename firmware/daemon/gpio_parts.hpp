#pragma once

#include "board/hal/gpiod_lines.hpp"
#include "drivers/gpio/gpio_driver.hpp"
#include "firmware/daemon/config.hpp"

namespace linli::daemon {

// The driver of doors on lines of this board, with the lines. Loop thread only.
class GpioParts {
 public:
  // The configuration is valid.
  GpioParts(base::Loop& loop, ports::Intake& intake, const Config::Gpio& config);
  GpioParts(const GpioParts&) = delete;
  GpioParts& operator=(const GpioParts&) = delete;

  drivers::gpio::GpioDriver& driver() { return driver_; }

 private:
  board::GpiodLines board_;
  drivers::gpio::GpioDriver driver_;
};

}  // namespace linli::daemon
