#pragma once

// The TLS implementation behind the server. For .cpp files that bring one.

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <utility>

#include "firmware/base/result.hpp"
#include "firmware/console/connection.hpp"

namespace linli::console {

// Server thread only, but for its construction.
class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  // Reads certificate and key. Connections that come later use them; on an error those before stay.
  virtual base::Result<void> load(const std::string& certificate, const std::string& key) = 0;
  // Begins a connection.
  virtual void take(boost::asio::ip::tcp::socket socket, Hub& hub, std::string peer, Seat seat,
                    bool is_turned_away) = 0;
};

// `Tls` is default-constructible and has
//   Stream                                     an Asio stream over beast::tcp_stream
//   load(certificate, key) → Result<void>
//   make(tcp_stream) → Result<unique_ptr<Stream>>
//   static handshake(stream, handler), shutdown(stream, handler)
//   static failure(stream, error) → a sentence for the log
template <class Tls>
class BackendOf final : public Backend {
 public:
  base::Result<void> load(const std::string& certificate, const std::string& key) override {
    return tls_.load(certificate, key);
  }
  void take(boost::asio::ip::tcp::socket socket, Hub& hub, std::string peer, Seat seat,
            bool is_turned_away) override {
    auto stream = tls_.make(boost::beast::tcp_stream(std::move(socket)));
    if (!stream)
      return hub.log.note(Refused::kHandshake, peer, stream.error().what, base::Clock::now());
    std::make_shared<Connection<Tls>>(hub, *std::move(stream), std::move(peer), std::move(seat),
                                      is_turned_away)
        ->start();
  }

 private:
  Tls tls_;
};

// By tls::Session.
std::unique_ptr<Backend> make_mbed_backend();

}  // namespace linli::console
