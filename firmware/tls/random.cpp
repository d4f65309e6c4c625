#include "firmware/tls/random.hpp"

#include <mbedtls/base64.h>
#include <mbedtls/md.h>
#include <mbedtls/pkcs5.h>
#include <sys/random.h>

#include <array>

namespace linli::tls {

using base::Code;

base::Result<std::string> random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t have = 0; have < count;) {
    const ssize_t got = getrandom(bytes.data() + have, count - have, 0);
    if (got <= 0) return base::fail(Code::kInternal, "the kernel gives no randomness");
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

base::Result<base::SecretText> random_password() {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
  auto bytes = random_bytes(32);
  if (!bytes) return base::failure_of(std::move(bytes));
  for (char& c : *bytes) c = kLetters[static_cast<unsigned char>(c) % kLetters.size()];
  return base::SecretText(*std::move(bytes));
}

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  std::size_t written = 0;
  mbedtls_base64_encode(reinterpret_cast<unsigned char*>(text.data()), text.size(), &written,
                        reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  text.resize(written);
  return text;
}

base::Result<std::string> pbkdf2_sha512(std::string_view password, std::string_view salt,
                                        unsigned iterations) {
  constexpr std::size_t kBytes = 64;
  std::string key(kBytes, '\0');
  mbedtls_md_context_t context;
  mbedtls_md_init(&context);
  int result = mbedtls_md_setup(&context, mbedtls_md_info_from_type(MBEDTLS_MD_SHA512), 1);
  if (result == 0) {
    result = mbedtls_pkcs5_pbkdf2_hmac(
        &context, reinterpret_cast<const unsigned char*>(password.data()), password.size(),
        reinterpret_cast<const unsigned char*>(salt.data()), salt.size(), iterations, kBytes,
        reinterpret_cast<unsigned char*>(key.data()));
  }
  mbedtls_md_free(&context);
  if (result != 0) return base::fail(Code::kInternal, "PBKDF2 gave error {}", result);
  return key;
}

}  // namespace linli::tls
