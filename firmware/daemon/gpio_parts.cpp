#include "firmware/daemon/gpio_parts.hpp"

#include <utility>

namespace linli::daemon {
namespace {

std::vector<drivers::gpio::LineSpec> lines_of(const Config::Gpio& config) {
  std::vector<drivers::gpio::LineSpec> lines;
  for (const std::string& text : config.lines) {
    if (auto line = drivers::gpio::parse_line(text)) lines.push_back(*std::move(line));
  }
  return lines;
}

}  // namespace

GpioParts::GpioParts(base::Loop& loop, ports::Intake& intake, const Config::Gpio& config)
    : board_(loop),
      driver_(loop, intake, board_, lines_of(config),
              std::chrono::milliseconds(config.debounce_ms)) {}

}  // namespace linli::daemon
