#include "firmware/daemon/log_ring.hpp"

#include "firmware/domain/event_time.hpp"

namespace linli::daemon {
namespace {

constexpr std::size_t kOverhead = 64;  // of a line, about

}  // namespace

void LogRing::add(std::int64_t unix_ms, base::log::Level level, std::string_view line) {
  std::string text =
      fmt::format("{} {:<5} {}\n", domain::rfc3339(unix_ms), base::log::name(level), line);
  const std::lock_guard lock(mutex_);
  bytes_ += text.size() + kOverhead;
  lines_.push_back({unix_ms, std::move(text)});
  while (bytes_ > kMaxBytes) {
    bytes_ -= lines_.front().text.size() + kOverhead;
    lines_.pop_front();
  }
}

std::string LogRing::text(std::int64_t since_unix_ms) const {
  const std::lock_guard lock(mutex_);
  std::string all;
  for (const Line& line : lines_) {
    if (line.unix_ms >= since_unix_ms) all += line.text;
  }
  return all;
}

}  // namespace linli::daemon
