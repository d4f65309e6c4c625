#include "firmware/tls/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace linli::tls {
namespace {

using base::Code;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

base::Failure problem(const std::string& doing, const std::string& path) {
  return base::fail(Code::kInternal, "cannot {} {}: {}", doing, path, std::strerror(errno));
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(fd) == 0;
}

}  // namespace

bool file_exists(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

base::Result<std::string> read_file(const std::string& path) {
  constexpr std::size_t kMaxBytes = 1024 * 1024;
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0)
    return base::fail(errno == ENOENT ? Code::kNotFound : Code::kInternal, "cannot read {}: {}",
                      path, std::strerror(errno));
  std::string content;
  std::array<char, 4096> block{};
  for (ssize_t got = read(file.fd(), block.data(), block.size()); got != 0;
       got = read(file.fd(), block.data(), block.size())) {
    if (got < 0) return problem("read", path);
    content.append(block.data(), static_cast<std::size_t>(got));
    if (content.size() > kMaxBytes)
      return base::fail(Code::kInvalid, "{} is larger than 1 MiB", path);
  }
  return content;
}

base::Result<void> write_private_file(const std::string& path, std::string_view content) {
  const std::string beside = path + ".new";
  {
    const File file(open(beside.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600));
    if (file.fd() < 0 || !write_all(file.fd(), content)) return problem("write", beside);
  }
  if (std::rename(beside.c_str(), path.c_str()) != 0) return problem("write", path);
  const File directory(
      open(std::filesystem::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.fd() < 0 || fsync(directory.fd()) != 0)
    return problem("sync the directory of", path);
  return {};
}

base::Result<void> make_private_directory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return problem("make the directory", path);
}

}  // namespace linli::tls
