#include <gtest/gtest.h>

#include <limits>

#include "firmware/domain/transform.hpp"

namespace linli::domain {
namespace {

Transform make(Transform::Kind kind, double number = 0, int bit = 0) {
  return {kind, number, bit, {}};
}

struct Row {
  const char* rule;
  Transform step;
  Value in;
  std::optional<Value> out;  // nullopt: refused
};

class OneTransform : public testing::TestWithParam<Row> {};

TEST_P(OneTransform, GivesWhatTheTableSays) {
  const auto result = apply({GetParam().step}, GetParam().in);
  ASSERT_EQ(result.has_value(), GetParam().out.has_value()) << GetParam().rule;
  if (result) {
    EXPECT_EQ(*result, *GetParam().out) << GetParam().rule;
  }
}

using Kind = Transform::Kind;
constexpr std::int64_t kBig = 0x100000000;

INSTANTIATE_TEST_SUITE_P(
    Table, OneTransform,
    testing::Values(Row{"scale an integer", make(Kind::kScale, 0.5), std::int64_t{42}, 21.0},
                    Row{"scale text", make(Kind::kScale, 2), std::string("4"), std::nullopt},
                    Row{"scale beyond double", make(Kind::kScale, 1e300), 1e300, std::nullopt},
                    Row{"scale not-a-number", make(Kind::kScale, 1),
                        std::numeric_limits<double>::quiet_NaN(), std::nullopt},
                    Row{"offset", make(Kind::kOffset, -40), 61.0, 21.0},
                    Row{"offset a boolean", make(Kind::kOffset, 1), true, std::nullopt},
                    Row{"bit 3 of 8", make(Kind::kBit, 0, 3), std::int64_t{8}, true},
                    Row{"bit 0 of 8", make(Kind::kBit, 0, 0), std::int64_t{8}, false},
                    Row{"bit 63 of -1", make(Kind::kBit, 0, 63), std::int64_t{-1}, true},
                    Row{"bit 64", make(Kind::kBit, 0, 64), std::int64_t{1}, std::nullopt},
                    Row{"bit of a number", make(Kind::kBit, 0, 0), 1.0, std::nullopt},
                    Row{"bcd", make(Kind::kBcd), std::int64_t{0x1234}, std::int64_t{1234}},
                    Row{"bcd zero", make(Kind::kBcd), std::int64_t{0}, std::int64_t{0}},
                    Row{"bcd digit above 9", make(Kind::kBcd), std::int64_t{0x12A4}, std::nullopt},
                    Row{"bcd negative", make(Kind::kBcd), std::int64_t{-1}, std::nullopt},
                    Row{"words change places", make(Kind::kWordOrder), std::int64_t{0x12345678},
                        std::int64_t{0x56781234}},
                    Row{"more than 32 bits", make(Kind::kWordOrder), kBig, std::nullopt}));

TEST(Transforms, RunInTheirOrder) {
  EXPECT_EQ(apply({make(Kind::kBcd), make(Kind::kScale, 0.01)}, std::int64_t{0x2150}).value(),
            Value(21.5));
}

TEST(MapTransform, FindsNumbersWhateverTheirType) {
  Transform map = make(Kind::kMap);
  map.map = {{Value(std::int64_t{1}), Value(true)}, {Value(std::string("on")), Value(true)}};
  EXPECT_EQ(apply({map}, 1.0).value(), Value(true));
  EXPECT_EQ(apply({map}, std::string("on")).value(), Value(true));
  EXPECT_EQ(apply({map}, std::string("off")).error().what, "map: no entry for \"off\"");
}

}  // namespace
}  // namespace linli::domain
