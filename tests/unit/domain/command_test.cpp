#include <gtest/gtest.h>

#include "firmware/domain/command.hpp"
#include "firmware/domain/command_rules.hpp"

namespace linli::domain {
namespace {

using std::chrono::seconds;

TEST(ParseCommand, ReadsWhatTheContractSays) {
  const auto command = parse_command(
      R"({"id":"c1","target":"device/door1","action":"unlock","input":{"seconds":5},"ttl_ms":5000,"place":"3-2"})");
  ASSERT_TRUE(command.has_value());
  EXPECT_EQ(command->id.str(), "c1");
  EXPECT_EQ(command->target, "device/door1");
  EXPECT_EQ(command->input, R"({"seconds":5})");
  EXPECT_EQ(command->ttl_ms, 5000);
  EXPECT_EQ(command->issuer, "");
}

struct BadCommand {
  const char* rule;
  std::string json;
  const char* said;
};

class ParseCommandRefuses : public testing::TestWithParam<BadCommand> {};

TEST_P(ParseCommandRefuses, NamingTheMember) {
  const auto command = parse_command(GetParam().json);
  ASSERT_FALSE(command.has_value()) << GetParam().rule;
  EXPECT_NE(command.error().what.find(GetParam().said), std::string::npos) << command.error().what;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ParseCommandRefuses,
    testing::Values(
        BadCommand{"no id", R"({"target":"device/a","action":"x"})", "command.id: is missing"},
        BadCommand{"id with a slash", R"({"id":"a/b","target":"device/a","action":"x"})",
                   "command.id"},
        BadCommand{"unknown key", R"({"id":"a","target":"device/a","action":"x","inptu":{}})",
                   "did you mean 'input'"},
        BadCommand{"issuer is not ours to read",
                   R"({"id":"a","target":"d","action":"x","issuer":"root"})", "unknown key"},
        BadCommand{"role is not ours to read",
                   R"({"id":"a","target":"d","action":"x","role":"root"})", "unknown key"},
        BadCommand{"wrong type", R"({"id":1,"target":"device/a","action":"x"})",
                   "expected a string"},
        BadCommand{"input no object", R"({"id":"a","target":"device/a","action":"x","input":[]})",
                   "expected an object"},
        BadCommand{"ttl zero", R"({"id":"a","target":"device/a","action":"x","ttl_ms":0})",
                   "from 1 to"},
        BadCommand{"ttl a float", R"({"id":"a","target":"device/a","action":"x","ttl_ms":1.5})",
                   "an integer"},
        BadCommand{"twice", R"({"id":"a","id":"b","target":"device/a","action":"x"})", "twice"},
        BadCommand{"deep",
                   R"({"id":"a","target":"d","action":"x","input":{"a":[[[[[[[[[]]]]]]]]]}})",
                   "nested"},
        BadCommand{"too large", "\"" + std::string(20'000, 'a') + "\"", "allowed"}));

TEST(CommandRules, GiveRulesOfTheGatewayNoDoors) {
  EXPECT_TRUE(may_command(kRoleAutomation, SafetyClass::kActuator));
  EXPECT_FALSE(may_command(kRoleAutomation, SafetyClass::kDoor));
  EXPECT_FALSE(may_command(kRoleAutomation, SafetyClass::kLife));
  EXPECT_TRUE(may_command(kRolePlatform, SafetyClass::kDoor));
  EXPECT_FALSE(may_command("", SafetyClass::kNone));
  EXPECT_FALSE(may_command("root", SafetyClass::kNone));
}

TEST(CommandRules, LetADoorWaitTenSecondsAtMost) {
  Command command;
  const EventTime now{1'000'000, TimeQuality::kSynchronised, 1, 1};
  EXPECT_EQ(time_left(command, SafetyClass::kDoor, now).value(), seconds(10));
  command.ttl_ms = 3'600'000;
  EXPECT_EQ(time_left(command, SafetyClass::kDoor, now).value(), seconds(10));
  command.ttl_ms = 2'000;
  EXPECT_EQ(time_left(command, SafetyClass::kDoor, now).value(), seconds(2));
  command.expires_ms = 1'001'000;
  EXPECT_EQ(time_left(command, SafetyClass::kDoor, now).value(), seconds(1));
}

TEST(CommandRules, RefuseWhatIsOverOrCannotBeJudged) {
  Command command;
  command.expires_ms = 1'000;
  EXPECT_EQ(time_left(command, SafetyClass::kDoor, {2'000, TimeQuality::kSynchronised, 1, 1})
                .error()
                .code,
            base::Code::kInvalid);
  EXPECT_EQ(time_left(command, SafetyClass::kDoor, {500, TimeQuality::kFloor, 1, 1}).error().code,
            base::Code::kDenied);
  command.ttl_ms = 3'000;
  EXPECT_EQ(time_left(command, SafetyClass::kDoor, {2'000, TimeQuality::kUnknown, 1, 1}).value(),
            seconds(3));
}

TEST(Age, IsKnownWithinABootAndBetweenSynchronisedClocks) {
  const EventTime then{1'000, TimeQuality::kFloor, 1, 50};
  EXPECT_EQ(age_ms(then, {9, TimeQuality::kUnknown, 1, 80}), 30);
  EXPECT_EQ(age_ms(then, {2'000, TimeQuality::kSynchronised, 2, 80}), std::nullopt);
  const EventTime sure{1'000, TimeQuality::kSynchronised, 1, 50};
  EXPECT_EQ(age_ms(sure, {2'500, TimeQuality::kSynchronised, 2, 80}), 1'500);
  EXPECT_EQ(age_ms(sure, {500, TimeQuality::kSynchronised, 2, 80}), std::nullopt);
}

}  // namespace
}  // namespace linli::domain
