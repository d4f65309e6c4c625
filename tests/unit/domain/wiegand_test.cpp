#include "firmware/domain/wiegand.hpp"

#include <gtest/gtest.h>

#include <string>

#include "firmware/domain/presentation.hpp"

namespace linli::domain {
namespace {

// "1 1101…" as it is packed by a reader.
std::string packed(std::string_view digits) {
  std::string bytes;
  std::size_t count = 0;
  for (const char c : digits) {
    if (c == ' ') continue;
    if (count % 8 == 0) bytes.push_back('\0');
    if (c == '1')
      bytes.back() =
          static_cast<char>(static_cast<unsigned char>(bytes.back()) | (0x80U >> (count % 8)));
    ++count;
  }
  return bytes;
}

TEST(Wiegand, ReadsTheVectorsOf26Bits) {
  const auto hex = decode_wiegand(packed("1 110101000001 101110000001 0"), 26).value();
  EXPECT_EQ(hex, (WiegandNumber{26, 0xD4, 0x1B81, 0xD41B81, 0, true}));
  const auto decimal = decode_wiegand(packed("00110010001001110001000001"), 26).value();
  EXPECT_EQ(decimal, (WiegandNumber{26, 100, 20000, 100 * 65536 + 20000, 0, true}));
  EXPECT_EQ(decode_wiegand(std::string("\x32\x27\x10\x40"), 26), decimal);
}

TEST(Wiegand, ReadsTheVectorsOf34BitsInBothByteOrders) {
  const auto hex = decode_wiegand(packed("1 1000100111010100 0001101110000001 1"), 34).value();
  EXPECT_EQ(hex, (WiegandNumber{34, 0x89D4, 0x1B81, 0x89D41B81, 0x811BD489, true}));
  const auto decimal = decode_wiegand(packed("1000000001011110001100001010011100"), 34).value();
  EXPECT_EQ(decimal.number, 12345678U);
  EXPECT_TRUE(decimal.parity_ok);
}

TEST(Wiegand, EveryTurnedBitIsAParityFault) {
  const std::string good = packed("1 110101000001 101110000001 0");
  for (std::size_t bit = 0; bit < 26; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(static_cast<unsigned char>(bad[bit / 8]) ^ (0x80U >> bit % 8));
    const auto number = decode_wiegand(bad, 26);
    ASSERT_TRUE(number.has_value());
    EXPECT_FALSE(number->parity_ok) << bit;
  }
}

TEST(Wiegand, OtherCountsOfBitsHaveNoNumber) {
  EXPECT_EQ(decode_wiegand("12345678", 37), std::nullopt);
  EXPECT_EQ(decode_wiegand("12345678", 25), std::nullopt);
  EXPECT_EQ(decode_wiegand("123", 26), std::nullopt) << "fewer bytes than bits";
  EXPECT_EQ(decode_wiegand("", 34), std::nullopt);
}

TEST(Wiegand, KeysShareTheWires) {
  EXPECT_EQ(wiegand_key("\x50", 4), '5');
  EXPECT_EQ(wiegand_key("\xA0", 4), '*');
  EXPECT_EQ(wiegand_key("\xB0", 4), '#');
  EXPECT_EQ(wiegand_key("\xE1", 8), '1');
  EXPECT_EQ(wiegand_key(std::string("\xF0", 1), 8), '0');
  EXPECT_EQ(wiegand_key("\x11", 8), std::nullopt) << "no complement";
  EXPECT_EQ(wiegand_key("\xC0", 4), std::nullopt);
  EXPECT_EQ(wiegand_key("", 4), std::nullopt);
}

TEST(Presentation, IsEqualOnlyIfItsSecretsAre) {
  Presentation one;
  one.digits = base::SecretText("1234");
  Presentation other = one;
  EXPECT_EQ(one, other);
  other.digits = base::SecretText("1235");
  EXPECT_FALSE(one == other);
}

}  // namespace
}  // namespace linli::domain
