#include "tests/bench/publisher.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace linli::bench {
namespace {

constexpr char kConnect = 0x10;
constexpr char kPublishQos1 = 0x32;
constexpr char kPuback = 0x40;
constexpr std::size_t kPubackBytes = 4;

[[noreturn]] void give_up(std::string_view why) {
  fmt::print(stderr, "load_gen: {}\n", why);
  std::exit(1);
}

void append_u16(std::string& out, std::size_t value) {
  out.push_back(static_cast<char>(value >> 8));
  out.push_back(static_cast<char>(value & 0xFF));
}

void append_text(std::string& out, std::string_view text) {
  append_u16(out, text.size());
  out += text;
}

void append_length(std::string& out, std::size_t length) {
  do {
    const auto seven_bits = static_cast<unsigned char>(length % 128);
    length /= 128;
    out.push_back(static_cast<char>(seven_bits | (length > 0 ? 0x80U : 0U)));
  } while (length > 0);
}

std::string connect_packet(const std::string& client_id, const std::string& password) {
  std::string body;
  append_text(body, "MQTT");
  body.push_back(4);                                                  // 3.1.1
  body.push_back(static_cast<char>(password.empty() ? 0x02 : 0xC2));  // clean session, login
  append_u16(body, 300);                                              // keep alive, seconds
  append_text(body, client_id);
  if (!password.empty()) {
    append_text(body, client_id);
    append_text(body, password);
  }
  std::string packet(1, kConnect);
  append_length(packet, body.size());
  return packet + body;
}

}  // namespace

Publisher::Publisher(int port, const std::string& client_id, const std::string& password) {
  connect(port, client_id, password);
}

Publisher::~Publisher() {
  if (fd_ >= 0) close(fd_);
}

void Publisher::connect(int port, const std::string& client_id, const std::string& password) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    give_up(fmt::format("nothing listens on port {}", port));
  const int yes = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const std::string packet = connect_packet(client_id, password);
  char answer[4] = {};
  if (send(fd_, packet.data(), packet.size(), 0) != static_cast<ssize_t>(packet.size()) ||
      recv(fd_, answer, sizeof answer, MSG_WAITALL) != sizeof answer || answer[3] != 0)
    give_up("the broker refused " + client_id);
  fcntl(fd_, F_SETFL, O_NONBLOCK);
}

void Publisher::add(std::string_view topic, std::string_view payload) {
  out_.push_back(kPublishQos1);
  append_length(out_, 2 + topic.size() + 2 + payload.size());
  append_text(out_, topic);
  append_u16(out_, next_id_);
  out_ += payload;
  next_id_ = static_cast<std::uint16_t>(next_id_ == 0xFFFF ? 1 : next_id_ + 1);
  ++in_flight_;
}

void Publisher::flush() {
  while (!out_.empty()) {
    const ssize_t sent = send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return;
    if (sent <= 0) give_up("a publisher's connection was closed");
    out_.erase(0, static_cast<std::size_t>(sent));
  }
}

void Publisher::read_acknowledgements() {
  char buffer[16384];
  const ssize_t got = recv(fd_, buffer, sizeof buffer, 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) give_up("a publisher's connection was closed");
  in_.append(buffer, static_cast<std::size_t>(got));
  std::size_t at = 0;
  for (; at + kPubackBytes <= in_.size(); at += kPubackBytes) {
    if (in_[at] != kPuback) give_up("the broker said something else than PUBACK");
    --in_flight_;
  }
  in_.erase(0, at);
}

}  // namespace linli::bench
