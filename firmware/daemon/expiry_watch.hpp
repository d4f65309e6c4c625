#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "firmware/base/handle.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/ports/query.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::daemon {

// Warns of certificates that come to their end: 30, 14, 7 and 1 days before and when they are over,
// each step once for each certificate, as a log line and as an event for the platform. What was
// said is stored, so that a restart does not say it again. Loop thread only.
class ExpiryWatch {
 public:
  // `files`: the certificates that matter now; one that cannot be read is the doctor's business.
  ExpiryWatch(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
              std::function<std::vector<std::string>()> files);

  // What was said before, then the first look.
  base::Result<void> start(ports::Query& query);

 private:
  void look();
  void look_at(const std::string& file);

  base::Loop& loop_;
  ports::Store& store_;
  const ports::WallClock& clock_;
  std::function<std::vector<std::string>()> files_;
  std::map<std::string, std::string> said_;  // file → fingerprint and step
  base::Handle timer_;
};

}  // namespace linli::daemon
