#include "drivers/osdp/open_line.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

namespace linli::drivers::osdp {
namespace {

using base::Code;

constexpr int kConnectLimitMs = 5000;

std::string reason(int error) {
  return std::generic_category().message(error);
}

speed_t speed_of(unsigned baud) {
  switch (baud) {
    case 19200:
      return B19200;
    case 38400:
      return B38400;
    case 57600:
      return B57600;
    case 115200:
      return B115200;
    case 230400:
      return B230400;
    default:
      return B9600;
  }
}

std::string_view way_out(int error) {
  if (error == ENOENT) return "is the converter plugged in? ls -l /dev/serial/by-id";
  if (error == EACCES) return "the daemon's user must be in the group of the device (dialout)";
  if (error == EBUSY) return "another program has it open";
  return "look at the converter and its driver: dmesg";
}

base::Failure unusable(const BusSpec& spec, int error) {
  return base::fail(Code::kOffline, "{}: {}; {}", spec.device, reason(error), way_out(error));
}

base::Result<int> open_serial(const BusSpec& spec) {
  const int line = open(spec.device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (line < 0) return unusable(spec, errno);
  termios mode{};
  if (tcgetattr(line, &mode) != 0) {
    close(line);
    return base::fail(Code::kInvalid, "{} is no serial line: correct osdp.buses", spec.device);
  }
  cfmakeraw(&mode);
  mode.c_cflag |= CLOCAL | CREAD;
  mode.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS);
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  const speed_t speed = speed_of(spec.baud);
  const bool is_set = cfsetispeed(&mode, speed) == 0 && cfsetospeed(&mode, speed) == 0 &&
                      tcsetattr(line, TCSANOW, &mode) == 0 && ioctl(line, TIOCEXCL) == 0;
  if (!is_set) {
    const int error = errno;
    close(line);
    return unusable(spec, error);
  }
  tcflush(line, TCIOFLUSH);
  return line;
}

bool connects(int line, const addrinfo& address, int wake) {
  if (connect(line, address.ai_addr, address.ai_addrlen) == 0) return true;
  if (errno != EINPROGRESS) return false;
  std::array<pollfd, 2> watched{pollfd{line, POLLOUT, 0}, pollfd{wake, POLLIN, 0}};
  if (poll(watched.data(), watched.size(), kConnectLimitMs) <= 0) {
    errno = ETIMEDOUT;
    return false;
  }
  if (watched[0].revents == 0) return false;
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(line, SOL_SOCKET, SO_ERROR, &error, &size);
  errno = error;
  return error == 0;
}

base::Result<int> open_tcp(const BusSpec& spec, int wake) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int looked_up =
      getaddrinfo(spec.host.c_str(), std::to_string(spec.port).c_str(), &hints, &found);
  if (looked_up != 0)
    return base::fail(Code::kOffline,
                      "{}: no address for this name ({}): check DNS, or write the "
                      "address itself",
                      place_of(spec), gai_strerror(looked_up));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, &freeaddrinfo);
  int error = ECONNREFUSED;
  for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) {
    const int line = socket(each->ai_family, each->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (line < 0) continue;
    if (connects(line, *each, wake)) {
      const int on = 1;
      setsockopt(line, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      setsockopt(line, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
      return line;
    }
    error = errno;
    close(line);
  }
  return base::fail(Code::kOffline, "{}: {}; is the converter on, and in TCP server mode?",
                    place_of(spec), reason(error));
}

}  // namespace

base::Result<int> open_line(const BusSpec& spec, int wake) {
  return spec.device.empty() ? open_tcp(spec, wake) : open_serial(spec);
}

}  // namespace linli::drivers::osdp
