#include "firmware/tls/mbed.hpp"

#include <arpa/inet.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/sha256.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "firmware/base/bytes.hpp"
#include "firmware/tls/random.hpp"

namespace linli::tls {
namespace {

// RFC 5280 4.2.1.6: [2] dNSName, [7] iPAddress.
constexpr int kDnsName = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 2;
constexpr int kIpAddress = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7;

// Of 4 or 16 bytes in network order; empty for any other length.
std::string address_text(const std::string& bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = bytes.size() == sizeof(in_addr) ? AF_INET : AF_INET6;
  if (family == AF_INET6 && bytes.size() != sizeof(in6_addr)) return {};
  inet_ntop(family, bytes.data(), text.data(), text.size());
  return text.data();
}

std::string text_of(const mbedtls_x509_name& name) {
  std::array<char, 512> text{};
  mbedtls_x509_dn_gets(text.data(), text.size(), &name);
  return text.data();
}

}  // namespace

std::string words_of(int code) {
  std::array<char, 160> words{};
  mbedtls_strerror(code, words.data(), words.size());
  return words.data();
}

int kernel_random(void* /*state*/, unsigned char* out, std::size_t count) {
  const auto bytes = random_bytes(count);
  if (!bytes) return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
  std::copy(bytes->begin(), bytes->end(), out);
  return 0;
}

std::string subject_of(const mbedtls_x509_crt& certificate) {
  return text_of(certificate.subject);
}

std::string issuer_of(const mbedtls_x509_crt& certificate) {
  return text_of(certificate.issuer);
}

std::vector<std::string> hosts_of(const mbedtls_x509_crt& certificate) {
  std::vector<std::string> hosts;
  for (const mbedtls_x509_sequence* name = &certificate.subject_alt_names; name != nullptr;
       name = name->next) {
    const bool is_name = name->buf.tag == kDnsName;
    if (!is_name && name->buf.tag != kIpAddress) continue;  // or the list is empty
    const std::string value(reinterpret_cast<const char*>(name->buf.p), name->buf.len);
    hosts.push_back(is_name ? value : address_text(value));
  }
  return hosts;
}

std::string fingerprint(const mbedtls_x509_crt& certificate) {
  std::array<unsigned char, 32> hash{};
  mbedtls_sha256_ret(certificate.raw.p, certificate.raw.len, hash.data(), 0);
  return base::to_hex({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

std::int64_t unix_time(const mbedtls_x509_time& time) {
  constexpr std::int64_t kDay = 86'400;
  const std::chrono::year_month_day date{std::chrono::year(time.year),
                                         std::chrono::month(static_cast<unsigned>(time.mon)),
                                         std::chrono::day(static_cast<unsigned>(time.day))};
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * kDay + time.hour * 3600 + time.min * 60 + time.sec;
}

}  // namespace linli::tls
