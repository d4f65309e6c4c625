#include "firmware/tls/session.hpp"

#include <mbedtls/oid.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "firmware/tls/mbed.hpp"
#include "firmware/tls/refusal.hpp"
#include "firmware/tls/settings_body.hpp"

namespace linli::tls {
namespace {

using base::Code;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// mbedTLS 2.28 compares names only. RFC 5280 4.2.1.6: an iPAddress holds the address in network
// order.
bool is_for_address(const mbedtls_x509_crt& certificate, const std::string& address) {
  if ((certificate.ext_types & MBEDTLS_X509_EXT_SUBJECT_ALT_NAME) == 0) return false;
  for (const mbedtls_x509_sequence* name = &certificate.subject_alt_names; name != nullptr;
       name = name->next) {
    const bool is_address =
        (name->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) == MBEDTLS_X509_SAN_IP_ADDRESS;
    if (is_address && name->buf.len == address.size() &&
        std::memcmp(name->buf.p, address.data(), address.size()) == 0) {
      return true;
    }
  }
  return false;
}

// TLS begins with a handshake record or, from a side that gives up at once, an alert.
bool is_first_of_tls(char byte) {
  return byte == MBEDTLS_SSL_MSG_HANDSHAKE || byte == MBEDTLS_SSL_MSG_ALERT;
}

}  // namespace

struct Session::Body {
  explicit Body(std::shared_ptr<const Settings> s) : settings(std::move(s)) {}

  std::shared_ptr<const Settings> settings;
  Owned<mbedtls_ssl_context, mbedtls_ssl_init, mbedtls_ssl_free> ssl;
  std::string incoming;
  std::size_t consumed = 0;  // of `incoming`
  bool is_ended = false;
  std::size_t handshake_bytes = 0;
  bool speaks_tls = true;
  std::string outgoing;
  // Of the first bad certificate; the other troubles follow from it.
  std::string refusal;
  std::string peer_name;  // how messages call the other side's certificate

  std::size_t waiting() const { return incoming.size() - consumed; }

  static int send(void* self, const unsigned char* bytes, std::size_t count) {
    static_cast<Body*>(self)->outgoing.append(reinterpret_cast<const char*>(bytes), count);
    return static_cast<int>(count);
  }

  static int receive(void* self, unsigned char* out, std::size_t capacity) {
    Body& body = *static_cast<Body*>(self);
    const std::size_t count = std::min(capacity, body.waiting());
    if (count == 0) return body.is_ended ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
    std::memcpy(out, body.incoming.data() + body.consumed, count);
    body.consumed += count;
    if (body.consumed == body.incoming.size()) {
      body.incoming.clear();
      body.consumed = 0;
    }
    return static_cast<int>(count);
  }

  static int on_certificate(void* self, mbedtls_x509_crt* certificate, int depth,
                            std::uint32_t* flags) {
    Body& body = *static_cast<Body*>(self);
    const Settings::Body& settings = body.settings->body();
    if (depth == 0 && !settings.address.empty() && !is_for_address(*certificate, settings.address))
      *flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
    if (depth == 0) body.peer_name = name_of(settings, *certificate, depth);
    if (*flags != 0 && body.refusal.empty())
      body.refusal = refusal_of(settings, *certificate, depth, *flags);
    return 0;
  }

  // A client that expects an address sends no name (RFC 6066 3); on_certificate compares it.
  int set_up() {
    const Settings::Body& with = settings->body();
    int result = mbedtls_ssl_setup(ssl.get(), with.config.get());
    if (result == 0 && !with.is_server && with.address.empty())
      result = mbedtls_ssl_set_hostname(ssl.get(), with.host.c_str());
    mbedtls_ssl_set_verify(ssl.get(), &on_certificate, this);
    mbedtls_ssl_set_bio(ssl.get(), this, &send, &receive, nullptr);
    return result;
  }

  // With an optional client certificate the library goes on after a bad one, and only keeps flags.
  bool has_bad_certificate() const {
    constexpr std::uint32_t kNone = MBEDTLS_X509_BADCERT_MISSING | MBEDTLS_X509_BADCERT_SKIP_VERIFY;
    const std::uint32_t may_have = settings->body().is_server ? kNone : 0;
    return (mbedtls_ssl_get_verify_result(ssl.get()) & ~may_have) != 0;
  }

  // Its usages and its curve are judged after on_certificate.
  void note_bad_certificate() {
    if (refusal.empty() && !peer_name.empty() && has_bad_certificate())
      refusal = refusal_of_use(peer_name, mbedtls_ssl_get_verify_result(ssl.get()));
  }

  void alert(unsigned char description) {
    mbedtls_ssl_send_alert_message(ssl.get(), MBEDTLS_SSL_ALERT_LEVEL_FATAL, description);
  }
};

base::Result<std::unique_ptr<Session>> Session::make(std::shared_ptr<const Settings> settings) {
  auto body = std::make_unique<Body>(std::move(settings));
  if (const int result = body->set_up(); result != 0)
    return base::fail(Code::kInternal, "no TLS session: {}", words_of(result));
  std::unique_ptr<Session> session(new Session(std::move(body)));
  session->advance();
  return session;
}

Session::Session(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Session::~Session() = default;

std::optional<PeerCertificate> Session::peer() const {
  const auto* const certificate = mbedtls_ssl_get_peer_cert(body_->ssl.get());
  if (certificate == nullptr) return std::nullopt;
  return PeerCertificate{subject_of(*certificate), fingerprint(*certificate)};
}

std::string Session::suite() const {
  const char* const name = mbedtls_ssl_get_ciphersuite(body_->ssl.get());
  return name == nullptr ? "" : name;
}

std::size_t Session::receive(std::string_view bytes) {
  if (state_ == State::kClosed || state_ == State::kFailed) return bytes.size();
  const std::size_t count = std::min(bytes.size(), kMaxIncoming - body_->waiting());
  body_->incoming.erase(0, std::exchange(body_->consumed, 0));
  body_->incoming.append(bytes.substr(0, count));
  if (state_ == State::kHandshaking && count > 0) {
    if (body_->handshake_bytes == 0) body_->speaks_tls = is_first_of_tls(bytes.front());
    body_->handshake_bytes += count;
    advance();
  }
  return count;
}

void Session::end_of_input() {
  body_->is_ended = true;
  if (state_ == State::kHandshaking) advance();
}

std::string Session::take_outgoing() {
  return std::exchange(body_->outgoing, {});
}

void Session::advance() {
  auto* const ssl = body_->ssl.get();
  while (ssl->state != MBEDTLS_SSL_HANDSHAKE_OVER) {
    if (const int result = mbedtls_ssl_handshake_step(ssl); result != 0) {
      if (result != MBEDTLS_ERR_SSL_WANT_READ) return stop_for(result);
      if (body_->handshake_bytes > kMaxHandshake)
        fail({Code::kInvalid, "the other side sends without end in the TLS handshake"});
      return;
    }
    if (body_->has_bad_certificate()) return refuse_certificate();
  }
  state_ = State::kOpen;
}

void Session::refuse_certificate() {
  body_->alert(MBEDTLS_SSL_ALERT_MSG_BAD_CERT);
  stop_for(MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
}

void Session::stop_for(int code) {
  const bool was_open = state_ == State::kOpen;
  if (code == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY && was_open) return close();
  // The one refusal that the library does not tell the other side (RFC 5246 7.4.6).
  if (code == MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE)
    body_->alert(MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE);
  body_->note_bad_certificate();
  if (!body_->refusal.empty()) return fail({Code::kDenied, body_->refusal});
  const int alert = body_->ssl.get()->in_msg[1];
  const int reason = body_->speaks_tls ? code : MBEDTLS_ERR_SSL_INVALID_RECORD;
  fail(error_of(body_->settings->body(), reason, was_open, alert));
}

void Session::fail(base::Error error) {
  state_ = State::kFailed;
  error_ = std::move(error);
}

std::size_t Session::read(char* out, std::size_t capacity) {
  if (state_ != State::kOpen || capacity == 0) return 0;
  const std::size_t outgoing_before = body_->outgoing.size();
  const int result =
      mbedtls_ssl_read(body_->ssl.get(), reinterpret_cast<unsigned char*>(out), capacity);
  if (result > 0) return static_cast<std::size_t>(result);
  if (result == 0) {
    stop_for(MBEDTLS_ERR_SSL_CONN_EOF);
  } else if (result != MBEDTLS_ERR_SSL_WANT_READ) {
    stop_for(result);
  } else if (body_->outgoing.size() != outgoing_before) {
    // Only a refusal to renegotiate makes the library answer and go on: one is enough.
    fail({Code::kRefused, "the other side wants to renegotiate TLS, which we never do"});
  }
  return 0;
}

std::size_t Session::write(std::string_view bytes) {
  std::size_t taken = 0;
  while (state_ == State::kOpen && taken < bytes.size() && body_->outgoing.size() < kMaxOutgoing) {
    const std::string_view rest = bytes.substr(taken);
    const int result = mbedtls_ssl_write(body_->ssl.get(), bytes_of(rest), rest.size());
    if (result <= 0) {
      stop_for(result);
      break;
    }
    taken += static_cast<std::size_t>(result);
  }
  return taken;
}

void Session::close() {
  if (state_ == State::kHandshaking)
    return fail({Code::kOffline, "we broke off the TLS handshake"});
  if (state_ != State::kOpen) return;
  mbedtls_ssl_close_notify(body_->ssl.get());
  state_ = State::kClosed;
}

}  // namespace linli::tls
