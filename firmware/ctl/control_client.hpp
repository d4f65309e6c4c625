#pragma once

#include <functional>
#include <string>

#include "firmware/base/json.hpp"

namespace linli::ctl {

// Talks to linlid over its Unix socket. Blocking.
class ControlClient {
 public:
  explicit ControlClient(std::string socket) : socket_(std::move(socket)) {}

  // One request and its answer. kOffline if no daemon listens, kTimeout after `limit_s`; otherwise
  // the daemon's own error.
  base::Result<base::Json> call(const std::string& method, const base::Json& params, int limit_s);

  // One request whose answer is followed by events, until `on_event` returns false or the daemon is
  // gone.
  base::Result<void> follow(const std::string& method, const base::Json& params,
                            const std::function<bool(const base::Json&)>& on_event);

 private:
  std::string socket_;
};

}  // namespace linli::ctl
