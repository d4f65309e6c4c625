#pragma once

#include "firmware/storage/damaged_database.hpp"
#include "firmware/storage/database.hpp"

namespace linli::storage {

// Carries the audit of a damaged database over: the newest lines, back to the first that cannot be
// read or does not belong to the chain. A line of the gateway says from where to where that is, so
// that a missing beginning is seen; the damaged file, which is kept, may tell more.
base::Result<void> carry_audit(DamagedDatabase& old, Database& database,
                               const domain::Digest& digest, const domain::EventTime& now);

}  // namespace linli::storage
