#pragma once

#include <string>

#include "firmware/storage/database.hpp"

namespace linli::storage {

// Puts the damaged file aside as <path>.corrupt.<n>, opens a new one (with a new epoch) in its
// place and carries over every state row and unsent event that can still be read. Lost numbers are
// reported as a gap event in their stream. The damaged file is kept for people to look at.
base::Result<Database> quarantine_and_salvage(const DatabaseOptions& options,
                                              const domain::EventTime& now);

// Opens and checks the database; a damaged one is replaced as above. kUnsupported and kFull are
// answers like any other: nothing is put aside for them.
base::Result<Database> open_or_salvage(const DatabaseOptions& options,
                                       const domain::EventTime& now);

}  // namespace linli::storage
