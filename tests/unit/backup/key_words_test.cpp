#include "firmware/backup/key_words.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "firmware/base/bytes.hpp"

namespace linli::backup {
namespace {

base::SecretText key_from_hex(const char* hex) {
  return base::SecretText(base::from_hex(hex).value());
}

std::string sentence(const base::SecretText& key) {
  return fmt::format("{}", fmt::join(words_of(key), " "));
}

// Test vectors of BIP-39 (trezor/python-mnemonic vectors.json).
TEST(KeyWords, AreThoseOfBip39) {
  EXPECT_EQ(
      sentence(base::SecretText(std::string(32, '\0'))),
      "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
      "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "
      "abandon art");
  EXPECT_EQ(
      sentence(base::SecretText(std::string(32, '\x7f'))),
      "legal winner thank year wave sausage worth useful legal winner thank year wave sausage "
      "worth useful legal winner thank year wave sausage worth title");
  EXPECT_EQ(
      sentence(key_from_hex("f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f")),
      "void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing "
      "screen patrol group space point ten exist slush involve unfold");
}

TEST(KeyWords, GiveTheKeyBackInAnyCaseSpacingAndWithFourLetters) {
  const auto key = key_from_hex("f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f");
  for (const char* text :
       {"void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing "
        "screen patrol group space point ten exist slush involve unfold",
        " VOID,come  effo\nsuff 5. camp surv warr heav shoo prim clut crus open amaz scre patr "
        "grou "
        "spac poin ten exis slus invo unfo "}) {
    const auto back = key_of(text);
    ASSERT_TRUE(back) << back.error().what;
    EXPECT_EQ(back->reveal(), key.reveal());
  }
}

TEST(KeyWords, SayWhichWordIsWrong) {
  std::string words =
      "void come effort suffer camp survey warrior heavy shoot primary clutch crush open amazing "
      "screen patrol group space point ten exist slush involve unfold";
  EXPECT_NE(key_of("void come").error().what.find("24 words, not 2"), std::string::npos);
  std::string slip = words;
  slip.replace(slip.find("camp"), 4, "cbmp");
  EXPECT_NE(key_of(slip).error().what.find("word 5 of the key, 'cbmp'"), std::string::npos)
      << key_of(slip).error().what;
  EXPECT_NE(key_of(slip).error().what.find("did you mean 'camp'"), std::string::npos);
  std::string swapped = words;
  swapped.replace(0, 9, "come void");
  EXPECT_EQ(key_of(swapped).error().code, base::Code::kInvalid);
  EXPECT_NE(key_of(swapped).error().what.find("do not belong together"), std::string::npos);
  EXPECT_FALSE(key_of(""));
}

}  // namespace
}  // namespace linli::backup
