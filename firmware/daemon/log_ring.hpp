#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

#include "firmware/base/log.hpp"

namespace linli::daemon {

// The last lines of our own log, for the diagnostics bundle: where journald keeps nothing, they are
// all there is. Any thread.
class LogRing {
 public:
  static constexpr std::size_t kMaxBytes = 1024 * 1024;

  void add(std::int64_t unix_ms, base::log::Level level, std::string_view line);
  // Lines since then, oldest first, each with its time.
  std::string text(std::int64_t since_unix_ms) const;

 private:
  struct Line {
    std::int64_t unix_ms = 0;
    std::string text;
  };
  mutable std::mutex mutex_;
  std::deque<Line> lines_;
  std::size_t bytes_ = 0;
};

}  // namespace linli::daemon
