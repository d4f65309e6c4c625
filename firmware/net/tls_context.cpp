#include "firmware/net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <utility>

namespace linli::net {
namespace {

using base::Code;

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

std::string text_of(const ASN1_TIME* time) {
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new(BIO_s_mem()));
  ASN1_TIME_print(bio.get(), time);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string library_reason() {
  const unsigned long error = ERR_peek_last_error();
  ERR_clear_error();
  const char* const reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  return reason == nullptr ? "not a PEM file?" : reason;
}

base::Result<void> load_own_certificate(SSL_CTX* context, const MqttTls& tls) {
  if (tls.certificate_file.empty()) return {};
  if (SSL_CTX_use_certificate_chain_file(context, tls.certificate_file.c_str()) != 1) {
    return base::fail(Code::kInvalid, "our certificate {} cannot be used: {}", tls.certificate_file,
                      library_reason());
  }
  if (SSL_CTX_use_PrivateKey_file(context, tls.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1) {
    return base::fail(Code::kInvalid, "our key {} cannot be used, or is not that of {}: {}",
                      tls.key_file, tls.certificate_file, library_reason());
  }
  return {};
}

void expect_host(SSL_CTX* context, const std::string& host) {
  X509_VERIFY_PARAM* const expected = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1;
  if (!is_address) X509_VERIFY_PARAM_set1_host(expected, host.c_str(), host.size());
}

}  // namespace

struct TlsContext::Body {
  std::unique_ptr<SSL_CTX, FreeContext> context;
  std::string host;
  std::string ca_file;
  std::string trouble;

  // The first trouble is the cause; alerts and further errors follow from it.
  void note(std::string words) {
    if (trouble.empty()) trouble = std::move(words);
  }

  static Body& of(const SSL* connection) {
    return *static_cast<Body*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection)));
  }

  std::string words_for(X509_STORE_CTX* chain) const {
    const int error = X509_STORE_CTX_get_error(chain);
    const X509* const certificate = X509_STORE_CTX_get_current_cert(chain);
    switch (error) {
      case X509_V_ERR_CERT_HAS_EXPIRED:
        return fmt::format(
            "the certificate of {} has expired on {}: renew it there; if that day is still to "
            "come, set our clock",
            host, text_of(X509_get0_notAfter(certificate)));
      case X509_V_ERR_CERT_NOT_YET_VALID:
        return fmt::format(
            "the certificate of {} is not yet valid, it begins on {}: check our clock, then "
            "the certificate",
            host, text_of(X509_get0_notBefore(certificate)));
      case X509_V_ERR_HOSTNAME_MISMATCH:
      case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return fmt::format(
            "the certificate is not for the host {}: use the name that stands in it, or have "
            "one issued for this name",
            host);
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
      case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
      case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        return fmt::format("the certificate of {} is not of a CA that we trust: put its CA into {}",
                           host, ca_file);
      default:
        return fmt::format("the certificate of {} is refused ({}): check it", host,
                           X509_verify_cert_error_string(error));
    }
  }

  static int after_verify(int is_ok, X509_STORE_CTX* chain) {
    if (is_ok == 1) return 1;
    const int index = SSL_get_ex_data_X509_STORE_CTX_idx();
    Body& body = of(static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(chain, index)));
    body.note(body.words_for(chain));
    return 0;
  }

  static void on_info(const SSL* connection, int where, int alert) {
    const bool is_fatal_alert =
        (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (alert >> 8) == SSL3_AL_FATAL;
    if (!is_fatal_alert) return;
    Body& body = of(connection);
    body.note(fmt::format(
        "{} refused us in the TLS handshake ({}): check that it trusts our certificate and "
        "that this is still valid",
        body.host, SSL_alert_desc_string_long(alert)));
  }
};

TlsContext::TlsContext(std::unique_ptr<Body> body) : body_(std::move(body)) {}
TlsContext::~TlsContext() = default;

base::Result<std::unique_ptr<TlsContext>> TlsContext::make(const MqttTls& tls,
                                                           const std::string& host) {
  auto body = std::make_unique<Body>();
  body->context.reset(SSL_CTX_new(TLS_client_method()));
  body->host = host;
  body->ca_file = tls.ca_file;
  SSL_CTX* const context = body->context.get();
  if (context == nullptr)
    return base::fail(Code::kInternal, "no TLS context: {}", library_reason());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_load_verify_file(context, tls.ca_file.c_str()) != 1) {
    return base::fail(Code::kInvalid, "the CA file {} cannot be used: {}", tls.ca_file,
                      library_reason());
  }
  if (auto loaded = load_own_certificate(context, tls); !loaded)
    return base::failure_of(std::move(loaded));
  expect_host(context, host);
  SSL_CTX_set_app_data(context, body.get());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, &Body::after_verify);
  SSL_CTX_set_info_callback(context, &Body::on_info);
  return std::unique_ptr<TlsContext>(new TlsContext(std::move(body)));
}

void* TlsContext::native() const {
  return body_->context.get();
}

const std::string& TlsContext::trouble() const {
  return body_->trouble;
}

}  // namespace linli::net
