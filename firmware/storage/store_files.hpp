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

// A new file survives a power cut only when its directory entry does.
base::Result<void> sync_directory(const std::string& file);

// Shortens a file to `bytes`; one that is shorter or not there is fine.
base::Result<void> cut_off(const std::string& file, std::uint64_t bytes);

}  // namespace linli::storage
