#include <gtest/gtest.h>

#include "drivers/mqtt/mapped_codec.hpp"
#include "firmware/domain/profile_codec.hpp"

namespace linli::drivers::mqtt {
namespace {

// A device that says one number at `pointer`, and takes `payload` as its only command.
domain::Profile model(const std::string& pointer, const std::string& payload = R"("go")") {
  return domain::parse_profile("x/y", R"({"@type":"tm:ThingModel","titles":{"zh":"甲","en":"A"},
    "properties":{"n":{"titles":{"zh":"数","en":"N"},"type":"number",
      "forms":[{"href":"x/{id}","linli:pointer":")" +
                                          pointer + R"("}]}},
    "actions":{"go":{"titles":{"zh":"走","en":"Go"},"linli:safety":"none",
      "input":{"type":"object","properties":{"n":{"type":"number"}}},
      "forms":[{"href":"x/{id}/set","linli:payload":)" +
                                          payload + "}]}}}")
      .value();
}

domain::DeviceId device() {
  return domain::DeviceId::parse("d").value();
}

struct PointerRow {
  const char* rule;
  const char* pointer;
  const char* payload;
  std::optional<double> number;  // nullopt: passed over
};

class Pointer : public testing::TestWithParam<PointerRow> {};

TEST_P(Pointer, FindsTheNumberOrPassesOver) {
  const auto report = decode_mapped(model(GetParam().pointer), device(), "x/d", GetParam().payload);
  EXPECT_FALSE(report.rejection.has_value()) << *report.rejection;
  ASSERT_EQ(report.readings.size(), GetParam().number ? 1U : 0U) << GetParam().rule;
  if (GetParam().number) {
    EXPECT_EQ(report.readings[0].value, domain::Value(*GetParam().number));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, Pointer,
    testing::Values(PointerRow{"member", "/a/b", R"({"a":{"b":1}})", 1},
                    PointerRow{"item", "/a/1", R"({"a":[0,5]})", 5},
                    PointerRow{"escaped names", "/a~1b/c~0d", R"({"a/b":{"c~d":2}})", 2},
                    PointerRow{"empty name", "/a/", R"({"a":{"":3}})", 3},
                    PointerRow{"empty name in an array", "/a/", R"({"a":[3]})", std::nullopt},
                    PointerRow{"name in an array", "/a/b", R"({"a":[3]})", std::nullopt},
                    PointerRow{"below a number", "/a/b", R"({"a":3})", std::nullopt},
                    PointerRow{"item behind the last", "/a/2", R"({"a":[0,5]})", std::nullopt},
                    PointerRow{"index beyond 64 bits", "/a/99999999999999999999", R"({"a":[1]})",
                               std::nullopt},
                    PointerRow{"null", "/a", R"({"a":null})", std::nullopt},
                    PointerRow{"integer beyond 63 bits", "/a", R"({"a":18446744073709551615})",
                               18446744073709551615.0}));

TEST(MappedReport, RejectsAnObjectWhereOneValueIsExpected) {
  EXPECT_EQ(decode_mapped(model("/a"), device(), "x/d", R"({"a":{}})").rejection.value(),
            "/a: expected a single value");
}

TEST(MappedReport, SaysNothingOnATopicOfAnotherDevice) {
  const auto report = decode_mapped(model("/a"), device(), "x/e", R"({"a":1})");
  EXPECT_TRUE(report.readings.empty());
  EXPECT_FALSE(report.rejection.has_value());
}

base::Result<MappedCommand> command(const std::string& payload, const std::string& input) {
  return encode_mapped(model("/a", payload), {domain::CommandId::parse("c").value(), device(), 0,
                                              input, std::chrono::seconds(5)});
}

TEST(MappedCommandPayload, SendsPlainTextAsItStands) {
  EXPECT_EQ(command(R"("1e2")", "{}")->payload, "1e2");
  EXPECT_EQ(command(R"("on")", "{}")->payload, "on");
}

TEST(MappedCommandPayload, FillsMembersIntoJson) {
  EXPECT_EQ(command(R"({"method":"set","params":[0,"{n}"]})", R"({"n":1.5})")->payload,
            R"({"method":"set","params":[0,1.5]})");
}

TEST(MappedCommandPayload, NamesTheMemberThatIsMissing) {
  EXPECT_EQ(command(R"("{n}")", "{}").error().what, "input.n: is missing");
}

}  // namespace
}  // namespace linli::drivers::mqtt
