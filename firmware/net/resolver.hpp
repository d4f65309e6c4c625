#pragma once

#include <sys/socket.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "firmware/base/loop.hpp"

namespace linli::net {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

using ResolverDone = base::Done<std::vector<SocketAddress>>;

// Finds the UDP addresses of one host without holding up the loop: numbers at once, names on a
// thread of its own. Loop thread only.
class Resolver {
 public:
  Resolver(base::Loop& loop, std::string host, int port);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  // Waits for a search that is under way, for as long as the system's resolver takes.
  ~Resolver();

  // `done` gets one address or more, or kOffline with the way out. Asked again while a search is
  // under way, the search goes on and answers the last `done` alone. None is called once the
  // resolver is destroyed.
  void resolve(ResolverDone done);

 private:
  using Addresses = base::Result<std::vector<SocketAddress>>;

  static Addresses look_up(const std::string& host, int port, int flags);
  void tell_later(Addresses found);

  base::Loop& loop_;
  std::string host_;
  int port_;
  ResolverDone done_;
  bool is_searching_ = false;
  std::thread thread_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace linli::net
