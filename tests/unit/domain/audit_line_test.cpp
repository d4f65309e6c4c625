#include "firmware/domain/audit_line.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "firmware/base/bytes.hpp"

namespace linli::domain {
namespace {

// Not SHA-256, but as long, and it differs where the text does.
std::string digest(std::string_view text) {
  std::string out;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const std::uint64_t part = base::digest64(text, seed);
    for (unsigned shift = 0; shift < 64; shift += 8)
      out.push_back(static_cast<char>(part >> shift));
  }
  return out;
}

AuditLine line(const std::string& target) {
  return {{1'764'000'000'000, TimeQuality::kSynchronised, 1, 2},
          "person:p-1",
          "person.change",
          target,
          R"({"b":1,"a":"x"})"};
}

std::vector<std::string> exported(int count) {
  std::vector<std::string> lines;
  std::string prev = audit_origin();
  for (int i = 1; i <= count; ++i) {
    const auto row =
        chain(line("person:p-" + std::to_string(i)), static_cast<std::uint64_t>(i), prev, &digest);
    lines.push_back(export_line(row));
    prev = row.hash;
  }
  return lines;
}

std::size_t good_lines(const std::vector<std::string>& lines) {
  AuditCheck check(&digest);
  std::size_t good = 0;
  for (const std::string& each : lines) good += check.take(each) ? 1 : 0;
  return good;
}

TEST(AuditLine, ReadsBackAsWritten) {
  const auto row = chain(line("person:p-2"), 7, std::string(32, '\x11'), &digest);
  EXPECT_EQ(row.line, R"({"seq":7,"time":"2025-11-24T16:00:00.000Z","quality":"synchronised",)"
                      R"("actor":"person:p-1","action":"person.change","target":"person:p-2",)"
                      R"("detail":{"a":"x","b":1},"prev":")" +
                          base::to_hex(std::string(32, '\x11')) + "\"}");
  const auto entry = parse_audit_line(row.line).value();
  EXPECT_EQ(entry.seq, 7U);
  EXPECT_EQ(entry.target, "person:p-2");
  EXPECT_EQ(entry.detail, R"({"a":"x","b":1})");
  EXPECT_EQ(entry.prev, std::string(32, '\x11'));
}

TEST(AuditLine, OneEventIsOneLineWhateverIsInIt) {
  const auto row = chain(line("a\nb\r\x1b[0m\"}\xff"), 1, audit_origin(), &digest);
  EXPECT_TRUE(std::none_of(row.line.begin(), row.line.end(),
                           [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
  EXPECT_TRUE(parse_audit_line(row.line).has_value());
  const auto mended = chain(line("\xff and \f and \b"), 1, audit_origin(), &digest);
  EXPECT_TRUE(parse_audit_line(mended.line).has_value());
}

TEST(AuditLine, DetailThatIsNoObjectDoesNotBreakTheLine) {
  auto bad = line("x");
  bad.detail = "} ,";
  const auto row = chain(bad, 1, audit_origin(), &digest);
  EXPECT_EQ(parse_audit_line(row.line).value().detail, R"({"unreadable":true})");
}

TEST(AuditCheck, AWholeChainIsWhole) {
  AuditCheck check(&digest);
  for (const std::string& each : exported(5)) ASSERT_TRUE(check.take(each));
  EXPECT_EQ(check.first(), 1U);
  EXPECT_EQ(check.last(), 5U);
  EXPECT_EQ(check.head().size(), 32U);
}

TEST(AuditCheck, AChangedLineIsFoundAndNothingBehindItIsTrusted) {
  auto lines = exported(5);
  const auto at = lines[2].find("p-3");
  lines[2][at + 2] = '9';
  EXPECT_EQ(good_lines(lines), 2U);
}

TEST(AuditCheck, EveryByteOfALineCounts) {
  const auto lines = exported(3);
  for (std::size_t at = 0; at < lines[1].size(); ++at) {
    auto changed = lines;
    changed[1][at] = static_cast<char>(changed[1][at] ^ 1);
    EXPECT_EQ(good_lines(changed), 1U) << at;
  }
}

TEST(AuditCheck, AMissingAnAddedAndASwappedLineAreFound) {
  auto missing = exported(5);
  missing.erase(missing.begin() + 2);
  EXPECT_EQ(good_lines(missing), 2U);
  auto twice = exported(5);
  twice.insert(twice.begin() + 2, twice[1]);
  EXPECT_EQ(good_lines(twice), 2U);
  auto swapped = exported(5);
  std::swap(swapped[2], swapped[3]);
  EXPECT_EQ(good_lines(swapped), 2U);
}

TEST(AuditCheck, ALineThatWasHashedAnewDoesNotFitTheNext) {
  auto lines = exported(5);
  const auto forged = chain(line("person:p-9"), 3, std::string(32, '\0'), &digest);
  lines[2] = export_line(forged);
  EXPECT_EQ(good_lines(lines), 2U);
}

TEST(AuditCheck, AChainMayBeginWhereAnEarlierExportEnded) {
  const auto lines = exported(5);
  EXPECT_EQ(good_lines({lines.begin() + 2, lines.end()}), 3U);
}

TEST(AuditCheck, LineOneFollowsNothing) {
  const auto row = chain(line("x"), 1, std::string(32, 'x'), &digest);
  EXPECT_EQ(good_lines({export_line(row)}), 0U);
}

}  // namespace
}  // namespace linli::domain
