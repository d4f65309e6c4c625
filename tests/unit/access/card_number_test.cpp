#include "firmware/domain/access/card_number.hpp"

#include <gtest/gtest.h>

#include "firmware/base/bytes.hpp"
#include "firmware/domain/wiegand.hpp"

namespace linli::domain::access {
namespace {

std::string bits_of(std::uint64_t number, int count) {
  const Card card = card_from_number(number, count).value();
  const std::string bytes = base::from_hex(card.bits_hex).value();
  std::string bits;
  for (const char byte : bytes) {
    for (int bit = 7; bit >= 0; --bit)
      bits += ((static_cast<unsigned char>(byte) >> bit) & 1) != 0 ? '1' : '0';
  }
  EXPECT_EQ(bits.find('1', static_cast<std::size_t>(count)), std::string::npos);
  return bits.substr(0, static_cast<std::size_t>(count));
}

TEST(CardNumber, BitsAreThoseOfTheReadersOnTwoWires) {
  EXPECT_EQ(bits_of(0xD41B81, 26), "11101010000011011100000010");
  EXPECT_EQ(bits_of((100U << 16U) | 20'000U, 26), "00110010001001110001000001");
  EXPECT_EQ(bits_of(0x89D41B81, 34), "1100010011101010000011011100000011");
  EXPECT_EQ(bits_of(12'345'678, 34), "1000000001011110001100001010011100");
}

TEST(CardNumber, TheDecodedFormsStandBesideForPeople) {
  const Card card = card_from_number((100U << 16U) | 20'000U, 26).value();
  EXPECT_EQ(card.facility, 100U);
  EXPECT_EQ(card.number, (100U << 16U) | 20'000U);
  EXPECT_EQ(card.bit_count, 26);
}

TEST(CardNumber, WhatDoesNotFitIsRefused) {
  EXPECT_TRUE(card_from_number(0xFFFFFF, 26).has_value());
  EXPECT_FALSE(card_from_number(0x1000000, 26).has_value());
  EXPECT_TRUE(card_from_number(0xFFFFFFFF, 34).has_value());
  EXPECT_FALSE(card_from_number(0x100000000, 34).has_value());
  EXPECT_FALSE(card_from_number(0, 34).has_value());
  EXPECT_FALSE(card_from_number(1, 37).has_value());
}

// The parities stand in two places: who makes a card's bits and who reads them must agree, at every
// corner of both numbers.
TEST(CardNumber, WhatIsMadeHereIsReadTheSameFromTheWires) {
  const std::uint32_t facilities[] = {0,    1,     2,      0x55,   0x7F,   0x80,   0xAA,   0xFE,
                                      0xFF, 0x100, 0x5555, 0x7FFF, 0x8000, 0xAAAA, 0xFFFE, 0xFFFF};
  const std::uint32_t numbers[] = {0,      1,      2,      3,      0x5555, 0x7FFF,
                                   0x8000, 0x8001, 0xAAAA, 0xFFFE, 0xFFFF};
  std::size_t read = 0;
  for (const int count : {26, 34}) {
    for (const std::uint32_t facility : facilities) {
      if (count == 26 && facility > 0xFF) continue;
      for (const std::uint32_t number : numbers) {
        const std::uint32_t whole = (facility << 16U) | number;
        if (whole == 0) continue;
        const Card card = card_from_number(whole, count).value();
        const std::string bytes = base::from_hex(card.bits_hex).value();
        const auto decoded = decode_wiegand(bytes, static_cast<std::size_t>(count));
        ASSERT_TRUE(decoded.has_value());
        EXPECT_TRUE(decoded->parity_ok) << count << " " << whole;
        EXPECT_EQ(decoded->facility, facility) << count << " " << whole;
        EXPECT_EQ(decoded->card, number) << count << " " << whole;
        EXPECT_EQ(decoded->number, whole);
        EXPECT_EQ(decoded->bit_count, count);
        ++read;
      }
    }
  }
  EXPECT_EQ(read, std::size_t{9 * 11 - 1 + 16 * 11 - 1});
}

TEST(CardNumber, ATurnedBitIsNeverReadAsACardThatIsRight) {
  for (const int count : {26, 34}) {
    const Card card = card_from_number(0xD41B81, count).value();
    for (int bit = 0; bit < count; ++bit) {
      std::string bytes = base::from_hex(card.bits_hex).value();
      char& byte = bytes[static_cast<std::size_t>(bit) / 8];
      byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (0x80U >> (bit % 8)));
      EXPECT_FALSE(decode_wiegand(bytes, static_cast<std::size_t>(count))->parity_ok) << bit;
    }
  }
}

}  // namespace
}  // namespace linli::domain::access
