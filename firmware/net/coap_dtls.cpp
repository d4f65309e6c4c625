#include "firmware/net/coap_dtls.hpp"

#include <arpa/inet.h>
#include <coap3/coap.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string_view>

namespace linli::net {
namespace {

using base::Code;

// TLS_PSK_WITH_AES_128_CCM_8 is what RFC 7252 §9.1.3.1 makes mandatory for devices; the others are
// for those that can do better.
constexpr const char* kCiphers =
    "ECDHE-PSK-CHACHA20-POLY1305:PSK-AES128-GCM-SHA256:PSK-CHACHA20-POLY1305:PSK-AES256-GCM-SHA384:"
    "PSK-AES128-CCM:PSK-AES128-CCM8";

SSL* ssl_of(const coap_session_t& session) {
  coap_tls_library_t library = COAP_TLS_LIBRARY_NOTLS;
  void* const tls = coap_session_get_tls(&session, &library);
  return library == COAP_TLS_LIBRARY_OPENSSL ? static_cast<SSL*>(tls) : nullptr;
}

// A socket of this machine that nobody reads.
class Sink {
 public:
  Sink() : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), is_bound_(join()) {}
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  ~Sink() {
    if (fd_ >= 0) close(fd_);
  }
  const coap_address_t* address() const { return is_bound_ ? &address_ : nullptr; }

 private:
  bool join() {
    coap_address_init(&address_);
    address_.addr.sin = {};
    address_.addr.sin.sin_family = AF_INET;
    address_.addr.sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address_.size = sizeof(address_.addr.sin);
    return fd_ >= 0 && bind(fd_, &address_.addr.sa, address_.size) == 0 &&
           getsockname(fd_, &address_.addr.sa, &address_.size) == 0;
  }

  int fd_;
  coap_address_t address_{};
  bool is_bound_;  // last: join() fills the address
};

bool set_up(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // 32 KiB of buffers an association, where nothing is being read or written.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers) == 1;
}

}  // namespace

// libcoap shows its SSL_CTX only through a session, so a client session is made for it, to a
// socket where nobody answers. The one SSL object that libcoap prepares before this keeps
// OpenSSL's defaults; it serves the first handshake, when there is nothing yet to be resumed, and a
// ticket from it is not taken by the others.
base::Result<void> harden(coap_context_t& context) {
  const Sink sink;
  if (sink.address() == nullptr) return base::fail(Code::kInternal, "no UDP socket for CoAP");
  static constexpr std::string_view kNobody = "nobody";
  coap_dtls_cpsk_t setup{};
  setup.version = COAP_DTLS_CPSK_SETUP_VERSION;
  setup.psk_info.identity = {kNobody.size(), reinterpret_cast<const std::uint8_t*>(kNobody.data())};
  setup.psk_info.key = setup.psk_info.identity;
  coap_session_t* const session =
      coap_new_client_session_psk2(&context, nullptr, sink.address(), COAP_PROTO_DTLS, &setup);
  if (session == nullptr) return base::fail(Code::kInternal, "no DTLS in libcoap");
  SSL* const ssl = ssl_of(*session);
  const bool done = ssl != nullptr && set_up(SSL_get_SSL_CTX(ssl));
  coap_session_release(session);
  if (!done) return base::fail(Code::kInternal, "libcoap's OpenSSL cannot be set up");
  return {};
}

bool is_acceptable(const coap_session_t& session) {
  const SSL* const ssl = ssl_of(session);
  return ssl != nullptr && SSL_session_reused(ssl) == 0 &&
         SSL_CIPHER_is_aead(SSL_get_current_cipher(ssl)) == 1;
}

bool has_server_answered(const coap_session_t& session) {
  const SSL* const ssl = ssl_of(session);
  if (ssl == nullptr) return false;
  switch (SSL_get_state(ssl)) {
    case TLS_ST_BEFORE:
    case DTLS_ST_CR_HELLO_VERIFY_REQUEST:
    case TLS_ST_CW_CLNT_HELLO:
      return false;
    default:
      return true;
  }
}

void watch_hellos(const coap_session_t& session, std::function<void()>& on_hello) {
  SSL* const ssl = ssl_of(session);
  if (ssl == nullptr) return;
  SSL_set_options(ssl, SSL_OP_NO_RENEGOTIATION);
  // The record's header (RFC 6347 §4.1): type (1), version (2), epoch (2), number (6), length (2)
  SSL_set_msg_callback(ssl, [](int is_write, int /*version*/, int type, const void* bytes,
                               std::size_t length, SSL* /*ssl*/, void* argument) {
    constexpr std::size_t kHeader = 13;
    if (is_write != 0 || type != SSL3_RT_HEADER || length != kHeader) return;
    const auto* const header = static_cast<const unsigned char*>(bytes);
    const bool is_first_epoch = header[3] == 0 && header[4] == 0;
    if (header[0] == SSL3_RT_HANDSHAKE && is_first_epoch)
      (*static_cast<const std::function<void()>*>(argument))();
  });
  SSL_set_msg_callback_arg(ssl, &on_hello);
}

}  // namespace linli::net
