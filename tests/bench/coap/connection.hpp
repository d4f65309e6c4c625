#pragma once

#include <netinet/in.h>
#include <openssl/ssl.h>

#include <array>
#include <string>
#include <string_view>

namespace linli::bench {

// One device's way to a CoAP server: a UDP socket of its own, plain or with DTLS 1.2 and a
// pre-shared key. Not thread-safe.
class Connection {
 public:
  struct Key {
    std::string identity;  // empty: plain
    std::string key;
  };

  // `from`: the address that it speaks from, on loopback; ends the program if there is no way.
  Connection(const std::string& from, int port, Key key);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  int fd() const { return fd_; }
  void send(std::string_view datagram);
  // The next datagram, empty if there is none yet. Valid until the next call.
  std::string_view receive();

 private:
  void shake_hands(sockaddr_in& server);

  int fd_ = -1;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  Key key_;
  std::array<char, 2048> buffer_{};
};

}  // namespace linli::bench
