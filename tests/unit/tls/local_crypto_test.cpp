#include "firmware/tls/local_crypto.hpp"

#include <gtest/gtest.h>

#include "firmware/base/bytes.hpp"

namespace linli::tls {
namespace {

const base::SecretText kSecret("12345678901234567890");  // of RFC 4226 and RFC 6238

TEST(LocalCrypto, Sha256IsThatOfTheStandard) {
  EXPECT_EQ(base::to_hex(sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(base::to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

// The test cases of RFC 4231, 4.2 to 4.8.
TEST(LocalCrypto, HmacSha256IsThatOfRfc4231) {
  struct Case {
    std::string key, data;
    const char* mac;
  };
  std::string counted;
  for (char c = 1; c <= 25; ++c) counted += c;
  const std::string long_key(131, '\xaa');
  const Case cases[] = {
      {std::string(20, '\x0b'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {counted, std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {long_key, "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {long_key,
       "This is a test using a larger than block-size key and a larger than block-size data. The "
       "key needs to be hashed before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
  LocalCrypto crypto;
  for (const auto& [key, data, mac] : cases)
    EXPECT_EQ(base::to_hex(crypto.hmac_sha256(base::SecretText(key), data)), mac) << data;
  // 4.6 gives the first 128 bits only.
  const std::string truncated =
      crypto.hmac_sha256(base::SecretText(std::string(20, '\x0c')), "Test With Truncation");
  EXPECT_EQ(base::to_hex(truncated.substr(0, 16)), "a3b6167473100ee06e0c796c2955552b");
}

TEST(LocalCrypto, CodesAreThoseOfRfc4226) {
  LocalCrypto crypto;
  const char* const codes[] = {"755224", "287082", "359152", "969429", "338314",
                               "254676", "287922", "162583", "399871", "520489"};
  for (std::uint64_t step = 0; step < std::size(codes); ++step)
    EXPECT_EQ(crypto.one_time_code(kSecret, step), codes[step]);
}

// The table of RFC 6238, appendix B, for SHA-1; the last six of its eight digits.
TEST(LocalCrypto, CodesAreThoseOfRfc6238) {
  LocalCrypto crypto;
  const std::pair<std::uint64_t, const char*> table[] = {{59, "287082"},
                                                         {1'111'111'109, "081804"},
                                                         {1'111'111'111, "050471"},
                                                         {1'234'567'890, "005924"},
                                                         {2'000'000'000, "279037"},
                                                         {20'000'000'000, "353130"}};
  for (const auto& [seconds, code] : table)
    EXPECT_EQ(crypto.one_time_code(kSecret, seconds / 30), code) << seconds;
}

TEST(LocalCrypto, RandomBytesAreNotTheSameTwice) {
  LocalCrypto crypto;
  EXPECT_EQ(crypto.random(32).value().size(), 32U);
  EXPECT_NE(crypto.random(32).value(), crypto.random(32).value());
}

}  // namespace
}  // namespace linli::tls
