#include "firmware/tls/sealed_keys.hpp"

#include <mbedtls/gcm.h>

#include <cstdlib>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/random.hpp"

namespace linli::tls {
namespace {

using base::Code;

constexpr char kFormat = 1;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kHeadBytes = 1 + kNonceBytes;
constexpr const char* kCredential = "linli.secret";

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

// One use of the cipher with its key; the schedule is wiped at the end.
class Cipher {
 public:
  explicit Cipher(const base::SecretText& key)
      : context_(fresh_context()),
        ready_(mbedtls_gcm_setkey(&context_, MBEDTLS_CIPHER_ID_AES, bytes_of(key.reveal()),
                                  kKeyBytes * 8)) {}
  Cipher(const Cipher&) = delete;
  Cipher& operator=(const Cipher&) = delete;
  ~Cipher() { mbedtls_gcm_free(&context_); }

  int encrypt(std::string_view nonce, std::string_view name, std::string_view plain,
              unsigned char* out, unsigned char* tag) {
    if (ready_ != 0) return ready_;
    return mbedtls_gcm_crypt_and_tag(&context_, MBEDTLS_GCM_ENCRYPT, plain.size(), bytes_of(nonce),
                                     nonce.size(), bytes_of(name), name.size(), bytes_of(plain),
                                     out, kTagBytes, tag);
  }

  int decrypt(std::string_view nonce, std::string_view name, std::string_view cipher,
              std::string_view tag, unsigned char* out) {
    if (ready_ != 0) return ready_;
    return mbedtls_gcm_auth_decrypt(&context_, cipher.size(), bytes_of(nonce), nonce.size(),
                                    bytes_of(name), name.size(), bytes_of(tag), tag.size(),
                                    bytes_of(cipher), out);
  }

 private:
  static mbedtls_gcm_context fresh_context() {
    mbedtls_gcm_context context{};
    mbedtls_gcm_init(&context);
    return context;
  }

  mbedtls_gcm_context context_;
  int ready_;  // what setkey said
};

std::string own_file(const std::string& identity_directory) {
  return identity_directory + "/secret.key";
}

}  // namespace

std::string sealing_key_file(const std::string& identity_directory) {
  const char* const credentials = std::getenv("CREDENTIALS_DIRECTORY");
  if (credentials != nullptr) {
    std::string given = std::string(credentials) + "/" + kCredential;
    if (file_exists(given)) return given;
  }
  return own_file(identity_directory);
}

base::Result<void> init_sealing_key(const std::string& identity_directory) {
  if (file_exists(sealing_key_file(identity_directory))) return {};
  auto key = random_bytes(kKeyBytes);
  if (!key) return base::failure_of(std::move(key));
  const base::SecretText digits(base::to_hex(base::SecretText(*std::move(key)).reveal()));
  return write_private_file(own_file(identity_directory), digits.reveal() + "\n");
}

base::Result<std::unique_ptr<SealedKeys>> SealedKeys::load(const std::string& key_file) {
  auto text = read_file(key_file);
  if (!text) {
    return base::fail(text.error().code,
                      "the key that opens our stored secrets: {}; linlictl keys init makes one",
                      text.error().what);
  }
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  const base::SecretText digits(*std::move(text));
  auto key = base::from_hex(digits.reveal());
  if (!key || key->size() != kKeyBytes)
    return base::fail(Code::kInvalid, "{}: expected {} hexadecimal digits", key_file,
                      2 * kKeyBytes);
  return std::unique_ptr<SealedKeys>(new SealedKeys(base::SecretText(*std::move(key))));
}

base::Result<base::SecretText> SealedKeys::new_password() {
  return random_password();
}

base::Result<std::string> SealedKeys::seal(std::string_view name, const base::SecretText& secret) {
  auto nonce = random_bytes(kNonceBytes);
  if (!nonce) return base::failure_of(std::move(nonce));
  const std::string& plain = secret.reveal();
  std::string sealed = kFormat + *nonce;
  sealed.resize(kHeadBytes + plain.size() + kTagBytes);
  unsigned char* const cipher = bytes_of(sealed) + kHeadBytes;
  const int result = Cipher(key_).encrypt(*nonce, name, plain, cipher, cipher + plain.size());
  if (result != 0) return base::fail(Code::kInternal, "sealing {}: error {}", name, result);
  return sealed;
}

base::Result<base::SecretText> SealedKeys::open(std::string_view name, std::string_view sealed) {
  if (sealed.size() < kHeadBytes + kTagBytes || sealed.front() != kFormat)
    return base::fail(Code::kCorrupt, "the stored secret of {} has no form that we know", name);
  const std::string_view nonce = sealed.substr(1, kNonceBytes);
  const std::string_view tag = sealed.substr(sealed.size() - kTagBytes);
  const std::string_view cipher = sealed.substr(kHeadBytes, sealed.size() - kHeadBytes - kTagBytes);
  std::string plain(cipher.size(), '\0');
  if (Cipher(key_).decrypt(nonce, name, cipher, tag, bytes_of(plain)) != 0) {
    return base::fail(Code::kCorrupt,
                      "the stored secret of {} was sealed with another key, or changed: give it "
                      "a new one",
                      name);
  }
  return base::SecretText(std::move(plain));
}

}  // namespace linli::tls
