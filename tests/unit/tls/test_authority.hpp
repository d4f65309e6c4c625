#pragma once

#include <openssl/x509.h>

#include <memory>
#include <string>

#include "firmware/tls/settings.hpp"

namespace linli::tls {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using OpensslKey = std::unique_ptr<EVP_PKEY, FreeKey>;
using OpensslCertificate = std::unique_ptr<X509, FreeCertificate>;

// P-256 unless a test wants another: "P-384", "P-521", "RSA".
OpensslKey make_openssl_key(const std::string& kind = "P-256");

struct Wish {
  std::string subject = "gateway";
  std::string names = "DNS:gateway.local";  // as OpenSSL writes them; empty: no such extension
  std::string key = "P-256";
  std::string hash = "SHA256";
  std::string extended_usage = {};  // e.g. "clientAuth"; empty: no such extension
  long begins_in_s = -3600;
  long ends_in_s = 3600;
};

struct Issued {
  Pem certificate;
  Pem key;
  OpensslCertificate x509;
};

// The same key, encrypted, in the form that openssl ec -aes128 writes.
Pem lock(const Pem& key, const std::string& password);

// A CA made with OpenSSL: what mbedTLS reads in these tests was not written by it.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name, const std::string& key = "P-256");

  Pem certificate() const;
  Issued issue(const Wish& wish = {}) const;
  // The list of revoked certificates, valid for `seconds` from an hour ago.
  Pem revoke(const Issued& revoked, long ends_in_s = 3600) const;

 private:
  OpensslKey key_;
  OpensslCertificate certificate_;
};

}  // namespace linli::tls
