#include "firmware/net/psk_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace linli::net {
namespace {

using base::Code;

constexpr std::size_t kMinBytes = 16;
constexpr std::size_t kMaxBytes = 128;

bool is_key(std::string_view text) {
  return text.size() >= kMinBytes && text.size() <= kMaxBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// Looked at while it is open, so that nobody can put another one in its place meanwhile.
base::Result<void> check_access(int fd, const std::string& path) {
  struct stat status {};
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
    return base::fail(Code::kInvalid, "{} is no file with a key", path);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return base::fail(Code::kDenied, "{} is open to other users: chmod 600 it", path);
  return {};
}

}  // namespace

base::Result<base::SecretText> read_psk_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return base::fail(Code::kNotFound, "the key file {} cannot be read: {}", path,
                      std::strerror(errno));
  auto checked = check_access(fd, path);
  std::array<char, kMaxBytes + 2> buffer{};
  const ssize_t count = checked ? read(fd, buffer.data(), buffer.size()) : 0;
  close(fd);
  if (!checked) return base::failure_of(std::move(checked));
  std::string_view text(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (text.ends_with('\n')) text.remove_suffix(1);
  base::SecretText key;
  if (is_key(text)) key = base::SecretText(std::string(text));
  explicit_bzero(buffer.data(), buffer.size());
  if (key.empty())
    return base::fail(Code::kInvalid, "{} must hold one line of {} to {} printable characters",
                      path, kMinBytes, kMaxBytes);
  return key;
}

}  // namespace linli::net
