#include "firmware/tls/aes.hpp"

#include <mbedtls/aes.h>

#include <cassert>

#include "firmware/tls/mbed.hpp"

namespace linli::tls {
namespace {

constexpr unsigned kKeyBits = 128;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

using Cipher = Owned<mbedtls_aes_context, mbedtls_aes_init, mbedtls_aes_free>;

std::string cbc(Cipher& cipher, int mode, std::string_view iv, std::string_view in) {
  assert(iv.size() == kAesBytes && in.size() % kAesBytes == 0);
  std::string chain(iv);
  std::string out(in.size(), '\0');
  // It fails for other lengths only.
  const int result = mbedtls_aes_crypt_cbc(cipher.get(), mode, in.size(), bytes_of(chain),
                                           bytes_of(in), bytes_of(out));
  assert(result == 0);
  static_cast<void>(result);
  return out;
}

}  // namespace

std::string aes128_encrypt(const base::SecretText& key, std::string_view block) {
  assert(key.reveal().size() == kAesBytes && block.size() == kAesBytes);
  Cipher cipher;
  mbedtls_aes_setkey_enc(cipher.get(), bytes_of(std::string_view(key.reveal())), kKeyBits);
  std::string out(kAesBytes, '\0');
  mbedtls_aes_crypt_ecb(cipher.get(), MBEDTLS_AES_ENCRYPT, bytes_of(block), bytes_of(out));
  return out;
}

std::string aes128_cbc_encrypt(const base::SecretText& key, std::string_view iv,
                               std::string_view plain) {
  assert(key.reveal().size() == kAesBytes);
  Cipher cipher;
  mbedtls_aes_setkey_enc(cipher.get(), bytes_of(std::string_view(key.reveal())), kKeyBits);
  return cbc(cipher, MBEDTLS_AES_ENCRYPT, iv, plain);
}

std::string aes128_cbc_decrypt(const base::SecretText& key, std::string_view iv,
                               std::string_view cipher_text) {
  assert(key.reveal().size() == kAesBytes);
  Cipher cipher;
  mbedtls_aes_setkey_dec(cipher.get(), bytes_of(std::string_view(key.reveal())), kKeyBits);
  return cbc(cipher, MBEDTLS_AES_DECRYPT, iv, cipher_text);
}

}  // namespace linli::tls
