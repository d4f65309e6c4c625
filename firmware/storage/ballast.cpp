#include "firmware/storage/ballast.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "firmware/base/log.hpp"

namespace linli::storage {
namespace {

std::string path_of(const std::string& database) {
  return database + ".ballast";
}

}  // namespace

void write_ballast(const std::string& database, std::uint64_t bytes) {
  if (bytes == 0) return;
  const std::string path = path_of(database);
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && static_cast<std::uint64_t>(status.st_size) == bytes)
    return;
  const int fd = open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0)
    return base::log::warn("store", "no ballast file",
                           {{"path", path}, {"why", std::strerror(errno)}});
  const int failure = posix_fallocate(fd, 0, static_cast<off_t>(bytes));
  close(fd);
  if (failure == 0) return;
  unlink(path.c_str());
  base::log::warn("store", "no room for the ballast file",
                  {{"path", path}, {"why", std::strerror(failure)}});
}

void reserve(const std::string& path, std::uint64_t bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return;
  const int failure = fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes));
  const int why = errno;
  close(fd);
  if (failure == 0) return;
  base::log::warn("store", "no room set aside", {{"path", path}, {"why", std::strerror(why)}});
}

void remove_ballast(const std::string& database) {
  unlink(path_of(database).c_str());
}

}  // namespace linli::storage
