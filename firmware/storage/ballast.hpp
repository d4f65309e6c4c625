#pragma once

#include <cstdint>
#include <string>

namespace linli::storage {

// A file of real blocks beside the database, to be given up when the disk is full: SQLite cannot
// even delete rows without a little room. Failures are logged and otherwise harmless.
void write_ballast(const std::string& database, std::uint64_t bytes);
void remove_ballast(const std::string& database);

// Blocks for the first `bytes` of a file that exists, beyond its end too: its size stays.
void reserve(const std::string& path, std::uint64_t bytes);

}  // namespace linli::storage
