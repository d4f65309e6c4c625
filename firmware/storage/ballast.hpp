#pragma once

#include <cstdint>
#include <string>

namespace linli::storage {

// A file of real blocks beside the database, to be given up when the disk is full: SQLite cannot
// even delete rows without a little room. Failures are logged and otherwise harmless.
void write_ballast(const std::string& database, std::uint64_t bytes);
void remove_ballast(const std::string& database);

}  // namespace linli::storage
