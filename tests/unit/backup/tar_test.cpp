#include "firmware/backup/tar.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "firmware/backup/gzip.hpp"

namespace linli::backup {
namespace {

struct Read {
  std::map<std::string, std::string> files;
  base::Result<void> result;
  bool is_whole = false;
};

Read read_in_steps_of(std::size_t step, const std::string& tar) {
  Read read;
  std::string name;
  TarReader reader({[&read, &name](const TarEntry& entry) -> base::Result<void> {
                      name = entry.name;
                      read.files[name];
                      return {};
                    },
                    [&read, &name](std::string_view bytes) -> base::Result<void> {
                      read.files[name] += bytes;
                      return {};
                    },
                    []() -> base::Result<void> { return {}; }});
  for (std::size_t at = 0; at < tar.size() && read.result; at += step)
    read.result = reader.feed(std::string_view(tar).substr(at, step));
  read.is_whole = reader.is_whole();
  return read;
}

std::string tar_of(const std::map<std::string, std::string>& files) {
  std::string tar;
  for (const auto& [name, text] : files)
    tar += tar_header({name, text.size()}, 1'793'000'000) + text + tar_padding(text.size());
  return tar + tar_end();
}

TEST(Tar, IsReadInPiecesOfAnySize) {
  const std::map<std::string, std::string> files{
      {"a", ""}, {"b/c", "one"}, {"d", std::string(512, 'x')}, {"e", std::string(1300, 'y')}};
  const std::string tar = tar_of(files);
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{512}, tar.size()}) {
    const Read read = read_in_steps_of(step, tar);
    EXPECT_TRUE(read.result);
    EXPECT_TRUE(read.is_whole);
    EXPECT_EQ(read.files, files);
  }
}

TEST(Tar, RefusesNamesThatLeadElsewhere) {
  for (const char* name : {"/etc/passwd", "../x", "a/../b", "a//b", "", "a/", "a b", "a/./b"})
    EXPECT_FALSE(read_in_steps_of(512, tar_of({{name, "x"}})).result) << name;
}

TEST(Tar, RefusesLinksAndWhatWasChanged) {
  std::string link = tar_of({{"a", "x"}});
  link[156] = '2';
  EXPECT_FALSE(read_in_steps_of(512, link).result);
  std::string renamed = tar_of({{"a", "x"}});
  renamed[0] = 'b';
  EXPECT_FALSE(read_in_steps_of(512, renamed).result);
}

TEST(Tar, IsNotWholeWithoutItsEnd) {
  const std::string tar = tar_of({{"a", "x"}});
  EXPECT_FALSE(read_in_steps_of(512, tar.substr(0, 1024)).is_whole);
}

Gunzip::Sink into(std::string& back) {
  return [&back](std::string_view bytes) -> base::Result<void> {
    back += bytes;
    return {};
  };
}

TEST(Gzip, GivesBackWhatWasPackedInPieces) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += std::to_string(i * 7919) + "\n";
  Gzip gzip;
  std::string packed = gzip.feed(text.substr(0, 1000), false).value();
  packed += gzip.feed(text.substr(1000), true).value();
  EXPECT_LT(packed.size(), text.size());
  Gunzip gunzip;
  std::string back;
  for (std::size_t at = 0; at < packed.size(); at += 999)
    ASSERT_TRUE(gunzip.feed(std::string_view(packed).substr(at, 999), into(back)));
  EXPECT_TRUE(gunzip.is_whole());
  EXPECT_EQ(back, text);
}

TEST(Gzip, IsNotWholeWhenCutOffAndRefusesWhatIsNone) {
  Gzip gzip;
  const std::string packed = gzip.feed(std::string(1000, 'x'), true).value();
  Gunzip gunzip;
  std::string back;
  ASSERT_TRUE(gunzip.feed(packed.substr(0, packed.size() - 4), into(back)));
  EXPECT_FALSE(gunzip.is_whole());
  Gunzip other;
  EXPECT_FALSE(other.feed("no gzip at all, but long enough", into(back)));
}

TEST(Gzip, HandsOverWhatWasPackedTightlyInSmallPieces) {
  Gzip gzip;
  std::string packed;
  const std::string block(1024 * 1024, '\0');
  for (int i = 0; i < 140; ++i) packed += gzip.feed(block, i == 139).value();
  Gunzip gunzip;
  std::size_t largest = 0;
  std::size_t all = 0;
  EXPECT_TRUE(gunzip.feed(packed, [&](std::string_view bytes) -> base::Result<void> {
    largest = std::max(largest, bytes.size());
    all += bytes.size();
    return {};
  }));
  EXPECT_EQ(all, 140 * block.size());
  EXPECT_LE(largest, 16384U);
}

TEST(Gzip, StopsWhereItsReaderHasEnough) {
  Gzip gzip;
  const std::string packed = gzip.feed(std::string(1024 * 1024, 'x'), true).value();
  Gunzip gunzip;
  int calls = 0;
  const auto fed = gunzip.feed(packed, [&calls](std::string_view) -> base::Result<void> {
    if (++calls < 3) return {};
    return base::fail(base::Code::kConflict, "enough");
  });
  EXPECT_FALSE(fed);
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace linli::backup
