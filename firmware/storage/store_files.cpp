#include "firmware/storage/store_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace linli::storage {
namespace {

base::Result<void> sync_path(const std::string& path, int flags) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | flags);
  if (fd < 0 && errno == ENOENT) return {};
  if (fd < 0)
    return base::fail(base::Code::kInternal, "cannot open {}: {}", path, std::strerror(errno));
  const int failure = fsync(fd) == 0 ? 0 : errno;
  close(fd);
  if (failure == 0) return {};
  return base::fail(base::Code::kInternal, "cannot sync {}: {}", path, std::strerror(failure));
}

}  // namespace

LockFile::~LockFile() {
  if (fd_ >= 0) close(fd_);
}

base::Result<void> LockFile::take(const std::string& path) {
  fd_ = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (fd_ < 0)
    return base::fail(base::Code::kInternal, "cannot open {}: {}", path, std::strerror(errno));
  if (flock(fd_, LOCK_EX | LOCK_NB) == 0) return {};
  return base::fail(base::Code::kConflict, "another linlid uses this database ({}): stop it first",
                    path);
}

base::Result<void> sync_file(const std::string& path) {
  return sync_path(path, 0);
}

base::Result<void> sync_directory_of(const std::string& file) {
  const std::string directory = std::filesystem::path(file).parent_path().string();
  return sync_path(directory.empty() ? "." : directory, O_DIRECTORY);
}

base::Result<void> rename_if_there(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0 || errno == ENOENT) return {};
  return base::fail(base::Code::kInternal, "cannot rename {} to {}: {}", from, to,
                    std::strerror(errno));
}

base::Result<void> cut_off(const std::string& file, std::uint64_t bytes) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  if (failed || size <= bytes) return {};
  std::filesystem::resize_file(file, bytes, failed);
  if (!failed) return {};
  return base::fail(base::Code::kInternal, "cannot shorten {}: {}", file, failed.message());
}

}  // namespace linli::storage
