#pragma once

#include <string>

#include "firmware/ctl/control_client.hpp"

namespace linli::ctl {

// Fetches what a method offers ({"id","bytes"}) piece by piece.
base::Result<std::string> download(ControlClient& client, const base::Json& offer);

// Writes an outcome for a person, mode 0600.
base::Result<void> write_result(const std::string& file, const std::string& bytes);

}  // namespace linli::ctl
