#include "firmware/tls/identity.hpp"

#include <mbedtls/ecp.h>
#include <mbedtls/oid.h>
#include <mbedtls/x509_csr.h>

#include <chrono>
#include <memory>
#include <utility>

#include "firmware/tls/der.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/mbed.hpp"
#include "firmware/tls/random.hpp"

namespace linli::tls {
namespace {

using base::Code;

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kCaDays = 20 * 365;
constexpr std::int64_t kBrokerDays = 825;
constexpr std::size_t kPemBytes = 8192;

base::Failure failed(std::string_view doing, int code) {
  return base::fail(Code::kInternal, "{}: {}", doing, words_of(code));
}

using CertificateWriter =
    Owned<mbedtls_x509write_cert, mbedtls_x509write_crt_init, mbedtls_x509write_crt_free>;
using RequestWriter =
    Owned<mbedtls_x509write_csr, mbedtls_x509write_csr_init, mbedtls_x509write_csr_free>;
using Number = Owned<mbedtls_mpi, mbedtls_mpi_init, mbedtls_mpi_free>;

struct Paths {
  explicit Paths(const std::string& directory) : in(directory + "/") {}
  std::string file(const char* name) const { return in + name; }
  std::string in;
};

base::Result<void> load_key(const std::string& path, Key& key) {
  auto pem = read_file(path);
  if (!pem) return base::failure_of(std::move(pem));
  const std::string& text = *pem;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.c_str());
  const int result = mbedtls_pk_parse_key(key.get(), bytes, text.size() + 1, nullptr, 0);
  if (result != 0) return failed("reading " + path, result);
  return {};
}

base::Result<void> make_key(const std::string& path, Key& key) {
  int result = mbedtls_pk_setup(key.get(), mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
  if (result == 0)
    result = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key.get()), kernel_random,
                                 nullptr);
  std::string pem(kPemBytes, '\0');
  if (result == 0)
    result = mbedtls_pk_write_key_pem(key.get(), reinterpret_cast<unsigned char*>(pem.data()),
                                      pem.size());
  if (result != 0) return failed("making a key", result);
  pem.resize(pem.find('\0'));
  return write_private_file(path, pem);
}

base::Result<void> load_or_make_key(const std::string& path, Key& key) {
  return file_exists(path) ? load_key(path, key) : make_key(path, key);
}

std::string x509_time(std::int64_t unix_s) {
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_s)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

struct CertificatePlan {
  std::string subject;
  std::string issuer;
  std::int64_t not_before_unix_s = 0;
  std::int64_t days = 0;
  bool is_ca = false;
  std::vector<std::string> hosts;
};

int set_names(CertificateWriter& writer, const CertificatePlan& plan) {
  mbedtls_x509write_crt_set_version(writer.get(), MBEDTLS_X509_CRT_VERSION_3);
  mbedtls_x509write_crt_set_md_alg(writer.get(), MBEDTLS_MD_SHA256);
  int result = mbedtls_x509write_crt_set_subject_name(writer.get(), plan.subject.c_str());
  if (result == 0)
    result = mbedtls_x509write_crt_set_issuer_name(writer.get(), plan.issuer.c_str());
  Number serial;
  const auto random = random_bytes(16);
  if (result == 0 && random) {
    std::string bytes = *random;
    bytes[0] = static_cast<char>((static_cast<unsigned char>(bytes[0]) & 0x7FU) |
                                 0x40U);  // positive, full length
    result = mbedtls_mpi_read_binary(
        serial.get(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    if (result == 0) result = mbedtls_x509write_crt_set_serial(writer.get(), serial.get());
  }
  if (result == 0) {
    // A day back: the clocks of devices are not exact either.
    result = mbedtls_x509write_crt_set_validity(
        writer.get(), x509_time(plan.not_before_unix_s - kDay).c_str(),
        x509_time(plan.not_before_unix_s + plan.days * kDay).c_str());
  }
  return result;
}

int set_extensions(CertificateWriter& writer, const CertificatePlan& plan) {
  const unsigned usage = plan.is_ca ? MBEDTLS_X509_KU_KEY_CERT_SIGN | MBEDTLS_X509_KU_CRL_SIGN
                                    : MBEDTLS_X509_KU_DIGITAL_SIGNATURE;
  int result = mbedtls_x509write_crt_set_basic_constraints(writer.get(), plan.is_ca ? 1 : 0,
                                                           plan.is_ca ? 0 : -1);
  if (result == 0) result = mbedtls_x509write_crt_set_subject_key_identifier(writer.get());
  if (result == 0) result = mbedtls_x509write_crt_set_authority_key_identifier(writer.get());
  if (result == 0) result = mbedtls_x509write_crt_set_key_usage(writer.get(), usage);
  if (result != 0 || plan.hosts.empty()) return result;
  const std::string names = der_subject_alt_name(plan.hosts);
  return mbedtls_x509write_crt_set_extension(
      writer.get(), MBEDTLS_OID_SUBJECT_ALT_NAME, MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), 0,
      reinterpret_cast<const unsigned char*>(names.data()), names.size());
}

base::Result<std::string> sign(const CertificatePlan& plan, Key& subject, Key& issuer) {
  CertificateWriter writer;
  mbedtls_x509write_crt_set_subject_key(writer.get(), subject.get());
  mbedtls_x509write_crt_set_issuer_key(writer.get(), issuer.get());
  int result = set_names(writer, plan);
  if (result == 0) result = set_extensions(writer, plan);
  std::string pem(kPemBytes, '\0');
  if (result == 0) {
    result = mbedtls_x509write_crt_pem(writer.get(), reinterpret_cast<unsigned char*>(pem.data()),
                                       pem.size(), kernel_random, nullptr);
  }
  if (result != 0) return failed("signing the certificate of " + plan.subject, result);
  pem.resize(pem.find('\0'));
  return pem;
}

base::Result<void> write_request(const Paths& paths, const IdentityOptions& options, Key& key) {
  const std::string path = paths.file("gateway.csr");
  if (file_exists(path)) return {};
  RequestWriter writer;
  mbedtls_x509write_csr_set_md_alg(writer.get(), MBEDTLS_MD_SHA256);
  mbedtls_x509write_csr_set_key(writer.get(), key.get());
  const std::string subject = "CN=" + options.gateway + ",O=Linli gateway";
  int result = mbedtls_x509write_csr_set_subject_name(writer.get(), subject.c_str());
  std::string pem(kPemBytes, '\0');
  if (result == 0) {
    result = mbedtls_x509write_csr_pem(writer.get(), reinterpret_cast<unsigned char*>(pem.data()),
                                       pem.size(), kernel_random, nullptr);
  }
  if (result != 0) return failed("writing the certificate request", result);
  pem.resize(pem.find('\0'));
  return write_private_file(path, pem);
}

// The subject carries the time, so that an old and a new CA are told apart while both are trusted.
std::string ca_name(const IdentityOptions& options) {
  return fmt::format("CN=Linli site CA {} {},O=Linli gateway", options.gateway,
                     options.not_before_unix_s);
}

base::Result<void> write_ca(const Paths& paths, const IdentityOptions& options, Key& key) {
  const CertificatePlan plan{
      ca_name(options), ca_name(options), options.not_before_unix_s, kCaDays, true, {}};
  auto pem = sign(plan, key, key);
  if (!pem) return base::failure_of(std::move(pem));
  return write_private_file(paths.file("site-ca.crt"), *pem);
}

base::Result<std::string> subject_in(const std::string& file) {
  auto certificate = read_certificate(file);
  if (!certificate) return base::failure_of(std::move(certificate));
  return certificate->subject;
}

base::Result<void> write_broker_certificate(const Paths& paths, const IdentityOptions& options,
                                            Key& ca) {
  Key key;
  if (auto made = load_or_make_key(paths.file("broker.key"), key); !made) return made;
  auto issuer = subject_in(paths.file("site-ca.crt"));
  if (!issuer) return base::failure_of(std::move(issuer));
  CertificatePlan plan{"CN=Linli site broker,O=Linli gateway",
                       *issuer,
                       options.not_before_unix_s,
                       kBrokerDays,
                       false,
                       options.broker_hosts};
  auto pem = sign(plan, key, ca);
  if (!pem) return base::failure_of(std::move(pem));
  return write_private_file(paths.file("broker.crt"), *pem);
}

base::Result<void> init_site(const Paths& paths, const IdentityOptions& options) {
  Key ca;
  if (auto made = load_or_make_key(paths.file("site-ca.key"), ca); !made) return made;
  if (!file_exists(paths.file("site-ca.crt"))) {
    if (auto written = write_ca(paths, options, ca); !written) return written;
  }
  if (!file_exists(paths.file("site-ca-bundle.crt"))) {
    auto pem = read_file(paths.file("site-ca.crt"));
    if (!pem) return base::failure_of(std::move(pem));
    if (auto written = write_private_file(paths.file("site-ca-bundle.crt"), *pem); !written)
      return written;
  }
  if (file_exists(paths.file("broker.crt"))) return {};
  return write_broker_certificate(paths, options, ca);
}

}  // namespace

base::Result<void> init_identity(const IdentityOptions& options) {
  const Paths paths(options.directory);
  if (auto made = make_private_directory(options.directory); !made) return made;
  Key gateway;
  if (auto made = load_or_make_key(paths.file("gateway.key"), gateway); !made) return made;
  if (auto written = write_request(paths, options, gateway); !written) return written;
  return init_site(paths, options);
}

base::Result<void> rotate_site_ca(const IdentityOptions& options) {
  const Paths paths(options.directory);
  auto old = read_file(paths.file("site-ca.crt"));
  if (!old) return base::failure_of(std::move(old), "there is no site CA to rotate");
  // Whatever is cut off in between, the bundle trusts every certificate that the broker can have.
  Key ca;
  if (auto made = make_key(paths.file("site-ca.key"), ca); !made) return made;
  if (auto written = write_ca(paths, options, ca); !written) return written;
  auto fresh = read_file(paths.file("site-ca.crt"));
  if (!fresh) return base::failure_of(std::move(fresh));
  if (auto written = write_private_file(paths.file("site-ca-bundle.crt"), *fresh + *old); !written)
    return written;
  return write_broker_certificate(paths, options, ca);
}

base::Result<void> finish_rotation(const std::string& directory) {
  const Paths paths(directory);
  auto pem = read_file(paths.file("site-ca.crt"));
  if (!pem) return base::failure_of(std::move(pem));
  return write_private_file(paths.file("site-ca-bundle.crt"), *pem);
}

base::Result<CertificateInfo> read_certificate(const std::string& file) {
  auto pem = read_file(file);
  if (!pem) return base::failure_of(std::move(pem));
  const std::string& text = *pem;
  Certificate certificate;
  const int result = mbedtls_x509_crt_parse(
      certificate.get(), reinterpret_cast<const unsigned char*>(text.c_str()), text.size() + 1);
  if (result != 0) return failed("reading " + file, result);
  CertificateInfo info;
  info.file = file;
  info.subject = subject_of(*certificate.get());
  info.issuer = issuer_of(*certificate.get());
  info.sha256 = fingerprint(*certificate.get());
  info.not_before_unix_s = unix_time(certificate.get()->valid_from);
  info.not_after_unix_s = unix_time(certificate.get()->valid_to);
  return info;
}

base::Result<std::vector<CertificateInfo>> show_identity(const std::string& directory) {
  const Paths paths(directory);
  std::vector<CertificateInfo> found;
  for (const char* file : {"gateway.crt", "site-ca.crt", "broker.crt"}) {
    if (!file_exists(paths.file(file))) continue;
    auto info = read_certificate(paths.file(file));
    if (!info) return base::failure_of(std::move(info));
    found.push_back(*std::move(info));
  }
  if (found.empty()) {
    return base::fail(Code::kNotFound, "no identity in {}: make one with linlictl keys init",
                      directory);
  }
  return found;
}

std::int64_t days_left(std::int64_t not_after_unix_s, std::int64_t now_unix_s) {
  const std::int64_t seconds = not_after_unix_s - now_unix_s;
  return seconds >= 0 ? seconds / kDay : -1;
}

ExpiryWarning expiry_warning(std::int64_t not_after_unix_s, std::int64_t now_unix_s) {
  const std::int64_t days = days_left(not_after_unix_s, now_unix_s);
  if (days < 0) return ExpiryWarning::kExpired;
  if (days < 1) return ExpiryWarning::k1Day;
  if (days < 7) return ExpiryWarning::k7Days;
  if (days < 14) return ExpiryWarning::k14Days;
  if (days < 30) return ExpiryWarning::k30Days;
  return ExpiryWarning::kNone;
}

}  // namespace linli::tls
