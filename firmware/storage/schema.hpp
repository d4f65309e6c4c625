#pragma once

#include <cstdint>

#include "firmware/storage/sqlite.hpp"

namespace linli::storage {

// Where the trees of two tables begin, in every database that this program made: a root never
// moves. For reading a database whose own directory is damaged.
inline constexpr std::uint32_t kStateRoot = 3;
inline constexpr std::uint32_t kStreamRoot = 5;

// The newest schema that this program knows; PRAGMA user_version of the file.
int newest_schema();

// Brings the database to the newest schema, one numbered migration after the other, each in a
// transaction of its own. kUnsupported if the file is newer than this program: nothing is touched.
base::Result<void> migrate(Connection& connection);

}  // namespace linli::storage
