#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "firmware/daemon/config.hpp"
#include "firmware/daemon/config_table.hpp"

namespace linli::daemon {
namespace {

TEST(Overrides, WinOverTheFileAndLeaveTheRest) {
  Config under;
  under.gateway.id = "gw7";
  under.log.level = "warn";
  const auto reading = read_overrides(R"({"log":{"level":"debug"}})", under);
  ASSERT_TRUE(reading.problems.empty());
  EXPECT_EQ(reading.config.log.level, "debug");
  EXPECT_EQ(reading.config.gateway.id, "gw7");
}

TEST(Overrides, CannotSayWhereThingsLie) {
  for (const char* text : {R"({"data_dir":"/x"})", R"({"control":{"socket":"/x"}})",
                           R"({"identity":{"dir":"/x"}})", R"({"broker":{"run_as":"root"}})"}) {
    const auto reading = read_overrides(text, Config{});
    ASSERT_EQ(reading.problems.size(), 1U) << text;
    EXPECT_EQ(reading.problems[0].what, "only the configuration file may say this");
    EXPECT_EQ(to_json(reading.config), to_json(Config{}));
  }
}

TEST(Overrides, AreCheckedTogetherWithTheFile) {
  const auto reading = read_overrides(R"({"platform":{"link":"mqtt","host":"p"}})", Config{});
  ASSERT_EQ(reading.problems.size(), 1U);
  EXPECT_EQ(reading.problems[0].path, "platform.ca");
}

TEST(ConfigTable, WhatCouldCutSomebodyOffGoesBackByItself) {
  for (const ConfigRow& row : config_table()) {
    const bool is_way_in = row.path == "broker.port" || row.path.starts_with("platform.");
    EXPECT_TRUE(!is_way_in || row.effect == Effect::kRollback) << row.path;
  }
}

}  // namespace
}  // namespace linli::daemon
