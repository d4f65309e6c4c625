#include "firmware/tls/settings.hpp"

#include <mbedtls/oid.h>

#include <array>
#include <utility>

#include "firmware/tls/der.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/settings_body.hpp"

namespace linli::tls {
namespace {

using base::Code;

constexpr std::size_t kMaxHostBytes = 253;  // RFC 1035 2.3.4, written with dots

constexpr std::array kSuites{MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                             MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                             MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, 0};
constexpr std::array kCurves{MBEDTLS_ECP_DP_CURVE25519, MBEDTLS_ECP_DP_SECP256R1,
                             MBEDTLS_ECP_DP_NONE};
constexpr std::array kHashes{static_cast<int>(MBEDTLS_MD_SHA256),
                             static_cast<int>(MBEDTLS_MD_SHA384),
                             static_cast<int>(MBEDTLS_MD_NONE)};

constexpr std::size_t kUsageBytes = MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH);
static_assert(kUsageBytes == MBEDTLS_OID_SIZE(MBEDTLS_OID_CLIENT_AUTH));

constexpr std::uint32_t flag(unsigned id) {
  return 1U << (id - 1U);
}

// For whole chains: a foreign CA may have a P-384 key, the other side's own key is held to kCurves.
constexpr mbedtls_x509_crt_profile kCertificates{
    flag(MBEDTLS_MD_SHA256) | flag(MBEDTLS_MD_SHA384),
    flag(MBEDTLS_PK_ECKEY) | flag(MBEDTLS_PK_ECDSA),
    flag(MBEDTLS_ECP_DP_SECP256R1) | flag(MBEDTLS_ECP_DP_SECP384R1), 0};

// PEM is parsed with its closing zero.
const unsigned char* bytes_of(const Pem& pem) {
  return reinterpret_cast<const unsigned char*>(pem.text.reveal().c_str());
}

std::size_t size_of(const Pem& pem) {
  return pem.text.reveal().size() + 1;
}

base::Result<void> load_certificates(const Pem& pem, Certificate& into) {
  const int result = mbedtls_x509_crt_parse(into.get(), bytes_of(pem), size_of(pem));
  if (result > 0) {
    return base::fail(Code::kInvalid,
                      "{} certificate(s) in {} cannot be read: put whole PEM certificates there",
                      result, pem.name);
  }
  if (result < 0) {
    return base::fail(Code::kInvalid, "no certificate can be read from {} ({}): is it a PEM file?",
                      pem.name, words_of(result));
  }
  return {};
}

base::Result<void> load_revocations(const Pem& pem, RevocationList& into) {
  if (pem.empty()) return {};
  const int result = mbedtls_x509_crl_parse(into.get(), bytes_of(pem), size_of(pem));
  if (result == 0) return {};
  return base::fail(Code::kInvalid, "no revocation list can be read from {} ({}): is it PEM?",
                    pem.name, words_of(result));
}

base::Result<void> demand_p256(const Pem& pem, const mbedtls_pk_context& key) {
  const mbedtls_ecp_keypair* const pair =
      mbedtls_pk_get_type(&key) == MBEDTLS_PK_ECKEY ? mbedtls_pk_ec(key) : nullptr;
  if (pair != nullptr && pair->grp.id == MBEDTLS_ECP_DP_SECP256R1) return {};
  return base::fail(
      Code::kInvalid,
      "the key in {} is a {}-bit {} key, we use P-256 only: make one with openssl ecparam -name "
      "prime256v1 -genkey -noout, and have its certificate issued",
      pem.name, mbedtls_pk_get_bitlen(&key), mbedtls_pk_get_name(&key));
}

base::Result<void> load_key(const Pem& pem, Key& into) {
  const int result = mbedtls_pk_parse_key(into.get(), bytes_of(pem), size_of(pem), nullptr, 0);
  if (result == MBEDTLS_ERR_PK_PASSWORD_REQUIRED) {
    return base::fail(Code::kInvalid,
                      "the key in {} is locked by a password: store it without one, readable for "
                      "us only",
                      pem.name);
  }
  if (result != 0) {
    return base::fail(Code::kInvalid, "no key can be read from {} ({}): is it a PEM file?",
                      pem.name, words_of(result));
  }
  return demand_p256(pem, *into.get());
}

base::Result<void> demand_usage(const Pem& pem, const Settings::Body& body) {
  const char* const usage = body.is_server ? MBEDTLS_OID_SERVER_AUTH : MBEDTLS_OID_CLIENT_AUTH;
  if (mbedtls_x509_crt_check_extended_key_usage(body.own_certificate.get(), usage, kUsageBytes) ==
      0) {
    return {};
  }
  return base::fail(Code::kInvalid,
                    "the certificate in {} was not issued for a TLS {}: have one issued with that "
                    "extended key usage, or with none",
                    pem.name, body.is_server ? "server" : "client");
}

base::Result<void> load_own(const Pem& certificate, const Pem& key, Settings::Body& body) {
  if (certificate.empty() && key.empty()) return {};
  if (certificate.empty() || key.empty()) {
    return base::fail(Code::kInvalid, "a certificate and its key go together: the {} is missing",
                      key.empty() ? "key" : "certificate");
  }
  if (auto loaded = load_certificates(certificate, body.own_certificate); !loaded) return loaded;
  if (auto usable = demand_usage(certificate, body); !usable) return usable;
  if (auto loaded = load_key(key, body.own_key); !loaded) return loaded;
  if (mbedtls_pk_check_pair(&body.own_certificate.get()->pk, body.own_key.get()) != 0) {
    return base::fail(Code::kInvalid,
                      "the key in {} does not belong to the first certificate in {}: put the pair "
                      "there that was issued together, our own certificate before its CA's",
                      key.name, certificate.name);
  }
  const int result =
      mbedtls_ssl_conf_own_cert(body.config.get(), body.own_certificate.get(), body.own_key.get());
  if (result != 0) return base::fail(Code::kInternal, "TLS certificate: {}", words_of(result));
  return {};
}

base::Result<void> load_ca(const Pem& ca, const Pem& revocations, Settings::Body& body) {
  if (ca.empty())
    return base::fail(Code::kInvalid, "there is no CA to check the other side's certificate with");
  if (auto loaded = load_certificates(ca, body.ca); !loaded) return loaded;
  if (auto loaded = load_revocations(revocations, body.revocations); !loaded) return loaded;
  body.ca_name = ca.name;
  mbedtls_ssl_conf_ca_chain(body.config.get(), body.ca.get(),
                            revocations.empty() ? nullptr : body.revocations.get());
  return {};
}

base::Result<void> harden(Settings::Body& body) {
  mbedtls_ssl_config* const config = body.config.get();
  const int side = body.is_server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT;
  const int result = mbedtls_ssl_config_defaults(config, side, MBEDTLS_SSL_TRANSPORT_STREAM,
                                                 MBEDTLS_SSL_PRESET_DEFAULT);
  if (result != 0) return base::fail(Code::kInternal, "TLS settings: {}", words_of(result));
  mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
  mbedtls_ssl_conf_max_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
  mbedtls_ssl_conf_ciphersuites(config, kSuites.data());
  mbedtls_ssl_conf_curves(config, kCurves.data());
  mbedtls_ssl_conf_sig_hashes(config, kHashes.data());
  mbedtls_ssl_conf_cert_profile(config, &kCertificates);
  mbedtls_ssl_conf_rng(config, kernel_random, nullptr);
  mbedtls_ssl_conf_renegotiation(config, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
  mbedtls_ssl_conf_legacy_renegotiation(config, MBEDTLS_SSL_LEGACY_BREAK_HANDSHAKE);
  if (!body.is_server)
    mbedtls_ssl_conf_session_tickets(config, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
  return {};
}

int mode_of(ClientCertificate wanted) {
  switch (wanted) {
    case ClientCertificate::kNone:
      return MBEDTLS_SSL_VERIFY_NONE;
    case ClientCertificate::kOptional:
      return MBEDTLS_SSL_VERIFY_OPTIONAL;
    case ClientCertificate::kRequired:
      break;
  }
  return MBEDTLS_SSL_VERIFY_REQUIRED;
}

base::Result<void> check_host(const std::string& host) {
  if (host.empty()) {
    return base::fail(Code::kInvalid,
                      "a TLS client needs the host name that stands in the server's certificate");
  }
  for (const char c : host) {
    if (c <= ' ' || c > '~' || c == '/')
      return base::fail(Code::kInvalid, "'{}' is not a host name or an IP address", host);
  }
  if (host.size() > kMaxHostBytes)
    return base::fail(Code::kInvalid, "the host name {} is too long", host);
  return {};
}

}  // namespace

base::Result<Pem> Pem::read(const std::string& path) {
  auto text = read_file(path);
  if (!text) return base::failure_of(std::move(text));
  if (text->empty()) return base::fail(Code::kInvalid, "{} is empty", path);
  return Pem{path, base::SecretText(*std::move(text))};
}

Settings::Settings(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Settings::~Settings() = default;

base::Result<std::shared_ptr<const Settings>> Settings::server(const ServerOptions& options) {
  auto body = std::make_unique<Body>();
  body->is_server = true;
  body->client_certificate = options.client_certificate;
  if (auto made = harden(*body); !made) return base::failure_of(std::move(made));
  if (options.certificate.empty() && options.key.empty())
    return base::fail(Code::kInvalid, "a TLS server needs a certificate and its key");
  if (auto made = load_own(options.certificate, options.key, *body); !made)
    return base::failure_of(std::move(made));
  if (options.client_certificate != ClientCertificate::kNone) {
    if (auto made = load_ca(options.client_ca, options.revocations, *body); !made)
      return base::failure_of(std::move(made));
  }
  mbedtls_ssl_conf_authmode(body->config.get(), mode_of(options.client_certificate));
  return std::shared_ptr<const Settings>(new Settings(std::move(body)));
}

base::Result<std::shared_ptr<const Settings>> Settings::client(const ClientOptions& options) {
  if (auto checked = check_host(options.host); !checked)
    return base::failure_of(std::move(checked));
  auto body = std::make_unique<Body>();
  body->host = options.host;
  body->address = address_bytes(options.host);
  if (auto made = harden(*body); !made) return base::failure_of(std::move(made));
  if (auto made = load_ca(options.ca, options.revocations, *body); !made)
    return base::failure_of(std::move(made));
  if (auto made = load_own(options.certificate, options.key, *body); !made)
    return base::failure_of(std::move(made));
  mbedtls_ssl_conf_authmode(body->config.get(), MBEDTLS_SSL_VERIFY_REQUIRED);
  return std::shared_ptr<const Settings>(new Settings(std::move(body)));
}

}  // namespace linli::tls
