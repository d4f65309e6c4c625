#pragma once

#include <cstdint>
#include <string>

#include "firmware/base/result.hpp"

namespace linli::storage {

// An advisory lock on <path>.lock: one process a database. Released by the kernel when it dies.
class LockFile {
 public:
  LockFile() = default;
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  ~LockFile();

  base::Result<void> take(const std::string& path);

 private:
  int fd_ = -1;
};

// Bytes that are written are on disk only after this. A file that does not exist needs none.
base::Result<void> sync_file(const std::string& path);
// A file that was made, renamed or removed is so on disk only after this.
base::Result<void> sync_directory_of(const std::string& file);
// A file that does not exist stays so.
base::Result<void> rename_if_there(const std::string& from, const std::string& to);

// Shortens a file to `bytes`; one that is shorter or not there is fine.
base::Result<void> cut_off(const std::string& file, std::uint64_t bytes);

}  // namespace linli::storage
