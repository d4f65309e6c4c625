#include "tests/system/console_probe/openssl_backend.hpp"

#include <boost/asio/ssl.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <utility>

#include "firmware/console/backend.hpp"

namespace linli::console {
namespace {

namespace ssl = boost::asio::ssl;

class OpensslTls {
 public:
  using Stream = ssl::stream<boost::beast::tcp_stream>;
  using error_code = boost::system::error_code;

  base::Result<void> load(const std::string& certificate, const std::string& key) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    error_code error;
    context->use_certificate_chain_file(certificate, error);
    if (!error) context->use_private_key_file(key, ssl::context::pem, error);
    if (error) return base::fail(base::Code::kInvalid, "{}: {}", certificate, error.message());
    context_ = std::move(context);
    return {};
  }

  base::Result<std::unique_ptr<Stream>> make(boost::beast::tcp_stream tcp) const {
    return std::make_unique<Stream>(std::move(tcp), *context_);
  }

  template <class Handler>
  static void handshake(Stream& stream, Handler handler) {
    stream.async_handshake(ssl::stream_base::server, std::move(handler));
  }
  template <class Handler>
  static void shutdown(Stream& stream, Handler handler) {
    stream.async_shutdown(std::move(handler));
  }
  static std::string failure(Stream& /*stream*/, const error_code& error) {
    return error.message();
  }

 private:
  std::shared_ptr<ssl::context> context_;
};

}  // namespace

std::unique_ptr<Server> start_with_openssl(base::Loop& loop, ServerOptions options,
                                           RequestHandler handler) {
  return Server::start(loop, std::move(options), std::move(handler),
                       std::make_unique<BackendOf<OpensslTls>>());
}

}  // namespace linli::console
