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

bool ask_kernel() {
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

EventTime read_clocks(std::uint64_t boot) {
  return {milliseconds(CLOCK_REALTIME), TimeQuality::kSynchronised, boot,
          milliseconds(CLOCK_BOOTTIME)};
}

EventTime at_least(EventTime time, std::int64_t floor_ms) {
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
  const EventTime time = read_clocks(boot_);
  return is_synchronised(time) ? time : at_least(time, floor_ms_);
}

// Asking costs more than all else that is done with a reading. A clock that was set shows at once.
bool SystemClock::is_synchronised(const EventTime& now) const {
  constexpr std::int64_t kAskAgainMs = 100;
  constexpr std::int64_t kStepMs = 20;
  const std::int64_t offset = now.unix_ms - now.monotonic_ms;
  if (now.monotonic_ms - answer_.at_ms < kAskAgainMs &&
      std::abs(offset - answer_.offset_ms) < kStepMs)
    return answer_.is_synchronised;
  answer_ = {ask_kernel(), now.monotonic_ms, offset};
  return answer_.is_synchronised;
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
  const EventTime time = read_clocks(boot_);
  return is_synchronised(time) ? time.unix_ms - time.monotonic_ms : 0;
}

EventTime plain_time() {
  static const std::uint64_t kBoot = read_boot();
  const EventTime time = read_clocks(kBoot);
  return ask_kernel() ? time : at_least(time, kBuiltMs);
}

}  // namespace linli::daemon
