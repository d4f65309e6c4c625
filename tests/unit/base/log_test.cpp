#include <gtest/gtest.h>

#include <vector>

#include "firmware/base/log.hpp"

namespace linli::base {
namespace {

TEST(Log, WritesOneEventOnOneLine) {
  EXPECT_EQ(
      log::format_line("mqtt", "message refused", {{"device", "door1\nFAKE: error"}, {"n", 3}}),
      "mqtt: message refused device=\"door1\\x0aFAKE: error\" n=3");
}

TEST(Log, EscapesWhatDrivesATerminal) {
  EXPECT_EQ(log::format_line("a", "b", {{"x", "\x1B[2J"}}), "a: b x=\\x1b[2J");
  EXPECT_EQ(log::format_line("a", "b", {{"x", "\xC2\x9B"}}), "a: b x=\\xc2\\x9b");
  EXPECT_EQ(log::format_line("a", "b", {{"x", "\xE2\x80\xA8z"}}), "a: b x=\\xe2\\x80\\xa8z");
  EXPECT_EQ(log::format_line("a", "b", {{"x", "\xFF"}}), "a: b x=\\xff");
}

TEST(Log, KeepsChineseTextReadable) {
  EXPECT_EQ(log::format_line("a", "b", {{"x", "三号楼"}}), "a: b x=三号楼");
}

TEST(Log, CutsEndlessValues) {
  EXPECT_LT(log::format_line("a", "b", {{"x", std::string(8'000'000, 'y')}}).size(), 600U);
}

TEST(Log, HoldsBackRepeatsOfOneKindAndLetsOthersThrough) {
  std::vector<std::string> lines;
  log::set_sink(
      [&lines](log::Level, std::string_view, std::string_view line) { lines.emplace_back(line); });
  for (int i = 0; i < 1000; ++i) log::warn("mqtt", "flood of one kind", {{"i", i}});
  log::warn("mqtt", "another kind");
  log::set_sink(nullptr);
  ASSERT_EQ(lines.size(), 11U);
  EXPECT_EQ(lines.back(), "mqtt: another kind");
}

}  // namespace
}  // namespace linli::base
