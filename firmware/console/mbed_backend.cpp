#include <utility>

#include "firmware/console/backend.hpp"
#include "firmware/net/tls_stream.hpp"
#include "firmware/tls/session.hpp"

namespace linli::console {
namespace {

class MbedTls {
 public:
  using Stream = net::TlsStream<boost::beast::tcp_stream, tls::Session>;

  base::Result<void> load(const std::string& certificate, const std::string& key) {
    tls::ServerOptions options;
    auto ours = tls::Pem::read(certificate);
    if (!ours) return base::failure_of(std::move(ours));
    auto secret = tls::Pem::read(key);
    if (!secret) return base::failure_of(std::move(secret));
    options.certificate = *std::move(ours);
    options.key = *std::move(secret);
    auto settings = tls::Settings::server(options);
    if (!settings) return base::failure_of(std::move(settings));
    settings_ = *std::move(settings);
    return {};
  }

  base::Result<std::unique_ptr<Stream>> make(boost::beast::tcp_stream tcp) const {
    auto session = tls::Session::make(settings_);
    if (!session) return base::failure_of(std::move(session));
    return std::make_unique<Stream>(std::move(tcp), *std::move(session));
  }

  template <class Handler>
  static void handshake(Stream& stream, Handler handler) {
    stream.async_handshake(std::move(handler));
  }
  template <class Handler>
  static void shutdown(Stream& stream, Handler handler) {
    stream.async_shutdown(std::move(handler));
  }

  static std::string failure(Stream& stream, const boost::system::error_code& error) {
    const bool is_ours = stream.session().state() == tls::Session::State::kFailed;
    return is_ours ? stream.session().error().what : error.message();
  }

 private:
  std::shared_ptr<const tls::Settings> settings_;
};

}  // namespace

std::unique_ptr<Backend> make_mbed_backend() {
  return std::make_unique<BackendOf<MbedTls>>();
}

}  // namespace linli::console
