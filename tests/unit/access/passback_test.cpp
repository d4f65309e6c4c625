#include "firmware/domain/access/passback.hpp"

#include <gtest/gtest.h>

namespace linli::domain::access {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using Verdict = PassbackVerdict;

const base::TimePoint kStart = base::TimePoint{} + hours(1);
constexpr PassbackRules kHard{PassbackMode::kHard, hours(12)};
constexpr PassbackRules kSoft{PassbackMode::kSoft, hours(12)};

TEST(Passback, IsJudgedByModeDirectionAndWhatCameBefore) {
  struct Row {
    const char* before;  // "", "in", "out"
    Direction direction;
    PassbackMode mode;
    Verdict verdict;
  };
  const Row table[] = {
      // before, now,            mode,                verdict
      {"", Direction::kIn, PassbackMode::kOff, Verdict::kFine},
      {"", Direction::kIn, PassbackMode::kSoft, Verdict::kFine},
      {"", Direction::kIn, PassbackMode::kHard, Verdict::kFine},
      {"", Direction::kOut, PassbackMode::kHard, Verdict::kFine},
      {"in", Direction::kIn, PassbackMode::kOff, Verdict::kFine},
      {"in", Direction::kIn, PassbackMode::kSoft, Verdict::kSoft},
      {"in", Direction::kIn, PassbackMode::kHard, Verdict::kHard},
      {"in", Direction::kOut, PassbackMode::kHard, Verdict::kFine},
      {"out", Direction::kIn, PassbackMode::kHard, Verdict::kFine},
      {"out", Direction::kOut, PassbackMode::kSoft, Verdict::kSoft},
      {"out", Direction::kOut, PassbackMode::kHard, Verdict::kSoft},  // nobody is kept inside
  };
  for (const Row& row : table) {
    Passback passback;
    const std::string_view before = row.before;
    if (!before.empty()) {
      passback.passed("garage", "p", before == "in" ? Direction::kIn : Direction::kOut, kStart);
    }
    const PassbackRules rules{row.mode, hours(12)};
    EXPECT_EQ(passback.judge("garage", "p", row.direction, rules, kStart + seconds(1)), row.verdict)
        << before << " " << name(row.mode);
  }
}

TEST(Passback, IsForgivenAfterItsTimeExactly) {
  Passback passback;
  passback.passed("garage", "p", Direction::kIn, kStart);
  const auto judge = [&passback](const PassbackRules& rules, base::TimePoint now) {
    return passback.judge("garage", "p", Direction::kIn, rules, now);
  };
  EXPECT_EQ(judge(kHard, kStart + hours(12) - seconds(1)), Verdict::kHard);
  EXPECT_EQ(judge(kHard, kStart + hours(12)), Verdict::kFine);
  const PassbackRules never{PassbackMode::kHard, base::Duration{0}};
  EXPECT_EQ(judge(never, kStart + hours(24 * 365)), Verdict::kHard);
}

TEST(Passback, ZonesAndPeopleDoNotMix) {
  Passback passback;
  passback.passed("garage", "p", Direction::kIn, kStart);
  EXPECT_EQ(passback.judge("pool", "p", Direction::kIn, kHard, kStart), Verdict::kFine);
  EXPECT_EQ(passback.judge("garage", "q", Direction::kIn, kHard, kStart), Verdict::kFine);
}

TEST(Passback, AGuardResetsOnePersonOrAZone) {
  Passback passback;
  for (const char* const person : {"p", "q", "r"})
    passback.passed("garage", person, Direction::kIn, kStart);
  passback.passed("pool", "p", Direction::kIn, kStart);
  passback.reset("garage", "p");
  EXPECT_EQ(passback.judge("garage", "p", Direction::kIn, kHard, kStart), Verdict::kFine);
  EXPECT_EQ(passback.judge("garage", "q", Direction::kIn, kHard, kStart), Verdict::kHard);
  passback.reset("garage");
  EXPECT_EQ(passback.judge("garage", "q", Direction::kIn, kHard, kStart), Verdict::kFine);
  EXPECT_EQ(passback.judge("pool", "p", Direction::kIn, kSoft, kStart), Verdict::kSoft);
}

TEST(Passback, ItsMemoryIsBoundedAndTheOldestIsForgiven) {
  Passback passback;
  passback.passed("z", "first", Direction::kIn, kStart - seconds(1));
  for (std::size_t i = 0; i < Passback::kMostPeople; ++i)
    passback.passed("z", "p" + std::to_string(i), Direction::kIn, kStart);
  EXPECT_EQ(passback.size(), Passback::kMostPeople);
  EXPECT_EQ(passback.judge("z", "first", Direction::kIn, kHard, kStart), Verdict::kFine);
  passback.passed("z", "p7", Direction::kOut, kStart + seconds(1));
  EXPECT_EQ(passback.size(), Passback::kMostPeople);
}

TEST(PassbackRules, JsonIsReadAndItsMistakesAreNamed) {
  const auto rules = passback_rules_from_json(R"({"mode":"hard","forgive_after_s":60})").value();
  EXPECT_EQ(rules.mode, PassbackMode::kHard);
  EXPECT_EQ(rules.forgive_after, seconds(60));
  EXPECT_EQ(passback_rules_from_json(R"({"mode":"soft"})").value().forgive_after, hours(12));
  for (const auto& [text, member] :
       {std::pair(R"({"mode":"strict"})", "mode"), std::pair(R"({})", "mode"),
        std::pair(R"({"mode":"off","forgive_after_s":-1})", "forgive_after_s"),
        std::pair(R"({"mode":"off","forgive":1})", "forgive")}) {
    const auto read = passback_rules_from_json(text);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().what.rfind(member, 0), 0U) << read.error().what;
  }
}

}  // namespace
}  // namespace linli::domain::access
