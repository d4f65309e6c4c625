#include "tests/bench/coap/connection.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace linli::bench {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

sockaddr_in address_of(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) give_up(host.c_str());
  return address;
}

unsigned int tell_key(SSL* ssl, const char* /*hint*/, char* identity, unsigned int identity_room,
                      unsigned char* key, unsigned int key_room) {
  const auto& own = *static_cast<const Connection::Key*>(SSL_get_app_data(ssl));
  if (own.identity.size() >= identity_room || own.key.size() > key_room) return 0;
  *std::copy(own.identity.begin(), own.identity.end(), identity) = '\0';
  std::copy(own.key.begin(), own.key.end(), key);
  return static_cast<unsigned int>(own.key.size());
}

}  // namespace

Connection::Connection(const std::string& from, int port, Key key)
    : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), key_(std::move(key)) {
  const sockaddr_in here = address_of(from, 0);
  sockaddr_in server = address_of("127.0.0.1", port);
  const auto* const own = reinterpret_cast<const sockaddr*>(&here);
  const auto* const other = reinterpret_cast<const sockaddr*>(&server);
  if (fd_ < 0 || bind(fd_, own, sizeof(here)) != 0 || connect(fd_, other, sizeof(server)) != 0)
    give_up("UDP socket");
  if (!key_.identity.empty()) shake_hands(server);
  fcntl(fd_, F_SETFL, fcntl(fd_, F_GETFL) | O_NONBLOCK);
}

Connection::~Connection() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
  close(fd_);
}

void Connection::shake_hands(sockaddr_in& server) {
  context_ = SSL_CTX_new(DTLS_client_method());
  SSL_CTX_set_psk_client_callback(context_, &tell_key);
  SSL_CTX_set_cipher_list(context_, "PSK-AES128-CCM8");
  ssl_ = SSL_new(context_);
  SSL_set_app_data(ssl_, &key_);
  BIO* const bio = BIO_new_dgram(fd_, BIO_NOCLOSE);
  BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_CONNECTED, 0, &server);
  SSL_set_bio(ssl_, bio, bio);
  if (SSL_connect(ssl_) != 1) give_up("DTLS handshake");
}

void Connection::send(std::string_view datagram) {
  const int size = static_cast<int>(datagram.size());
  const bool is_sent = ssl_ != nullptr ? SSL_write(ssl_, datagram.data(), size) == size
                                       : ::send(fd_, datagram.data(), datagram.size(), 0) == size;
  if (!is_sent) give_up("send");
}

std::string_view Connection::receive() {
  const int size = ssl_ != nullptr
                       ? SSL_read(ssl_, buffer_.data(), static_cast<int>(buffer_.size()))
                       : static_cast<int>(recv(fd_, buffer_.data(), buffer_.size(), 0));
  return size > 0 ? std::string_view(buffer_.data(), static_cast<std::size_t>(size))
                  : std::string_view();
}

}  // namespace linli::bench
