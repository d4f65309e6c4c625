#include "firmware/scenarios/access/keypad.hpp"

#include <gtest/gtest.h>

namespace linli::scenarios::access {
namespace {

using std::chrono::seconds;

class KeypadTest : public testing::Test {
 protected:
  std::vector<std::string> type(const std::string& keys, const std::string& reader = "r1",
                                int head = 0) {
    std::vector<std::string> entries;
    for (const auto& entry : keypad.add(reader, head, base::SecretText(keys), now))
      entries.push_back(entry.reveal());
    return entries;
  }
  Keypad keypad;
  base::TimePoint now{std::chrono::hours(1)};
};
using Entries = std::vector<std::string>;

TEST_F(KeypadTest, EndsAnEntryAtTheHash) {
  EXPECT_EQ(type("47"), Entries{});
  EXPECT_EQ(type("11#"), Entries{"4711"});
  EXPECT_EQ(type("12#34#5"), (Entries{"12", "34"}));
  EXPECT_EQ(type("#"), Entries{"5"});
  EXPECT_EQ(type("##"), Entries{}) << "nothing was typed";
}

TEST_F(KeypadTest, BeginsAnewAtAStarAndAfterAPause) {
  EXPECT_EQ(type("99*4711#"), Entries{"4711"});
  type("47");
  now += seconds(11);
  EXPECT_EQ(type("11#"), Entries{"11"});
  type("47");
  now += seconds(10);
  EXPECT_EQ(type("11#"), Entries{"4711"});
}

TEST_F(KeypadTest, KeepsTheHeadsApart) {
  type("47", "r1", 0);
  type("88", "r1", 1);
  type("99", "r2", 0);
  EXPECT_EQ(type("#", "r1", 1), Entries{"88"});
  EXPECT_EQ(type("#", "r2", 0), Entries{"99"});
  EXPECT_EQ(type("#", "r1", 0), Entries{"47"});
}

TEST_F(KeypadTest, IsBoundedInDigitsAndHeads) {
  const auto entries = type(std::string(10'000, '1') + "#");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries.front().size(), Keypad::kMostDigits + 1) << "too long to be anybody's";
  for (int head = 0; head < 3'000; ++head) type("1", "r" + std::to_string(head));
  EXPECT_EQ(type("2#", "r0"), Entries{"2"}) << "what was typed longest ago is forgotten";
  EXPECT_EQ(type("2#", "r2999"), Entries{"12"});
}

}  // namespace
}  // namespace linli::scenarios::access
