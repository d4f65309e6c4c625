#pragma once

#include "firmware/storage/sqlite.hpp"

namespace linli::storage {

// The newest schema that this program knows; PRAGMA user_version of the file.
int newest_schema();

// Brings the database to the newest schema, one numbered migration after the other, each in a
// transaction of its own. kUnsupported if the file is newer than this program: nothing is touched.
base::Result<void> migrate(Connection& connection);

}  // namespace linli::storage
