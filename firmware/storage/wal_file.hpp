#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace linli::storage {

// One page as a committed transaction wrote it.
struct WalFrame {
  std::uint32_t page = 0;    // from 1 on; 0: the damage took the number too
  std::uint64_t at = 0;      // where in the file the page's bytes begin
  bool is_sound = false;     // its checksum holds
  bool ends_commit = false;  // the last frame of a transaction
};

// What stands in the write-ahead log of a database, damaged or not.
struct WalContents {
  std::vector<WalFrame> frames;  // as they were written, up to the end of the last transaction
  // SQLite reads up to the first damaged frame and takes that for the end. Here transactions stand
  // behind it that were on disk: their events were acknowledged, and their numbers given out.
  bool hides_commits = false;
};

// Reads <path>-wal (SQLite file format, section 4, "The Write-Ahead Log"). A log that is not there
// is an empty one. What a power cut tore is no damage: its transaction was never acknowledged.
WalContents read_wal(const std::string& path);

}  // namespace linli::storage
