#include "firmware/base/text_encoding.hpp"

#include <gtest/gtest.h>

namespace linli::base {
namespace {

TEST(TextEncoding, Utf8IsTakenAsItIsAndItsMarkLeftOut) {
  const auto plain = decode_text("姓名,card\r\n").value();
  EXPECT_EQ(plain.text, "姓名,card\r\n");
  EXPECT_EQ(plain.encoding, TextEncoding::kUtf8);
  EXPECT_EQ(decode_text("\xEF\xBB\xBF姓名").value().text, "姓名");
  EXPECT_EQ(decode_text("").value().text, "");
}

TEST(TextEncoding, WhatChineseSpreadsheetsSaveIsGb18030) {
  // 姓名,张三 in GBK; 㐀 (four bytes) is in GB18030 only.
  const auto names = decode_text("\xD0\xD5\xC3\xFB,\xD5\xC5\xC8\xFD").value();
  EXPECT_EQ(names.text, "姓名,张三");
  EXPECT_EQ(names.encoding, TextEncoding::kGb18030);
  EXPECT_EQ(decode_text("\xD0\xD5\x81\x39\xEE\x39").value().text, "姓㐀");
}

TEST(TextEncoding, LongTextIsConvertedWhole) {
  std::string bytes;
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    bytes += "\xC3\xFB";
    expected += "名";
  }
  EXPECT_EQ(decode_text(bytes).value().text, expected);
}

TEST(TextEncoding, WhatIsNeitherSaysWhichByteAndTheWayOut) {
  const auto broken = decode_text("abc\xFF\xFFzz");
  ASSERT_FALSE(broken.has_value());
  EXPECT_NE(broken.error().what.find("byte 4"), std::string::npos) << broken.error().what;
  EXPECT_NE(broken.error().what.find("CSV UTF-8"), std::string::npos);
  EXPECT_FALSE(decode_text("\xD0\xD5\xC3").has_value());  // cut within a character
}

TEST(TextEncoding, Utf16IsNamed) {
  EXPECT_NE(decode_text(std::string("\xFF\xFE"
                                    "a\0",
                                    4))
                .error()
                .what.find("UTF-16"),
            std::string::npos);
  EXPECT_FALSE(decode_text(std::string("\xFE\xFF\0a", 4)).has_value());
}

}  // namespace
}  // namespace linli::base
