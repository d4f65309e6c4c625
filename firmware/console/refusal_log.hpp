#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "firmware/base/time.hpp"
#include "firmware/console/server_counts.hpp"

namespace linli::console {

// Counts what was refused, and says at most one line a second for each reason: whoever knocks
// without end must not fill the log. Server thread only.
class RefusalLog {
 public:
  explicit RefusalLog(ServerCounters& counters) : counters_(counters) {}

  // `detail` is one of our own sentences: never a body, cookie, token or query of theirs.
  void note(Refused reason, const std::string& peer, const std::string& detail,
            base::TimePoint now);

 private:
  struct Said {
    bool ever = false;
    base::TimePoint at = {};
    std::uint64_t since = 0;  // not said
  };

  ServerCounters& counters_;
  std::array<Said, kRefusedCount> said_ = {};
};

}  // namespace linli::console
