#include "firmware/tls/identity.hpp"

#include <mbedtls/x509_csr.h>
#include <strings.h>

#include <algorithm>
#include <utility>

#include "firmware/tls/der.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/issuing.hpp"
#include "firmware/tls/mbed.hpp"

namespace linli::tls {
namespace {

using base::Code;

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kCaDays = 20 * 365;
constexpr std::int64_t kServerDays =
    824;  // with the day before 825; Apple's systems trust none that lasts longer
constexpr std::int64_t kRenewDays = 45;  // before the first warning of ExpiryWatch

using RequestWriter =
    Owned<mbedtls_x509write_csr, mbedtls_x509write_csr_init, mbedtls_x509write_csr_free>;

struct Paths {
  explicit Paths(const std::string& directory) : in(directory + "/") {}
  std::string file(const std::string& name) const { return in + name; }
  std::string in;
};

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

// "broker" or "console": the files' name and whose certificate it is.
struct ServerPlan {
  std::string name;
  std::string subject;
  const std::vector<std::string>& hosts;
};

ServerPlan broker_plan(const IdentityOptions& options) {
  return {"broker", "CN=Linli site broker,O=Linli gateway", options.broker_hosts};
}

// The subject of the console's certificates, as written and as read.
constexpr const char* kConsoleSubject = "CN=Linli console,O=Linli gateway";
constexpr const char* kConsoleSubjectRead = "CN=Linli console, O=Linli gateway";

ServerPlan console_plan(const IdentityOptions& options) {
  return {"console", kConsoleSubject,
          options.console_hosts.empty() ? options.broker_hosts : options.console_hosts};
}

base::Result<void> write_server_certificate(const Paths& paths, const IdentityOptions& options,
                                            const ServerPlan& server, Key& ca) {
  Key key;
  if (auto made = load_or_make_key(paths.file(server.name + ".key"), key); !made) return made;
  auto issuer = subject_in(paths.file("site-ca.crt"));
  if (!issuer) return base::failure_of(std::move(issuer));
  const CertificatePlan plan{server.subject, *issuer, options.not_before_unix_s,
                             kServerDays,    false,   server.hosts};
  auto pem = sign(plan, key, ca);
  if (!pem) return base::failure_of(std::move(pem));
  return write_private_file(paths.file(server.name + ".crt"), *pem);
}

base::Result<void> init_server(const Paths& paths, const IdentityOptions& options,
                               const ServerPlan& server, Key& ca) {
  const bool is_there = file_exists(paths.file(server.name + ".crt")) &&
                        file_exists(paths.file(server.name + ".key"));
  if (is_there) return {};
  return write_server_certificate(paths, options, server, ca);
}

bool is_same_host(const std::string& one, const std::string& other) {
  const std::string address = address_bytes(one);
  if (!address.empty()) return address == address_bytes(other);
  return strcasecmp(one.c_str(), other.c_str()) == 0;
}

bool names_all(const CertificateInfo& info, const std::vector<std::string>& hosts) {
  return std::all_of(hosts.begin(), hosts.end(), [&info](const std::string& host) {
    return std::any_of(info.hosts.begin(), info.hosts.end(),
                       [&host](const std::string& named) { return is_same_host(host, named); });
  });
}

// What is to be done with the certificate that is there.
base::Result<ConsoleCare> console_care(const Paths& paths, const IdentityOptions& options) {
  const bool is_there = file_exists(paths.file("console.crt"));
  if (!is_there || !file_exists(paths.file("console.key"))) return ConsoleCare::kMade;
  auto info = read_certificate(paths.file("console.crt"));
  if (!info) {
    return base::failure_of(std::move(info),
                            "if it is not to be mended, remove it and restart linlid");
  }
  const bool names_hosts = names_all(*info, console_plan(options).hosts);
  const bool is_ending = days_left(info->not_after_unix_s, options.not_before_unix_s) < kRenewDays;
  if (info->subject != kConsoleSubjectRead)
    return names_hosts && !is_ending ? ConsoleCare::kKept : ConsoleCare::kForeign;
  if (!names_hosts) return ConsoleCare::kHostsChanged;
  if (is_ending) return ConsoleCare::kProlonged;
  auto issuer = subject_in(paths.file("site-ca.crt"));
  // Without a CA nothing can be signed, and what is there still serves.
  return issuer && *issuer != info->issuer ? ConsoleCare::kIssuerChanged : ConsoleCare::kKept;
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
  if (auto made = init_server(paths, options, broker_plan(options), ca); !made) return made;
  auto kept = keep_console(options);
  return kept ? base::Result<void>() : base::failure_of(std::move(kept));
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

base::Result<ConsoleCare> keep_console(const IdentityOptions& options) {
  const Paths paths(options.directory);
  auto care = console_care(paths, options);
  if (!care || *care == ConsoleCare::kKept || *care == ConsoleCare::kForeign) return care;
  if (!file_exists(paths.file("site-ca.key")) || !file_exists(paths.file("site-ca.crt"))) {
    return base::fail(Code::kNotFound,
                      "the console needs a new certificate ({}), and there is no site CA in {} to "
                      "sign one: put site-ca.key and site-ca.crt there, or make an identity with "
                      "linlictl keys init",
                      words(*care), options.directory);
  }
  Key ca;
  if (auto loaded = load_key(paths.file("site-ca.key"), ca); !loaded)
    return base::failure_of(std::move(loaded));
  auto written = write_server_certificate(paths, options, console_plan(options), ca);
  if (!written) return base::failure_of(std::move(written));
  return care;
}

std::string_view words(ConsoleCare care) {
  switch (care) {
    case ConsoleCare::kKept:
      return "it serves";
    case ConsoleCare::kMade:
      return "it or its key was missing";
    case ConsoleCare::kHostsChanged:
      return "it did not name all of the console's hosts";
    case ConsoleCare::kProlonged:
      return "it came to its end";
    case ConsoleCare::kIssuerChanged:
      return "the site CA is another one";
    case ConsoleCare::kForeign:
      return "it was issued elsewhere, and does not name all hosts or comes to its end";
  }
  return "";
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
  auto written = write_server_certificate(paths, options, broker_plan(options), ca);
  if (!written) return written;
  return write_server_certificate(paths, options, console_plan(options), ca);
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
  info.hosts = hosts_of(*certificate.get());
  info.not_before_unix_s = unix_time(certificate.get()->valid_from);
  info.not_after_unix_s = unix_time(certificate.get()->valid_to);
  return info;
}

base::Result<std::vector<CertificateInfo>> show_identity(const std::string& directory) {
  const Paths paths(directory);
  std::vector<CertificateInfo> found;
  for (const char* file : {"gateway.crt", "site-ca.crt", "broker.crt", "console.crt"}) {
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
