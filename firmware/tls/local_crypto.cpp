#include "firmware/tls/local_crypto.hpp"

#include <mbedtls/md.h>
#include <mbedtls/sha256.h>

#include <array>

#include "firmware/tls/random.hpp"

namespace linli::tls {
namespace {

constexpr std::uint32_t kSixDigits = 1'000'000;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// The step in eight bytes, the most significant first (RFC 4226, 5.2).
std::array<unsigned char, 8> counter_of(std::uint64_t step) {
  std::array<unsigned char, 8> counter{};
  for (std::size_t i = 0; i < counter.size(); ++i)
    counter.at(i) = static_cast<unsigned char>(step >> (56 - 8 * i));
  return counter;
}

// Dynamic truncation (RFC 4226, 5.3): the last four bits say where 31 bits are taken from.
std::uint32_t truncate(const std::array<unsigned char, 20>& mac) {
  const std::size_t at = mac.back() & 0x0FU;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = (number << 8U) | mac.at(at + i);
  return number & 0x7FFFFFFFU;
}

}  // namespace

std::string sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  // Fails only with hardware of its own, which we do not have.
  (void)mbedtls_sha256_ret(bytes_of(bytes), bytes.size(),
                           reinterpret_cast<unsigned char*>(digest.data()), 0);
  return digest;
}

base::Result<std::string> LocalCrypto::random(std::size_t bytes) {
  return random_bytes(bytes);
}

std::string LocalCrypto::sha256(std::string_view bytes) {
  return tls::sha256(bytes);
}

std::string LocalCrypto::hmac_sha256(const base::SecretText& key, std::string_view bytes) {
  std::string mac(32, '\0');
  const int result = mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256),
                                     bytes_of(key.reveal()), key.reveal().size(), bytes_of(bytes),
                                     bytes.size(), reinterpret_cast<unsigned char*>(mac.data()));
  return result == 0 ? mac : std::string();
}

std::string LocalCrypto::one_time_code(const base::SecretText& secret, std::uint64_t step) {
  const auto counter = counter_of(step);
  std::array<unsigned char, 20> mac{};
  const int result =
      mbedtls_md_hmac(mbedtls_md_info_from_type(MBEDTLS_MD_SHA1), bytes_of(secret.reveal()),
                      secret.reveal().size(), counter.data(), counter.size(), mac.data());
  if (result != 0) return {};  // no memory: no code is right
  return fmt::format("{:06}", truncate(mac) % kSixDigits);
}

}  // namespace linli::tls
