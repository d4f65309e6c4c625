#include "firmware/tls/issuing.hpp"

#include <mbedtls/ecp.h>
#include <mbedtls/oid.h>

#include <chrono>

#include "firmware/tls/der.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/random.hpp"

namespace linli::tls {
namespace {

constexpr std::int64_t kDay = 86'400;

using CertificateWriter =
    Owned<mbedtls_x509write_cert, mbedtls_x509write_crt_init, mbedtls_x509write_crt_free>;
using Number = Owned<mbedtls_mpi, mbedtls_mpi_init, mbedtls_mpi_free>;

std::string x509_time(std::int64_t unix_s) {
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_s)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

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

}  // namespace

base::Failure failed(std::string_view doing, int code) {
  return base::fail(base::Code::kInternal, "{}: {}", doing, words_of(code));
}

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

}  // namespace linli::tls
