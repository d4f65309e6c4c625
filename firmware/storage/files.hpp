#pragma once

#include <string>

#include "firmware/base/result.hpp"

namespace linli::storage {

// What must survive a power cut beside SQLite's own care.

// Bytes that are written are on disk only after this. A file that does not exist needs none.
base::Result<void> sync_file(const std::string& path);
// A file that was made, renamed or removed is so on disk only after this.
base::Result<void> sync_directory_of(const std::string& file);
// A file that does not exist stays so.
base::Result<void> rename_if_there(const std::string& from, const std::string& to);

}  // namespace linli::storage
