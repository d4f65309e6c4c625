#include "firmware/daemon/system_clock.hpp"

#include <sys/timex.h>
#include <time.h>  // NOLINT(modernize-deprecated-headers): clock_gettime

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <utility>

namespace linli::daemon {
namespace {

using domain::EventTime;
using domain::TimeQuality;

// Nothing that this program sees can be older than itself (2026-11-01).
constexpr std::int64_t kBuiltMs = 1'793'491'200'000;

std::int64_t milliseconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<std::int64_t>(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
}

bool is_synchronised() {
  timex state{};
  const int clock = adjtimex(&state);
  // A kernel that does not answer (a sandbox, say) tells us nothing, so nothing is trusted.
  return clock >= 0 && clock != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

std::uint64_t read_boot() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string id;
  in >> id;
  std::erase(id, '-');
  return std::strtoull(id.substr(0, 16).c_str(), nullptr, 16);
}

EventTime read_clocks(std::uint64_t boot, std::int64_t floor_ms) {
  EventTime time{milliseconds(CLOCK_REALTIME), TimeQuality::kSynchronised, boot,
                 milliseconds(CLOCK_BOOTTIME)};
  if (is_synchronised()) return time;
  time.quality = TimeQuality::kFloor;
  time.unix_ms = std::max(time.unix_ms, floor_ms);
  return time;
}

}  // namespace

SystemClock::SystemClock(std::int64_t saved_floor_ms, std::map<std::uint64_t, std::int64_t> offsets)
    : floor_ms_(std::max(saved_floor_ms, kBuiltMs)),
      offsets_(std::move(offsets)),
      boot_(read_boot()) {}

EventTime SystemClock::now() const {
  return read_clocks(boot_, floor_ms_);
}

EventTime SystemClock::corrected(const EventTime& time) const {
  if (time.quality == TimeQuality::kSynchronised) return time;
  const auto known = offsets_.find(time.boot);
  const std::int64_t offset = time.boot == boot_        ? offset_ms()
                              : known == offsets_.end() ? 0
                                                        : known->second;
  if (offset == 0) return time;
  EventTime better = time;
  better.unix_ms = offset + time.monotonic_ms;
  better.quality = TimeQuality::kSynchronised;
  return better;
}

std::int64_t SystemClock::offset_ms() const {
  return is_synchronised() ? milliseconds(CLOCK_REALTIME) - milliseconds(CLOCK_BOOTTIME) : 0;
}

EventTime plain_time() {
  static const std::uint64_t kBoot = read_boot();
  return read_clocks(kBoot, kBuiltMs);
}

}  // namespace linli::daemon
