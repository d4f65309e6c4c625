#include "firmware/net/resolver.hpp"

#include <netdb.h>

#include <cstring>
#include <utility>

namespace linli::net {

Resolver::Resolver(base::Loop& loop, std::string host, int port)
    : loop_(loop), host_(std::move(host)), port_(port) {}

Resolver::~Resolver() {
  *alive_ = false;
  if (thread_.joinable()) thread_.join();
}

Resolver::Addresses Resolver::look_up(const std::string& host, int port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failure != 0) {
    return base::fail(base::Code::kOffline,
                      "the name {} cannot be resolved ({}): check DNS and the name", host,
                      gai_strerror(failure));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  std::vector<SocketAddress> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, each->ai_addr, each->ai_addrlen);
    address.size = each->ai_addrlen;
    addresses.push_back(address);
  }
  return addresses;
}

void Resolver::resolve(ResolverDone done) {
  done_ = std::move(done);
  if (is_searching_) return;
  is_searching_ = true;
  if (auto numbers = look_up(host_, port_, AI_NUMERICHOST)) return tell_later(std::move(numbers));
  if (thread_.joinable()) thread_.join();  // it has nothing left to do
  thread_ = std::thread([this] { tell_later(look_up(host_, port_, 0)); });
}

// From either thread.
void Resolver::tell_later(Addresses found) {
  loop_.post([this, living = alive_, found = std::move(found)]() mutable {
    if (!*living) return;
    is_searching_ = false;
    std::move(done_)(std::move(found));
  });
}

}  // namespace linli::net
