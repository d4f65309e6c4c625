#pragma once

// What the .cpp files of this folder share of mbedTLS. No file outside includes this.

#include <mbedtls/pk.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>

#include <cstdint>
#include <string>
#include <vector>

namespace linli::tls {

// The library's objects, made and freed in pairs.
template <class T, void (*Init)(T*), void (*Free)(T*)>
class Owned {
 public:
  Owned() { Init(&value_); }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { Free(&value_); }
  T* get() { return &value_; }
  const T* get() const { return &value_; }

 private:
  T value_;
};

using Key = Owned<mbedtls_pk_context, mbedtls_pk_init, mbedtls_pk_free>;
using Certificate = Owned<mbedtls_x509_crt, mbedtls_x509_crt_init, mbedtls_x509_crt_free>;
using RevocationList = Owned<mbedtls_x509_crl, mbedtls_x509_crl_init, mbedtls_x509_crl_free>;

// The library's own words for one of its error codes.
std::string words_of(int code);

// In the form in which mbedTLS asks for randomness.
int kernel_random(void* state, unsigned char* out, std::size_t count);

std::string subject_of(const mbedtls_x509_crt& certificate);
std::string issuer_of(const mbedtls_x509_crt& certificate);
// Of its subjectAltName: names, and addresses as text.
std::vector<std::string> hosts_of(const mbedtls_x509_crt& certificate);
// SHA-256 of the whole certificate, hexadecimal.
std::string fingerprint(const mbedtls_x509_crt& certificate);
std::int64_t unix_time(const mbedtls_x509_time& time);

}  // namespace linli::tls
