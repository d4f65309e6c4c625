#include "firmware/tls/aes.hpp"

#include <gtest/gtest.h>

#include "firmware/base/bytes.hpp"

namespace linli::tls {
namespace {

std::string bytes(std::string_view hex) {
  return base::from_hex(hex).value();
}

// FIPS 197, appendix C.1.
TEST(Aes, EncryptsTheStandardsBlock) {
  const base::SecretText key(bytes("000102030405060708090a0b0c0d0e0f"));
  EXPECT_EQ(base::to_hex(aes128_encrypt(key, bytes("00112233445566778899aabbccddeeff"))),
            "69c4e0d86a7b0430d8cdb78070b4c55a");
}

// NIST SP 800-38A, F.2.1 and F.2.2.
TEST(Aes, ChainsTheStandardsBlocksAndBack) {
  const base::SecretText key(bytes("2b7e151628aed2a6abf7158809cf4f3c"));
  const std::string iv = bytes("000102030405060708090a0b0c0d0e0f");
  const std::string plain =
      bytes("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
  const std::string cipher = aes128_cbc_encrypt(key, iv, plain);
  EXPECT_EQ(base::to_hex(cipher),
            "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2");
  EXPECT_EQ(aes128_cbc_decrypt(key, iv, cipher), plain);
}

}  // namespace
}  // namespace linli::tls
