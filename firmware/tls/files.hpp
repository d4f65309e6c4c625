#pragma once

#include <string>
#include <string_view>

#include "firmware/base/result.hpp"

namespace linli::tls {

bool file_exists(const std::string& path);
// At most 1 MiB.
base::Result<std::string> read_file(const std::string& path);
// Written beside with mode 0600, synced, renamed into place, directory synced.
base::Result<void> write_private_file(const std::string& path, std::string_view content);
// The directory with mode 0700; one that is there keeps its mode.
base::Result<void> make_private_directory(const std::string& path);

}  // namespace linli::tls
