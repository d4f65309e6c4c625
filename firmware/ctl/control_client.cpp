#include "firmware/ctl/control_client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

namespace linli::ctl {
namespace {

using base::Code;
using base::Json;

constexpr base::JsonLimits kLimits{.max_bytes = 4 * 1024 * 1024,
                                   .max_depth = 32,
                                   .max_values = 200'000,
                                   .max_string_bytes = 64 * 1024};

std::optional<Code> code_of(const std::string& word) {
  for (const Code code : {Code::kInvalid, Code::kNotFound, Code::kTimeout, Code::kOffline,
                          Code::kRefused, Code::kDenied, Code::kConflict, Code::kFull,
                          Code::kCorrupt, Code::kUnsupported, Code::kInternal}) {
    if (base::name(code) == word) return code;
  }
  return std::nullopt;
}

class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    if (fd_ >= 0) close(fd_);
  }

  base::Result<void> open(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
      return base::fail(Code::kInvalid, "the socket path is too long: {}", path);
    std::memcpy(address.sun_path, path.data(), path.size());
    fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return {};
    return base::fail(Code::kOffline,
                      "no linlid at {} ({}): is it running, and is this the right --socket?", path,
                      std::strerror(errno));
  }

  base::Result<void> write_line(const std::string& line) const {
    if (send(fd_, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size()))
      return {};
    return base::fail(Code::kOffline, "linlid closed the connection: may this user talk to it?");
  }

  base::Result<Json> read_line(int limit_ms) {
    for (std::size_t end = received_.find('\n'); end == std::string::npos;
         end = received_.find('\n')) {
      pollfd wait{fd_, POLLIN, 0};
      if (poll(&wait, 1, limit_ms) == 0)
        return base::fail(Code::kTimeout, "linlid did not answer in time");
      std::array<char, 65536> block{};
      const ssize_t got = recv(fd_, block.data(), block.size(), 0);
      if (got <= 0)
        return base::fail(Code::kOffline,
                          "linlid closed the connection: may this user talk to it?");
      received_.append(block.data(), static_cast<std::size_t>(got));
    }
    const std::size_t end = received_.find('\n');
    auto json = base::parse_json(std::string_view(received_).substr(0, end), kLimits);
    received_.erase(0, end + 1);
    return json;
  }

 private:
  int fd_ = -1;
  std::string received_;
};

base::Result<Json> result_of(base::Result<Json> message) {
  if (!message) return message;
  if (message->contains("result")) return (*message)["result"];
  const Json error = message->value("error", Json::object());
  return base::Failure(base::Error{code_of(error.value("code", "")).value_or(Code::kInternal),
                                   error.value("what", "no reason given")});
}

}  // namespace

base::Result<Json> ControlClient::call(const std::string& method, const Json& params, int limit_s) {
  Connection connection;
  if (auto opened = connection.open(socket_); !opened) return base::failure_of(std::move(opened));
  if (auto sent =
          connection.write_line(base::dump_json({{"method", method}, {"params", params}}) + "\n");
      !sent) {
    return base::failure_of(std::move(sent));
  }
  return result_of(connection.read_line(limit_s * 1000));
}

base::Result<void> ControlClient::follow(const std::string& method, const Json& params,
                                         const std::function<bool(const Json&)>& on_event) {
  Connection connection;
  if (auto opened = connection.open(socket_); !opened) return opened;
  if (auto sent =
          connection.write_line(base::dump_json({{"method", method}, {"params", params}}) + "\n");
      !sent)
    return sent;
  for (;;) {
    auto message = connection.read_line(-1);
    if (!message) return base::failure_of(std::move(message));
    if (message->contains("error")) return base::failure_of(result_of(std::move(message)));
    const bool is_event = message->contains("event") && !(*message)["event"].empty();
    if (is_event && !on_event((*message)["event"])) return {};
  }
}

}  // namespace linli::ctl
