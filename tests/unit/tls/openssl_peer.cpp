#include "tests/unit/tls/openssl_peer.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "tests/unit/tls/test_authority.hpp"

namespace linli::tls {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

Bio reader_of(const Pem& pem) {
  const std::string& text = pem.text.reveal();
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

OpensslCertificate certificate_of(const Pem& pem) {
  return OpensslCertificate(PEM_read_bio_X509(reader_of(pem).get(), nullptr, nullptr, nullptr));
}

void load(SSL_CTX* context, const OpensslOptions& options) {
  if (!options.certificate.empty()) {
    SSL_CTX_use_certificate(context, certificate_of(options.certificate).get());
    const OpensslKey key(
        PEM_read_bio_PrivateKey(reader_of(options.key).get(), nullptr, nullptr, nullptr));
    SSL_CTX_use_PrivateKey(context, key.get());
  }
  if (options.ca.empty()) return;
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate_of(options.ca).get());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

void limit(SSL_CTX* context, const OpensslOptions& options) {
  // The old versions and suites that we must refuse are switched off in Debian above level 0.
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, options.min_version);
  SSL_CTX_set_max_proto_version(context, options.max_version);
  if (!options.ciphers.empty()) SSL_CTX_set_cipher_list(context, options.ciphers.c_str());
  if (!options.groups.empty()) SSL_CTX_set1_groups_list(context, options.groups.c_str());
}

}  // namespace

OpensslPeer::OpensslPeer(const OpensslOptions& options)
    : context_(SSL_CTX_new(TLS_method())), in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
  limit(context_.get(), options);
  load(context_.get(), options);
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_bio(ssl_.get(), in_, out_);
  if (!options.host.empty()) {
    // What the macro SSL_set_tlsext_host_name does, without its old-style cast.
    std::string name = options.host;
    SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    SSL_set1_host(ssl_.get(), options.host.c_str());
  }
  options.is_server ? SSL_set_accept_state(ssl_.get()) : SSL_set_connect_state(ssl_.get());
  advance();
}

void OpensslPeer::after(int result) {
  if (result > 0) return;
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
  if (error == SSL_ERROR_ZERO_RETURN) {
    state_ = State::kClosed;
    return;
  }
  state_ = State::kFailed;
  const char* const reason = ERR_reason_error_string(ERR_peek_error());
  trouble_ = reason == nullptr ? "no reason" : reason;
  ERR_clear_error();
}

void OpensslPeer::advance() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) state_ = State::kOpen;
  after(result);
}

std::size_t OpensslPeer::receive(std::string_view bytes) {
  BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
  if (state_ == State::kHandshaking) advance();
  return bytes.size();
}

std::string OpensslPeer::take_outgoing() {
  std::string bytes(BIO_ctrl_pending(out_), '\0');
  if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

std::size_t OpensslPeer::read(char* out, std::size_t capacity) {
  if (state_ != State::kOpen) return 0;
  ERR_clear_error();
  const int result = SSL_read(ssl_.get(), out, static_cast<int>(capacity));
  after(result);
  return result > 0 ? static_cast<std::size_t>(result) : 0;
}

std::size_t OpensslPeer::write(std::string_view bytes) {
  if (state_ != State::kOpen || bytes.empty()) return 0;
  constexpr std::size_t kMost = 16 * 1024;
  const int result =
      SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min(bytes.size(), kMost)));
  after(result);
  return result > 0 ? static_cast<std::size_t>(result) : 0;
}

void OpensslPeer::close() {
  SSL_shutdown(ssl_.get());
  state_ = State::kClosed;
}

std::string OpensslPeer::curve() const {
  EVP_PKEY* key = nullptr;
  if (SSL_get_peer_tmp_key(ssl_.get(), &key) != 1) return {};
  const OpensslKey owned(key);
  char name[64] = "";
  if (EVP_PKEY_get_group_name(key, name, sizeof name, nullptr) == 1) return name;
  return EVP_PKEY_get0_type_name(key);
}

void OpensslPeer::renegotiate() {
  SSL_renegotiate(ssl_.get());
  SSL_do_handshake(ssl_.get());
}

}  // namespace linli::tls
