#include "firmware/net/control_server.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "firmware/base/json_reader.hpp"
#include "firmware/base/log.hpp"

namespace linli::net {
namespace {

using base::Code;
using base::Json;

constexpr std::size_t kMaxPeers = 16;
// A list of a thousand people in base64 fits.
constexpr std::size_t kMaxLine = 512 * 1024;
constexpr int kSendBuffer = 1024 * 1024;

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  Fd& operator=(Fd&&) = delete;
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

base::Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return base::fail(Code::kInvalid, "control.socket: the path {} is too long", path);
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

bool is_member(uid_t user, gid_t main_group, const std::string& group_name) {
  if (group_name.empty()) return false;
  const group* const entry = getgrnam(group_name.c_str());
  if (entry == nullptr) return false;
  if (entry->gr_gid == main_group) return true;
  const passwd* const person = getpwuid(user);
  if (person == nullptr) return false;
  const std::string login = person->pw_name;
  for (char** member = entry->gr_mem; *member != nullptr; ++member) {
    if (login == *member) return true;
  }
  return false;
}

class Server;

// One linlictl.
struct Peer {
  explicit Peer(Fd f) : fd(std::move(f)) {}
  Fd fd;
  uid_t user = 0;
  std::string received;
  base::Handle watch;
};

class Server final : public ControlServer {
 public:
  Server(base::Loop& loop, ControlServerOptions options, Handler handler, Fd fd)
      : loop_(loop),
        options_(std::move(options)),
        handler_(std::move(handler)),
        fd_(std::move(fd)) {
    watch_ = loop_.readable(fd_.get(), [this] { accept_peer(); });
  }
  ~Server() override { unlink(options_.path.c_str()); }

 private:
  void accept_peer() {
    Fd fd(accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd.get() < 0) return;
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return;
    const bool allowed = credentials.uid == 0 || credentials.uid == geteuid() ||
                         is_member(credentials.uid, credentials.gid, options_.group);
    if (!allowed || peers_.size() >= kMaxPeers) {
      base::log::warn("control",
                      allowed ? "too many connections" : "a user without the right was refused",
                      {{"uid", credentials.uid}});
      return;
    }
    setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
    const std::uint64_t id = next_++;
    auto peer = std::make_unique<Peer>(std::move(fd));
    peer->user = credentials.uid;
    peer->watch = loop_.readable(peer->fd.get(), [this, id] { read_from(id); });
    peers_[id] = std::move(peer);
  }

  void read_from(std::uint64_t id) {
    Peer& peer = *peers_.at(id);
    std::array<char, 4096> block{};
    const ssize_t got = recv(peer.fd.get(), block.data(), block.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return drop(id);
    peer.received.append(block.data(), static_cast<std::size_t>(got));
    for (std::size_t end = peer.received.find('\n'); end != std::string::npos;
         end = peer.received.find('\n')) {
      const std::string line = peer.received.substr(0, end);
      peer.received.erase(0, end + 1);
      handle(id, line);
      if (!peers_.contains(id)) return;
    }
    if (peer.received.size() > kMaxLine) drop(id);
  }

  void handle(std::uint64_t id, const std::string& line) {
    const auto json = base::parse_json(line, {.max_bytes = kMaxLine});
    if (!json) return answer(id, base::failure_of(base::Result<Json>(json)));
    base::JsonReader in(*json);
    const std::string method = in.text("method", 64);
    const Json* const params = in.optional_object("params");
    if (auto read = in.finish(); !read) return answer(id, base::failure_of(std::move(read)));
    const Json none = Json::object();
    const Request request{method, params == nullptr ? none : *params, peers_.at(id)->user,
                          [this, id](const Json& event) {
                            return send(id, Json{{"event", event}});
                          }};
    handler_(request, [this, id](base::Result<Json> result) { answer(id, std::move(result)); });
  }

  void answer(std::uint64_t id, base::Result<Json> result) {
    if (result) {
      send(id, Json{{"result", *std::move(result)}});
    } else {
      send(id, Json{{"error",
                     {{"code", std::string(base::name(result.error().code))},
                      {"what", result.error().what}}}});
    }
  }

  bool send(std::uint64_t id, const Json& message) {
    const auto found = peers_.find(id);
    if (found == peers_.end()) return false;
    const std::string line = base::dump_json(message) + "\n";
    const ssize_t sent =
        ::send(found->second->fd.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == static_cast<ssize_t>(line.size())) return true;
    base::log::warn("control", "a peer does not read its answers: cut off");
    drop(id);
    return false;
  }

  void drop(std::uint64_t id) {
    // Later: this may be running inside the peer's own watch.
    auto node = peers_.extract(id);
    if (node.empty()) return;
    node.mapped()->watch.reset();
    loop_.post([peer = std::shared_ptr<Peer>(std::move(node.mapped()))] {});
  }

  base::Loop& loop_;
  ControlServerOptions options_;
  Handler handler_;
  Fd fd_;
  std::map<std::uint64_t, std::unique_ptr<Peer>> peers_;
  std::uint64_t next_ = 1;
  base::Handle watch_;
};

}  // namespace

base::Result<std::unique_ptr<ControlServer>> ControlServer::listen(base::Loop& loop,
                                                                   ControlServerOptions options,
                                                                   Handler handler) {
  auto address = address_of(options.path);
  if (!address) return base::failure_of(std::move(address));
  const auto* const where = reinterpret_cast<const sockaddr*>(&*address);
  const Fd test(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (connect(test.get(), where, sizeof *address) == 0) {
    return base::fail(Code::kConflict, "another linlid listens at {}: stop it first", options.path);
  }
  unlink(options.path.c_str());
  Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0 || bind(fd.get(), where, sizeof *address) != 0 ||
      ::listen(fd.get(), static_cast<int>(kMaxPeers)) != 0) {
    return base::fail(Code::kInternal, "cannot listen at {}: {}", options.path,
                      std::strerror(errno));
  }
  const mode_t mode = options.group.empty() ? 0600 : 0660;
  if (const group* const entry = options.group.empty() ? nullptr : getgrnam(options.group.c_str());
      entry != nullptr) {
    if (chown(options.path.c_str(), static_cast<uid_t>(-1), entry->gr_gid) != 0) {
      base::log::warn("control", "the socket could not be given to its group",
                      {{"group", options.group}});
    }
  }
  chmod(options.path.c_str(), mode);
  return std::make_unique<Server>(loop, std::move(options), std::move(handler), std::move(fd));
}

}  // namespace linli::net
