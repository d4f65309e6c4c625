#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/result.hpp"

namespace linli::tls {

// The files of a gateway's identity, in one directory (mode 0700, files 0600):
//
//   gateway.key         P-256 key of the gateway
//   gateway.csr         request for the platform's CA
//   gateway.crt         the platform's answer, put there by install or by hand
//   site-ca.key, .crt   the compound's own CA
//   site-ca-bundle.crt  whom devices and browsers trust: during a rotation old and new CA
//   broker.key, .crt    the site broker's certificate
//   console.key, .crt   the console's certificate
struct IdentityOptions {
  std::string directory;
  std::string gateway;  // common name of the gateway
  // Names and IP addresses by which devices reach the broker.
  std::vector<std::string> broker_hosts;
  // The same for the console; empty: broker_hosts.
  std::vector<std::string> console_hosts = {};
  // The certificates' first moment. A clock at 1970 must not make certificates that begin in 1970
  // and are over when it is mended: the caller passes the later of its clock and the build date.
  std::int64_t not_before_unix_s = 0;
};

struct CertificateInfo {
  std::string file;
  std::string subject;
  std::string issuer;
  std::string sha256;                   // fingerprint, hexadecimal
  std::vector<std::string> hosts = {};  // names and addresses that it is for
  std::int64_t not_before_unix_s = 0;
  std::int64_t not_after_unix_s = 0;
};

// Makes what is missing and keeps what is there: running it twice changes nothing. Each file is
// written beside, synced and renamed, so that a power cut leaves no half key.
base::Result<void> init_identity(const IdentityOptions& options);

// What became of the console's certificate.
enum class ConsoleCare {
  kKept,
  kMade,  // the rest: a new certificate, of the same key unless that was missing
  kHostsChanged,
  kProlonged,
  kIssuerChanged,
  kForeign,  // not ours to renew, though it should be
};

// The console's key and certificate: made if one is missing (an identity may be older than the
// console), and renewed if it does not name all hosts, ends within 45 days, or is of another site
// CA. One that somebody else issued is left alone. Blocking. kNotFound if there is no site CA (or
// its key was taken away) to sign it.
base::Result<ConsoleCare> keep_console(const IdentityOptions& options);
// Why it was done, half a sentence.
std::string_view words(ConsoleCare care);

// A new site CA, and new certificates of broker and console. The bundle holds the new CA and the
// old one, so devices that trust the bundle keep working; finish_rotation takes the old one out.
base::Result<void> rotate_site_ca(const IdentityOptions& options);
base::Result<void> finish_rotation(const std::string& directory);

// What is there, without any key. kNotFound if the directory holds no identity.
base::Result<std::vector<CertificateInfo>> show_identity(const std::string& directory);
base::Result<CertificateInfo> read_certificate(const std::string& file);

// Days until a certificate ends, and whether that is a step at which people are warned (30, 14, 7
// and 1 days before, and when it is over).
std::int64_t days_left(std::int64_t not_after_unix_s, std::int64_t now_unix_s);
enum class ExpiryWarning { kNone, k30Days, k14Days, k7Days, k1Day, kExpired };
ExpiryWarning expiry_warning(std::int64_t not_after_unix_s, std::int64_t now_unix_s);

}  // namespace linli::tls
