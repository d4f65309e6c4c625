#include "firmware/domain/access/visitor_code.hpp"

#include <gtest/gtest.h>

#include "tests/unit/access/pass_kit.hpp"

namespace linli::domain::access {
namespace {

constexpr std::int64_t kNow = 1'795'680'000;

VisitorCode code_of(std::string_view digits, std::uint16_t group = 7) {
  VisitorCode code;
  code.id = "v-" + std::string(digits);
  code.tag = visitor_tag(1, group, digits, kit_mac);
  code.door_group = group;
  code.issuer = "person-1";
  code.from_s = kNow;
  code.until_s = kNow + 7200;
  code.max_uses = 2;
  return code;
}

TEST(VisitorDigits, AreSixAndNoCodeIsLikelier) {
  EXPECT_EQ(visitor_digits(std::string(8, '\0')), "000000");
  EXPECT_EQ(visitor_digits(std::string(7, '\0') + '\x2a'), "000042");
  EXPECT_EQ(visitor_digits(std::string(8, '\xff')), std::nullopt);  // beyond the last whole million
  EXPECT_EQ(visitor_digits("short"), std::nullopt);
}

TEST(VisitorTag, DependsOnDigitsDoorGroupAndKey) {
  const std::string tag = visitor_tag(1, 7, "123456", kit_mac);
  EXPECT_EQ(tag.size(), 16U);
  EXPECT_NE(tag, visitor_tag(1, 7, "123457", kit_mac));
  EXPECT_NE(tag, visitor_tag(1, 8, "123456", kit_mac));
  EXPECT_NE(tag, visitor_tag(2, 7, "123456", kit_mac));
  EXPECT_EQ(visitor_tag(3, 7, "123456", kit_mac), "");
  for (const char* const wrong : {"", "12345", "1234567", "12345a", "12345 "})
    EXPECT_EQ(visitor_tag(1, 7, wrong, kit_mac), "") << wrong;
}

TEST(VisitorCode, OpensInItsTimeAtItsDoorsAsOftenAsItMay) {
  std::vector<VisitorCode> codes{code_of("111111"), code_of("222222")};
  const std::string tag = codes[1].tag;
  EXPECT_EQ(find_live(codes, 7, tag, kNow), &codes[1]);
  EXPECT_EQ(find_live(codes, 8, tag, kNow), nullptr);
  EXPECT_EQ(find_live(codes, 7, tag, kNow - 1), nullptr);
  EXPECT_EQ(find_live(codes, 7, tag, kNow + 7199), &codes[1]);
  EXPECT_EQ(find_live(codes, 7, tag, kNow + 7200), nullptr);
  codes[1].uses = 2;
  EXPECT_EQ(find_live(codes, 7, tag, kNow), nullptr);
  EXPECT_EQ(find_live(codes, 7, "", kNow), nullptr);
  EXPECT_EQ(find_live(codes, 7, visitor_tag(1, 7, "333333", kit_mac), kNow), nullptr);
}

TEST(VisitorCode, NoTwoLiveCodesOfADoorAreTheSame) {
  std::vector<VisitorCode> codes{code_of("111111")};
  EXPECT_EQ(check_new(code_of("111111"), codes, kNow).error().code, base::Code::kConflict);
  EXPECT_TRUE(check_new(code_of("111111", 8), codes, kNow).has_value());
  codes[0].uses = codes[0].max_uses;
  EXPECT_TRUE(check_new(code_of("111111"), codes, kNow).has_value());
}

TEST(VisitorCode, OnlySoManyAreLiveAtADoor) {
  std::vector<VisitorCode> codes;
  for (std::size_t i = 0; i < kMostLive; ++i) {
    const VisitorCode next = code_of(std::to_string(100'000 + i));
    ASSERT_TRUE(check_new(next, codes, kNow).has_value());
    codes.push_back(next);
  }
  EXPECT_EQ(check_new(code_of("999999"), codes, kNow).error().code, base::Code::kFull);
  EXPECT_TRUE(check_new(code_of("999999", 8), codes, kNow).has_value());
  codes[3].until_s = kNow;
  EXPECT_TRUE(check_new(code_of("999999"), codes, kNow).has_value());
}

TEST(VisitorCode, ALifeOrACountThatIsTooLongIsRefused) {
  std::vector<VisitorCode> table(6, code_of("111111"));
  table[0].until_s = table[0].from_s + kLongestLifeS + 1;
  table[1].until_s = table[1].from_s;
  table[2].from_s = kNow - 100;
  table[2].until_s = kNow;
  table[3].max_uses = 0;
  table[4].max_uses = kMostVisitorUses + 1;
  table[5].tag.clear();
  for (const VisitorCode& each : table)
    EXPECT_EQ(check_new(each, {}, kNow).error().code, base::Code::kInvalid);
}

TEST(VisitorCode, ItsRowReadsBackAndHasNoDigits) {
  const VisitorCode code = code_of("731902");
  const std::string row = to_row(code);
  EXPECT_EQ(row.find("731902"), std::string::npos);
  EXPECT_EQ(visitor_code_from_row(code.id, row).value(), code);
  const auto read = visitor_code_from_row(
      "v", R"({"tag":"00","door_group":7,"issuer":"p","from":1,"until":2,"max_uses":1,"uses":0})");
  EXPECT_EQ(read.error().what.rfind("tag", 0), 0U);
}

}  // namespace
}  // namespace linli::domain::access
