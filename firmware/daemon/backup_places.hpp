#pragma once

#include <string>

#include "firmware/backup/backup.hpp"
#include "firmware/daemon/config.hpp"

namespace linli::daemon {

// Where the things lie that a backup holds. `config_file` empty: none.
backup::Places places_of(const Config& config, const std::string& config_file);
backup::About about(const Config& config);

}  // namespace linli::daemon
