#include "firmware/daemon/diagnostics.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "firmware/backup/gzip.hpp"
#include "firmware/backup/tar.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/storage/database.hpp"

namespace linli::daemon {
namespace {

std::map<std::string, std::string> unpack(const std::string& bundle) {
  std::map<std::string, std::string> files;
  std::string name;
  backup::TarReader tar({[&name](const backup::TarEntry& entry) -> base::Result<void> {
                           name = entry.name.substr(entry.name.find('/') + 1);
                           return {};
                         },
                         [&name, &files](std::string_view bytes) -> base::Result<void> {
                           files[name] += bytes;
                           return {};
                         },
                         []() -> base::Result<void> { return {}; }});
  backup::Gunzip gunzip;
  EXPECT_TRUE(gunzip.feed(bundle, [&tar](std::string_view bytes) { return tar.feed(bytes); }));
  EXPECT_TRUE(gunzip.is_whole() && tar.is_whole());
  return files;
}

// Lines that cannot be packed well.
std::string noise(int lines) {
  std::string text;
  std::uint64_t state = 1;
  for (int i = 0; i < lines; ++i) {
    text += std::to_string(i) + " ";
    for (int j = 0; j < 8; ++j) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      text += std::to_string(state);
    }
    text += "\n";
  }
  return text;
}

TEST(DiagnosticsBundle, LeavesOutTheOldestLogLinesFirstWhenItWouldBeTooLarge) {
  const std::string log = noise(2000);
  const std::string bundle =
      pack_diagnostics({{"status.json", "", "{}", 0}, {"log.txt", "", log, 0}}, 0, 60'000);
  EXPECT_LE(bundle.size(), 60'000U);
  const auto files = unpack(bundle);
  EXPECT_EQ(files.at("status.json"), "{}");
  const std::string& kept = files.at("log.txt");
  EXPECT_GT(kept.size(), 10'000U);
  EXPECT_TRUE(log.ends_with(kept));
  EXPECT_EQ(log[log.size() - kept.size() - 1], '\n') << "whole lines";
}

TEST(DiagnosticsBundle, CutsWhateverIsTooLargeBeyondTheLog) {
  const std::string bundle = pack_diagnostics(
      {{"devices.json", "", noise(3000), 0}, {"log.txt", "", noise(10), 0}}, 0, 40'000);
  EXPECT_LE(bundle.size(), 40'000U);
  EXPECT_NE(unpack(bundle).at("devices.json").find("[cut:"), std::string::npos);
}

TEST(DiagnosticsBundle, CountsWhatWasTakenOutOfEachFileAndListsIt) {
  DiagnosticSnapshot snapshot;
  snapshot.data_dir = "/nonexistent";
  snapshot.names = {"Ada"};
  snapshot.files.push_back({"status.json", "the status", R"({"password":"x","who":"Ada"})", 0});
  const auto files = diagnostic_files(std::move(snapshot), "a line\n", 0);
  const auto find = [&files](const std::string& name) {
    for (const DiagnosticFile& file : files) {
      if (file.name == name) return file;
    }
    return DiagnosticFile{};
  };
  EXPECT_EQ(find("status.json").redacted, 2);
  EXPECT_EQ(find("status.json").text, R"({"password":"[redacted]","who":"[name]"})");
  EXPECT_NE(find("README.txt").text.find("2 redacted  the status"), std::string::npos);
  EXPECT_EQ(find("log.txt").text, "a line\n");
}

TEST(DiagnosticsBundle, TakesTheNamesOfThePeopleAndOfTheInvitedOutOfEveryFile) {
  std::string pattern = (std::filesystem::temp_directory_path() / "linli-diag-XXXXXX").string();
  const std::string folder = mkdtemp(pattern.data());
  {
    storage::DatabaseOptions options;
    options.path = folder + "/linli.db";
    options.ballast_bytes = 0;
    auto database = std::move(storage::Database::open(options).value());
    ports::Turn turn;
    turn.puts.push_back({ports::Space::kPerson, "p1", R"({"name":"Ada","login":"ada7"})"});
    turn.puts.push_back({ports::Space::kInvitation, "i1", R"({"name":"Grace"})"});
    turn.puts.push_back({ports::Space::kToken, "t1", R"({"name":"linlictl"})"});
    storage::Group group;
    group.turns = {&turn};
    ASSERT_TRUE(database.write(group, {}));
    ASSERT_TRUE(database.checkpoint());
  }
  DiagnosticSnapshot snapshot;
  snapshot.data_dir = folder;
  snapshot.files.push_back({"metrics.txt", "", "who{name=\"Ada\"} 1\n", 0});
  const auto files = diagnostic_files(std::move(snapshot), "Grace, ada7 and linlictl\n", 0);
  std::filesystem::remove_all(folder);
  std::map<std::string, std::string> texts;
  for (const DiagnosticFile& file : files) texts[file.name] = file.text;
  EXPECT_EQ(texts["metrics.txt"], "who{name=\"[name]\"} 1\n");
  EXPECT_EQ(texts["log.txt"], "[name], [name] and linlictl\n");
}

}  // namespace
}  // namespace linli::daemon
