#pragma once

#include "firmware/daemon/config.hpp"

namespace linli::daemon {

// Writes the site broker's files from the configuration: mosquitto.conf anew, logins that are there
// stay. Blocking.
base::Result<void> write_broker_files(const Config& config);

}  // namespace linli::daemon
