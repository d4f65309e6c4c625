#include "firmware/daemon/interlock_parts.hpp"

#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/log.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/random.hpp"

namespace linli::daemon {

std::unique_ptr<core::InterlockDesk> make_interlocks(
    base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
    const core::DeviceTable& devices,
    std::function<ports::DeviceDriver*(const core::Device&)> driver_of,
    std::function<std::optional<base::TimePoint>(const core::Device&)> heard_since) {
  // Without randomness a fire still opens doors; the time tells one start from the other.
  const auto bytes = tls::random_bytes(6);
  const std::string run =
      bytes ? base::to_hex(*bytes) : std::to_string(clock.now().unix_ms % 1'000'000'000'000);
  return std::make_unique<core::InterlockDesk>(
      loop, store, clock, devices,
      core::InterlockDesk::Dependencies{std::move(driver_of), run, std::move(heard_since)});
}

base::Result<void> use_interlock_file(core::InterlockDesk& desk, const std::string& file) {
  domain::access::Interlocks interlocks;
  if (!file.empty()) {
    auto text = tls::read_file(file);
    if (!text) return base::failure_of(std::move(text));
    auto read = domain::access::parse_interlocks(*text);
    if (!read) return base::failure_of(std::move(read), file);
    interlocks = *std::move(read);
  }
  const std::size_t rules = interlocks.rules.size();
  desk.use(std::move(interlocks));
  for (const base::Error& each : desk.wrong())
    base::log::error("interlock", "a fire rule does not fit the devices: the rest of it holds",
                     {{"file", file}, {"why", each}});
  if (!file.empty()) base::log::info("interlock", "fire rules are in force", {{"rules", rules}});
  return {};
}

}  // namespace linli::daemon
