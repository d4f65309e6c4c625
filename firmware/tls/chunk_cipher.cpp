#include "firmware/tls/chunk_cipher.hpp"

#include <mbedtls/gcm.h>

#include "firmware/tls/mbed.hpp"

namespace linli::tls {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

struct ChunkCipher::Body {
  Owned<mbedtls_gcm_context, mbedtls_gcm_init, mbedtls_gcm_free> gcm;
};

ChunkCipher::ChunkCipher(std::unique_ptr<Body> body) : body_(std::move(body)) {}
ChunkCipher::~ChunkCipher() = default;

base::Result<std::unique_ptr<ChunkCipher>> ChunkCipher::make(const base::SecretText& key) {
  if (key.reveal().size() != kKeyBytes)
    return base::fail(base::Code::kInvalid, "a key has {} bytes", kKeyBytes);
  auto body = std::make_unique<Body>();
  const int result = mbedtls_gcm_setkey(body->gcm.get(), MBEDTLS_CIPHER_ID_AES,
                                        bytes_of(std::string_view(key.reveal())), kKeyBytes * 8);
  if (result != 0) return base::fail(base::Code::kInternal, "AES: {}", words_of(result));
  return std::unique_ptr<ChunkCipher>(new ChunkCipher(std::move(body)));
}

base::Result<std::string> ChunkCipher::seal(std::string_view nonce, std::string_view with,
                                            std::string_view plain) {
  std::string sealed(plain.size() + kTagBytes, '\0');
  unsigned char* const out = bytes_of(sealed);
  const int result = mbedtls_gcm_crypt_and_tag(
      body_->gcm.get(), MBEDTLS_GCM_ENCRYPT, plain.size(), bytes_of(nonce), nonce.size(),
      bytes_of(with), with.size(), bytes_of(plain), out, kTagBytes, out + plain.size());
  if (result != 0) return base::fail(base::Code::kInternal, "AES-GCM: {}", words_of(result));
  return sealed;
}

base::Result<std::string> ChunkCipher::open(std::string_view nonce, std::string_view with,
                                            std::string_view sealed) {
  if (sealed.size() < kTagBytes) return base::fail(base::Code::kCorrupt, "a piece is cut off");
  const std::string_view cipher = sealed.substr(0, sealed.size() - kTagBytes);
  const std::string_view tag = sealed.substr(cipher.size());
  std::string plain(cipher.size(), '\0');
  const int result = mbedtls_gcm_auth_decrypt(
      body_->gcm.get(), cipher.size(), bytes_of(nonce), nonce.size(), bytes_of(with), with.size(),
      bytes_of(tag), kTagBytes, bytes_of(cipher), bytes_of(plain));
  if (result != 0) return base::fail(base::Code::kCorrupt, "a piece was changed");
  return plain;
}

}  // namespace linli::tls
