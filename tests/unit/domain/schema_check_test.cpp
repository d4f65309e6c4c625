#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "firmware/domain/schema_check.hpp"

namespace linli::domain {
namespace {

ValueSchema schema(ValueType type) {
  ValueSchema made;
  made.type = type;
  return made;
}

ValueSchema percent() {
  ValueSchema made = schema(ValueType::kNumber);
  made.minimum = 0;
  made.maximum = 100;
  return made;
}

TEST(ToValue, TakesWholeNumbersAsIntegersAndIntegersAsNumbers) {
  EXPECT_EQ(to_value(base::Json(21), percent()).value(), Value(21.0));
  EXPECT_EQ(to_value(base::Json(3.0), schema(ValueType::kInteger)).value(), Value(std::int64_t{3}));
}

TEST(ToValue, SaysWhatWasExpectedAndFound) {
  EXPECT_EQ(to_value(base::Json(400), percent()).error().what,
            "expected a number from 0 to 100, found 400");
  EXPECT_EQ(to_value(base::Json("x"), percent()).error().what,
            "expected a number from 0 to 100, found \"x\"");
  EXPECT_EQ(to_value(base::Json(3.5), schema(ValueType::kInteger)).error().what,
            "expected an integer, found 3.5");
  EXPECT_EQ(to_value(base::Json(), schema(ValueType::kBoolean)).error().what,
            "expected true or false, found null");
  EXPECT_EQ(to_value(base::Json::array(), schema(ValueType::kString)).error().what,
            "expected a string of at most 256 bytes, found an array");
}

TEST(ToValue, RefusesNumbersThatAreNone) {
  EXPECT_FALSE(
      to_value(Value(std::numeric_limits<double>::quiet_NaN()), schema(ValueType::kNumber)));
  EXPECT_FALSE(
      to_value(Value(std::numeric_limits<double>::infinity()), schema(ValueType::kNumber)));
  EXPECT_FALSE(to_value(Value(1e300), schema(ValueType::kInteger)));
}

TEST(ToValue, HoldsStringsToTheirWordsAndLength) {
  ValueSchema word = schema(ValueType::kString);
  word.enumeration = {"fire", "test"};
  EXPECT_TRUE(to_value(base::Json("fire"), word));
  EXPECT_EQ(to_value(base::Json("party"), word).error().what,
            "expected one of fire, test, found \"party\"");
  EXPECT_FALSE(to_value(base::Json(std::string(257, 'a')), schema(ValueType::kString)));
}

TEST(ValidateInput, WantsRequiredMembersAndNoOthers) {
  const std::vector<FieldModel> fields{{"seconds", schema(ValueType::kInteger), true},
                                       {"why", schema(ValueType::kString), false}};
  EXPECT_EQ(validate_input(fields, R"({ "seconds" : 5 })").value(), R"({"seconds":5})");
  EXPECT_EQ(validate_input(fields, "{}").error().what, "seconds: is missing");
  EXPECT_EQ(validate_input(fields, R"({"seconds":5,"second":1})").error().what,
            "second: unknown key, did you mean 'seconds'?");
  EXPECT_FALSE(validate_input(fields, "[]"));
  EXPECT_FALSE(validate_input(fields, "{"));
}

}  // namespace
}  // namespace linli::domain
