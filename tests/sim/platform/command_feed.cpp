#include "tests/sim/platform/command_feed.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace linli::sim {

CommandFeed::CommandFeed(const std::string& source) {
  if (source.empty()) return;
  if (source == "stdin") {
    fd_ = ::dup(STDIN_FILENO);
    ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
    return;
  }
  fd_ = ::open(source.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd_ < 0) {
    std::fprintf(stderr, "platform_receiver: the commands in %s cannot be read: %s\n",
                 source.c_str(), std::strerror(errno));
    std::exit(2);
  }
}

CommandFeed::~CommandFeed() {
  if (fd_ >= 0) ::close(fd_);
}

std::vector<std::string> CommandFeed::lines() {
  std::vector<std::string> lines;
  if (fd_ < 0) return lines;
  char buffer[4096];
  for (ssize_t size = 0; (size = ::read(fd_, buffer, sizeof(buffer))) > 0;) {
    rest_.append(buffer, static_cast<std::size_t>(size));
  }
  for (std::size_t end = 0; (end = rest_.find('\n')) != std::string::npos;) {
    if (end > 0) lines.push_back(rest_.substr(0, end));
    rest_.erase(0, end + 1);
  }
  return lines;
}

}  // namespace linli::sim
