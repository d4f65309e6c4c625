#include "firmware/console/words/words.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "firmware/console/words/pattern.hpp"

namespace linli::console::words {
namespace {

const std::array kTables{of_requests(), of_devices(), of_access(), of_settings(),
                         of_links(),    of_upkeep(),  of_others()};

TEST(Words, EachEntrySaysTheSameOfTheSamePlacesInBothLanguages) {
  for (const auto& table : kTables) {
    for (const Entry& entry : table) {
      EXPECT_TRUE(Pattern(entry.en, entry.zh).is_sound()) << entry.en;
      EXPECT_FALSE(entry.zh.empty()) << entry.en;
    }
  }
}

// What is between two places that touch goes to the last of them: the sentence is the same.
std::string with_values(std::string_view text) {
  const Pattern pattern(text, text);
  std::vector<std::string> values;
  for (std::size_t i = 0; i < pattern.places(); ++i) values.push_back(std::to_string(700 + i));
  return pattern.filled(values);
}

TEST(Words, EachSentenceFindsItsOwnEntryAmongAll) {
  for (const auto& table : kTables) {
    for (const Entry& entry : table) {
      const std::string sentence = with_values(entry.en);
      const Pattern pattern(entry.en, entry.zh);
      const auto found = pattern.match(sentence);
      ASSERT_TRUE(found) << sentence;
      EXPECT_EQ(chinese(sentence), pattern.filled({found->begin(), found->end()})) << sentence;
    }
  }
}

TEST(Words, PutsInWhatTheSentenceSays) {
  EXPECT_EQ(chinese("no device 'gate-1' is registered"), "没有登记设备“gate-1”");
  EXPECT_EQ(chinese("is longer than 64 bytes"), "超过 64 字节：请缩短");
}

TEST(Words, ChineseMayPutItInInAnotherOrder) {
  EXPECT_EQ(chinese("cannot listen on UDP port 5684 of 10.0.0.1: is it taken?"),
            "不能监听 10.0.0.1 的 UDP 端口 5684：请检查是否已被占用");
}

TEST(Words, OfTwoThatMatchTheOneThatSaysMoreIsMeant) {
  EXPECT_EQ(chinese("no device 'a'"), "没有设备“a”");
  EXPECT_EQ(chinese("no device 'a' is registered"), "没有登记设备“a”");
  EXPECT_EQ(chinese("expected an integer from 1 to 5"), "应为 1 到 5 的整数");
}

TEST(Words, ASentenceInASentenceIsSpokenToo) {
  EXPECT_EQ(chinese("cannot write /data/x.new: No space left on device: nothing was changed"),
            "不能写入 /data/x.new：磁盘已满：没有任何改动");
  EXPECT_EQ(chinese("port: expected an integer from 1 to 65535, found 0"),
            "port：应为 1 到 65535 的整数，收到的是 0");
  EXPECT_EQ(chinese("link: expected one of off, mqtt, found \"x\""),
            "link：应为以下之一：off, mqtt，收到的是 \"x\"");
  EXPECT_EQ(chinese("expected a string, found 12"), "应为文字，收到的是 12");
}

// As domain/access says them, with the place of the file or the row in front.
TEST(Words, SentencesOfTheDoorsAreSpokenAtTheirPlace) {
  EXPECT_EQ(chinese("make_up_workdays[2]: 2026-10-12 is a mon and no day of a weekend"),
            "make_up_workdays[2]：2026-10-12 是周一，不是周末：调休上班日只能是周六或周日");
  EXPECT_EQ(chinese("holidays[0].to: 2027-01-02 is not in the year 2026"),
            "holidays[0].to：2027-01-02 不在 2026 年：请写进它那一年的日历");
  EXPECT_EQ(chinese("week.mon-fri: wed is named twice"), "week.mon-fri：周三写了两次：请只留一处");
  EXPECT_EQ(chinese("week.sat[1]: 12:00-18:00 does not begin after 08:00-12:00 ends: write windows "
                    "in order, and make one of those that touch"),
            "week.sat[1]：时段 12:00-18:00 没有在 08:00-12:00 "
            "结束之后开始：请按先后填写，首尾相接的合成一个");
  EXPECT_EQ(chinese("rules[0].release[1].door: 'gate' is there twice in this rule"),
            "rules[0].release[1].door：“gate”在这条规则里写了两次：请删去一处");
  EXPECT_EQ(chinese("rules[1].name: 'fire' is there twice"),
            "rules[1].name：名称“fire”用了两次：请换一个");
  EXPECT_EQ(chinese("card.bits: a card has 4 to 256 bits, not 300"),
            "card.bits：卡应为 4 到 256 位，不能是 300 位：请核对位数");
}

TEST(Words, WhyAnActionIsNoReleaseIsSpokenInItsSentence) {
  EXPECT_EQ(chinese("rules[0].release[0].action: the action 'blink' of 'lock-1', a lock.basic, "
                    "opens no way: name the one that unlocks"),
            "rules[0].release[0].action：设备“lock-1”（型号 lock.basic）的动作“blink”不能开门："
            "请写能开锁的那个动作");
  EXPECT_EQ(chinese("the action 'unlok' of 'lock-1', a lock.basic, is not there: name the one that "
                    "unlocks"),
            "设备“lock-1”（型号 lock.basic）的动作“unlok”不存在：请写能开锁的那个动作");
}

TEST(Words, AKeyThatStandsTwiceIsStillAKeyBehindAPlace) {
  EXPECT_EQ(chinese("rules.json: the key 'when' is there twice"),
            "rules.json：“when”出现了两次：请只留一个");
}

TEST(Words, ANameBetweenQuotesStaysEvenIfItIsAWordOfOurs) {
  EXPECT_EQ(chinese("no device 'offline' is registered"), "没有登记设备“offline”");
}

TEST(Words, WhatStandsInFrontOfASentenceStaysUnlessItIsAWordOfOurs) {
  EXPECT_EQ(chinese("rows[3].id: is missing"), "rows[3].id：没有填写");
  EXPECT_EQ(chinese("input: level: expected true or false, found 7"),
            "输入：level：应为 true 或 false，收到的是 7");
  EXPECT_EQ(chinese("offline: the device is not connected, nothing was sent"),
            "设备不在线，没有发出：请检查它的电源和网络");
}

TEST(Words, AnUnknownSentenceStaysEnglishAsAWhole) {
  for (const std::string text :
       {"the moon is full", "name: the moon is full", "no device", "", ": ", "{}", "’“…”"})
    EXPECT_EQ(chinese(text), text);
}

TEST(Words, WhatIsChineseAlreadyStays) {
  EXPECT_EQ(chinese(chinese("no device 'a' is registered")), "没有登记设备“a”");
}

TEST(Words, AnEndlessTextStaysAsItIs) {
  const std::string text = "no device '" + std::string(kMaxSentence, 'x') + "' is registered";
  EXPECT_EQ(chinese(text), text);
}

TEST(Pattern, BracesOfTheTextAreNoPlaces) {
  const Pattern pattern("'{{{}}}' should be like {{n:02}}", "“{{{}}}”像 {{n:02}}");
  ASSERT_TRUE(pattern.is_sound());
  const auto found = pattern.match("'{n:3}' should be like {n:02}");
  ASSERT_TRUE(found);
  EXPECT_EQ(pattern.filled({std::string(found->at(0))}), "“{n:3}”像 {n:02}");
}

TEST(Pattern, APieceMayNotBeSharedByTwo) {
  EXPECT_FALSE(Pattern("a{}a", "{}").match("a"));
  EXPECT_TRUE(Pattern("a{}a", "{}").match("aa"));
}

TEST(Pattern, IsUnsoundIfTheChineseUsesAPlaceTwiceOrNever) {
  EXPECT_FALSE(Pattern("{} of {}", "{0} {0}").is_sound());
  EXPECT_FALSE(Pattern("{} of {}", "{}").is_sound());
  EXPECT_FALSE(Pattern("{} of {}", "{1} {2}").is_sound());
  EXPECT_FALSE(Pattern("{}", "{}").is_sound());
  EXPECT_TRUE(Pattern("{} of {}", "{1} {0}").is_sound());
}

}  // namespace
}  // namespace linli::console::words
