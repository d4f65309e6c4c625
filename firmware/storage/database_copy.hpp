#pragma once

#include <cstdint>
#include <string>

#include "firmware/base/result.hpp"

// Copies of a database for backup and restore. Blocking, any thread, a connection of its own each.
namespace linli::storage {

// A consistent copy of the database as of now, while another connection may go on writing: that one
// waits for nothing, its write-ahead log only cannot begin anew until the copy is made. What was
// deleted is not in the copy. `to` must not exist. kFull if there is no room.
base::Result<void> copy_database(const std::string& from, const std::string& to);

struct DatabaseFacts {
  std::string epoch;
  int schema = 0;
  std::uint64_t events = 0;  // rows of the outbox that wait for the platform
};
// Is it whole, and one that this program can read? kCorrupt, or kUnsupported for a newer schema.
base::Result<DatabaseFacts> check_copy(const std::string& path);

// Makes a copy a database of its own: a new epoch, so that no number of an event is ever given
// twice, with the old id in each event that waits (the platform may have had it since); nobody is
// signed in, no invitation is open and no change of settings waits. The new epoch.
base::Result<std::string> renew_copy(const std::string& path);

// Puts `from` in the place of the database `to`, which is kept as <to>.before-restore. Taken up
// again after a power cut; without effect if `from` is not there. kConflict while a daemon has it.
base::Result<void> replace_database(const std::string& from, const std::string& to);

}  // namespace linli::storage
