#pragma once

#include <string>

#include "firmware/daemon/config.hpp"

namespace linli::daemon {

// Runs the daemon until SIGTERM or SIGINT. The process's exit code: 0 stopped, 3 could not start.
// `config_file` is read again on SIGHUP.
int run(Config config, const std::string& config_file);

}  // namespace linli::daemon
