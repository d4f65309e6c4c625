#include "firmware/daemon/config.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace linli::daemon {
namespace {

const std::string kRoot = LINLI_SOURCE_DIR;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> files_of(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(kRoot + folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path().stem().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class BadConfig : public testing::TestWithParam<std::string> {};

TEST_P(BadConfig, IsRefusedWithWhatStandsBesideIt) {
  const std::string stem = kRoot + "/tests/data/bad_config/" + GetParam();
  const auto reading = load_config(stem + ".json");
  ASSERT_TRUE(reading.has_value());
  ASSERT_FALSE(reading->problems.empty());
  std::string expected = text_of(stem + ".txt");
  expected.pop_back();
  EXPECT_NE(describe(reading->problems.front(), "f").find(expected), std::string::npos)
      << describe(reading->problems.front(), "f");
}

INSTANTIATE_TEST_SUITE_P(All, BadConfig, testing::ValuesIn(files_of("/tests/data/bad_config")),
                         [](const auto& each) { return each.param; });

class ExampleConfig : public testing::TestWithParam<std::string> {};

TEST_P(ExampleConfig, IsValid) {
  const auto reading = load_config(kRoot + "/config/examples/" + GetParam() + ".json");
  ASSERT_TRUE(reading.has_value());
  EXPECT_TRUE(reading->problems.empty()) << describe(reading->problems.front(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, ExampleConfig, testing::ValuesIn(files_of("/config/examples")),
                         [](const auto& each) { return each.param; });

TEST(Config, PrintedAndReadAgainIsTheSame) {
  const Config defaults;
  const auto again = read_config(to_json(defaults).dump(2), "/");
  EXPECT_TRUE(again.problems.empty());
  EXPECT_TRUE(changed_sections(defaults, again.config).empty());
}

TEST(Config, NamesLineAndColumnOfTheMistake) {
  const auto reading =
      read_config("{\n  // comment\n  \"platform\": {\n    \"port\": 0\n  }\n}", "/");
  ASSERT_EQ(reading.problems.size(), 1U);
  EXPECT_EQ(describe(reading.problems[0], "f.json"),
            "f.json:4:5: platform.port: expected an integer from 1 to 65535, found 0");
}

TEST(Config, ListsAllProblemsAtOnce) {
  EXPECT_EQ(read_config(R"({"log":{"level":1,"target":2},"x":3})", "/").problems.size(), 3U);
}

TEST(Config, TakesRelativePathsFromTheFilesFolder) {
  EXPECT_EQ(read_config(R"({"data_dir":"data"})", "/etc/linli").config.data_dir, "/etc/linli/data");
  EXPECT_EQ(read_config(R"({"data_dir":"/x"})", "/etc/linli").config.data_dir, "/x");
}

TEST(Config, NamesTheSectionsThatChanged) {
  Config changed;
  changed.log.level = "debug";
  changed.store.commit_window_ms = 7;
  EXPECT_EQ(changed_sections({}, changed), (std::vector<std::string>{"log", "store"}));
}

TEST(Config, TheSchemaInTheRepositoryIsTheTables) {
  EXPECT_EQ(base::Json::parse(text_of(kRoot + "/config/schema/linlid.schema.json")),
            config_schema());
}

}  // namespace
}  // namespace linli::daemon
