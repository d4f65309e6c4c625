#include "firmware/tls/refusal.hpp"

namespace linli::tls {
namespace {

using base::Code;

std::string day_of(const mbedtls_x509_time& time) {
  return fmt::format("{:04}-{:02}-{:02}", time.year, time.mon, time.day);
}

std::string other_side(const Settings::Body& settings) {
  return settings.is_server ? "the client" : settings.host;
}

std::string library_words(std::uint32_t flags) {
  std::string text(256, '\0');
  const int size = mbedtls_x509_crt_verify_info(text.data(), text.size(), "", flags);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

const char* name_of_alert(int alert) {
  switch (alert) {
    case MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE:
      return "handshake failure";
    case MBEDTLS_SSL_ALERT_MSG_BAD_CERT:
      return "bad certificate";
    case MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT:
      return "unsupported certificate";
    case MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED:
      return "certificate revoked";
    case MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED:
      return "certificate expired";
    case MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN:
      return "certificate unknown";
    case MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA:
      return "unknown CA";
    case MBEDTLS_SSL_ALERT_MSG_ACCESS_DENIED:
      return "access denied";
    case MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION:
      return "protocol version";
    case MBEDTLS_SSL_ALERT_MSG_INSUFFICIENT_SECURITY:
      return "insufficient security";
    default:
      return "alert";
  }
}

base::Error error_of_alert(const Settings::Body& settings, bool was_open, int alert) {
  if (was_open) {
    return {Code::kOffline, fmt::format("{} ended the TLS connection with an alert ({} {})",
                                        other_side(settings), name_of_alert(alert), alert)};
  }
  return {Code::kRefused,
          fmt::format("{} refused us in the TLS handshake ({} {}): check that it trusts our "
                      "certificate, that this is still valid, and that it speaks TLS 1.2 with "
                      "ECDHE-ECDSA",
                      other_side(settings), name_of_alert(alert), alert)};
}

base::Error error_in_handshake(const Settings::Body& settings, int code) {
  const std::string other = other_side(settings);
  switch (code) {
    case MBEDTLS_ERR_SSL_CONN_EOF:
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
      return {Code::kOffline, other + " broke off during the TLS handshake"};
    case MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION:
      return {Code::kRefused, other + " speaks only TLS older than 1.2: update it"};
    case MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN:
    case MBEDTLS_ERR_SSL_NO_USABLE_CIPHERSUITE:
      return {Code::kRefused, other +
                                  " offers none of our TLS cipher suites and curves (ECDHE-ECDSA "
                                  "with AES-GCM or ChaCha20-Poly1305, P-256): update it"};
    case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
      return {Code::kDenied, fmt::format("the client showed no certificate: give it one of the CA "
                                         "in {}",
                                         settings.ca_name)};
    case MBEDTLS_ERR_SSL_INVALID_RECORD:
      return {Code::kInvalid,
              other + " does not speak TLS here: check its address and port, and https in its URL"};
    default:
      return {Code::kInvalid,
              fmt::format("the TLS handshake with {} failed: {}", other, words_of(code))};
  }
}

}  // namespace

std::string name_of(const Settings::Body& settings, const mbedtls_x509_crt& certificate,
                    int depth) {
  if (depth > 0) return "the CA certificate " + subject_of(certificate);
  if (settings.is_server) return "the client's certificate " + subject_of(certificate);
  return "the certificate of " + settings.host;
}

std::string refusal_of_use(const std::string& name, std::uint32_t flags) {
  return fmt::format("{} is refused ({}): check it", name, library_words(flags));
}

std::string refusal_of(const Settings::Body& settings, const mbedtls_x509_crt& certificate,
                       int depth, std::uint32_t flags) {
  const std::string subject = name_of(settings, certificate, depth);
  if ((flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) != 0) {
    return fmt::format("{} is not of a CA that we trust: put its CA ({}) into {}", subject,
                       issuer_of(certificate), settings.ca_name);
  }
  if ((flags & MBEDTLS_X509_BADCERT_REVOKED) != 0)
    return fmt::format("{} has been revoked: have a new one issued", subject);
  if ((flags & MBEDTLS_X509_BADCERT_EXPIRED) != 0) {
    return fmt::format(
        "{} has expired on {}: renew it; if that day is still to come, set our clock", subject,
        day_of(certificate.valid_to));
  }
  if ((flags & MBEDTLS_X509_BADCERT_FUTURE) != 0) {
    return fmt::format(
        "{} is not yet valid, it begins on {}: check our clock, then the certificate", subject,
        day_of(certificate.valid_from));
  }
  if ((flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) != 0) {
    return fmt::format(
        "the certificate is not for the host {}: use the name that stands in it, or have one "
        "issued for this name",
        settings.host);
  }
  if ((flags & (MBEDTLS_X509_BADCRL_EXPIRED | MBEDTLS_X509_BADCRL_FUTURE)) != 0) {
    return fmt::format(
        "the revocation list for {} is not valid now: fetch a new one, and check our clock",
        subject);
  }
  return refusal_of_use(subject, flags);
}

base::Error error_of(const Settings::Body& settings, int code, bool was_open, int alert) {
  if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) return error_of_alert(settings, was_open, alert);
  if (!was_open) return error_in_handshake(settings, code);
  const std::string other = other_side(settings);
  switch (code) {
    case MBEDTLS_ERR_SSL_CONN_EOF:
      return {Code::kOffline,
              "the connection with " + other + " was cut off: what was read may not be all"};
    case MBEDTLS_ERR_SSL_INVALID_MAC:
    case MBEDTLS_ERR_SSL_INVALID_RECORD:
      return {Code::kInvalid, "a TLS record from " + other + " is damaged or forged"};
    default:
      return {Code::kInvalid, fmt::format("the TLS connection with {} failed: {}",
                                          other_side(settings), words_of(code))};
  }
}

}  // namespace linli::tls
