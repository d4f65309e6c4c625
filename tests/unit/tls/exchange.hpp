#pragma once

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "firmware/tls/session.hpp"

namespace linli::tls {

// How the network cuts the bytes.
enum class Cut { kWhole, kSingleBytes, kRandom };

inline std::string name_of(Cut cut) {
  switch (cut) {
    case Cut::kSingleBytes:
      return "SingleBytes";
    case Cut::kRandom:
      return "Random";
    case Cut::kWhole:
      break;
  }
  return "Whole";
}

class Cutter {
 public:
  explicit Cutter(Cut cut) : cut_(cut) {}
  std::size_t next(std::size_t available) {
    if (cut_ == Cut::kWhole) return available;
    if (cut_ == Cut::kSingleBytes) return 1;
    return 1 + random_() % std::min<std::size_t>(available, 3000);
  }

 private:
  Cut cut_;
  std::minstd_rand random_{1};
};

template <class Peer>
std::string read_all(Peer& peer) {
  std::string all;
  char block[5000];
  for (std::size_t got = peer.read(block, sizeof block); got > 0;
       got = peer.read(block, sizeof block)) {
    all.append(block, got);
  }
  return all;
}

// Carries what is outgoing at `from` to `to`; returns what `to` could read meanwhile.
template <class From, class To>
std::string carry(From& from, To& to, Cutter& cutter) {
  std::string read;
  const std::string bytes = from.take_outgoing();
  for (std::string_view rest = bytes; !rest.empty();) {
    rest.remove_prefix(to.receive(rest.substr(0, cutter.next(rest.size()))));
    read += read_all(to);
  }
  return read + read_all(to);
}

// Until neither side has anything to say.
template <class Client, class Server>
void shake_hands(Client& client, Server& server, Cut cut = Cut::kWhole) {
  Cutter cutter(cut);
  for (int quiet = 0; quiet < 2;) {
    const std::string to_server = client.take_outgoing();
    for (std::string_view rest = to_server; !rest.empty();)
      rest.remove_prefix(server.receive(rest.substr(0, cutter.next(rest.size()))));
    const std::string to_client = server.take_outgoing();
    for (std::string_view rest = to_client; !rest.empty();)
      rest.remove_prefix(client.receive(rest.substr(0, cutter.next(rest.size()))));
    quiet = to_server.empty() && to_client.empty() ? quiet + 1 : 0;
  }
}

// Sends `text` through; returns what arrived.
template <class From, class To>
std::string send_through(From& from, To& to, std::string_view text, Cut cut = Cut::kWhole) {
  Cutter cutter(cut);
  std::string arrived;
  while (!text.empty()) {
    const std::size_t taken = from.write(text);
    if (taken == 0) break;
    text.remove_prefix(taken);
    arrived += carry(from, to, cutter);
  }
  return arrived;
}

inline std::string some_text(std::size_t size) {
  std::minstd_rand random(7);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

}  // namespace linli::tls
