#pragma once

#include <string>

#include "firmware/storage/database.hpp"

namespace linli::storage {

// Carries over every state row, unsent event, event of the journal and line of the audit that can
// still be read from the damaged file into a new one (with a new epoch), puts the damaged file
// aside as <path>.corrupt.<n> for people to look at, and puts the new one in its place. An alarm
// tells that it happened, and a loss event in its stream (domain::loss_of) each stretch of numbers
// that will not come. A power cut leaves the damaged file where it was, or a salvage to be
// finished.
base::Result<Database> quarantine_and_salvage(const DatabaseOptions& options,
                                              const domain::EventTime& now);

// Before a database is opened: puts a salvaged one in its place that a power cut kept from it.
base::Result<void> finish_salvage(const std::string& path);

// Opens and checks the database; a damaged one is replaced as above. kUnsupported and kFull are
// answers like any other: nothing is put aside for them.
base::Result<Database> open_or_salvage(const DatabaseOptions& options,
                                       const domain::EventTime& now);

}  // namespace linli::storage
