#include "tests/unit/tls/test_authority.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

namespace linli::tls {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

struct FreeList {
  void operator()(X509_CRL* list) const { X509_CRL_free(list); }
};

Bio memory() {
  return Bio(BIO_new(BIO_s_mem()));
}

Pem pem_of(const std::string& name, const Bio& bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {name, base::SecretText(std::string(text, static_cast<std::size_t>(size)))};
}

Pem pem_of(const std::string& name, X509* certificate) {
  const Bio bio = memory();
  PEM_write_bio_X509(bio.get(), certificate);
  return pem_of(name, bio);
}

Pem pem_of(const std::string& name, EVP_PKEY* key) {
  const Bio bio = memory();
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return pem_of(name, bio);
}

void set_name(X509_NAME* name, const std::string& text) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1, 0);
}

void add_extension(X509* certificate, int id, const std::string& value) {
  if (value.empty()) return;
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

OpensslCertificate draft(const Wish& wish, EVP_PKEY* key) {
  static long serial = 1;
  OpensslCertificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), wish.begins_in_s);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wish.ends_in_s);
  set_name(X509_get_subject_name(certificate.get()), wish.subject);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

}  // namespace

OpensslKey make_openssl_key(const std::string& kind) {
  return OpensslKey(kind == "RSA" ? EVP_RSA_gen(2048) : EVP_EC_gen(kind.c_str()));
}

Pem lock(const Pem& key, const std::string& password) {
  const std::string& text = key.text.reveal();
  const Bio in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  const OpensslKey open(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  const Bio out = memory();
  PEM_write_bio_PrivateKey_traditional(out.get(), open.get(), EVP_aes_128_cbc(),
                                       reinterpret_cast<const unsigned char*>(password.data()),
                                       static_cast<int>(password.size()), nullptr, nullptr);
  return pem_of(key.name, out);
}

TestAuthority::TestAuthority(const std::string& name, const std::string& key)
    : key_(make_openssl_key(key)), certificate_(draft({.subject = name}, key_.get())) {
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  add_extension(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  X509_sign(certificate_.get(), key_.get(), EVP_sha256());
}

Pem TestAuthority::certificate() const {
  return pem_of("/etc/linli/ca.crt", certificate_.get());
}

Issued TestAuthority::issue(const Wish& wish) const {
  const OpensslKey key = make_openssl_key(wish.key);
  OpensslCertificate certificate = draft(wish, key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate_.get()));
  add_extension(certificate.get(), NID_subject_alt_name, wish.names);
  add_extension(certificate.get(), NID_ext_key_usage, wish.extended_usage);
  X509_sign(certificate.get(), key_.get(), EVP_get_digestbyname(wish.hash.c_str()));
  return {pem_of("/etc/linli/our.crt", certificate.get()), pem_of("/etc/linli/our.key", key.get()),
          std::move(certificate)};
}

Pem TestAuthority::revoke(const Issued& revoked, long ends_in_s) const {
  const std::unique_ptr<X509_CRL, FreeList> list(X509_CRL_new());
  X509_CRL_set_version(list.get(), 1);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate_.get()));
  ASN1_TIME* const time = X509_gmtime_adj(nullptr, -3600);
  X509_CRL_set1_lastUpdate(list.get(), time);
  X509_REVOKED* const entry = X509_REVOKED_new();
  X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked.x509.get()));
  X509_REVOKED_set_revocationDate(entry, time);
  X509_CRL_add0_revoked(list.get(), entry);
  X509_gmtime_adj(time, ends_in_s);
  X509_CRL_set1_nextUpdate(list.get(), time);
  ASN1_TIME_free(time);
  X509_CRL_sign(list.get(), key_.get(), EVP_sha256());
  const Bio bio = memory();
  PEM_write_bio_X509_CRL(bio.get(), list.get());
  return pem_of("/etc/linli/revoked.crl", bio);
}

}  // namespace linli::tls
