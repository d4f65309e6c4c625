#include "tests/sim/platform/ledger.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace linli::sim {
namespace {

using nlohmann::json;

const Topic kAlarm{"gw1", "alarm"};

json event(std::uint64_t seq) {
  const std::string number = std::to_string(seq);
  return {{"specversion", "1.0"},   {"id", "e1-alarm-" + number},
          {"source", "/linli/gw1"}, {"type", "linli.thing.event"},
          {"subject", "device/s1"}, {"time", "2025-11-24T16:00:00.125Z"},
          {"linliepoch", "e1"},     {"linlistream", "alarm"},
          {"linliseq", number},     {"datacontenttype", "application/json"},
          {"timequality", "floor"}, {"bootid", "00000000000000ff"},
          {"monotonicms", 17},      {"data", {{"a", 1}}}};
}

json gap(std::uint64_t first, std::uint64_t last) {
  json made = event(last);
  made["id"] = "e1-alarm-" + std::to_string(last) + "-gap";
  made["type"] = "linli.gap";
  made["data"] = {{"first", first}, {"last", last}};
  return made;
}

class LedgerTest : public testing::Test {
 protected:
  void SetUp() override {
    path = testing::TempDir() + "ledger-" + std::to_string(::getpid()) + ".jsonl";
    std::filesystem::remove(path);
  }
  void TearDown() override { std::filesystem::remove(path); }

  std::string path;
};

TEST_F(LedgerTest, AcceptsCumulativelyWithinAStream) {
  Ledger ledger(path);
  ledger.take(kAlarm, json::array({event(1), event(2)}).dump());
  ledger.take(kAlarm, json::array({event(3)}).dump());
  const auto acceptances = ledger.commit();
  ASSERT_EQ(acceptances.size(), 1U);
  EXPECT_EQ(acceptances[0].seq, 3U);
  EXPECT_EQ(acceptances[0].epoch, "e1");
  EXPECT_TRUE(ledger.commit().empty());
}

TEST_F(LedgerTest, AcceptsNothingBeyondAHoleUntilItIsFilled) {
  Ledger ledger(path);
  ledger.take(kAlarm, json::array({event(1), event(3)}).dump());
  EXPECT_EQ(ledger.commit()[0].seq, 1U);
  EXPECT_EQ(ledger.holes(), 1U);
  ledger.take(kAlarm, json::array({event(2)}).dump());
  EXPECT_EQ(ledger.commit()[0].seq, 3U);
  EXPECT_EQ(ledger.holes(), 0U);
  EXPECT_EQ(ledger.out_of_order(), 1U);
}

TEST_F(LedgerTest, TakesAGapForItsNumbers) {
  Ledger ledger(path);
  ledger.take(kAlarm, json::array({event(1), gap(2, 9), event(10)}).dump());
  EXPECT_EQ(ledger.commit()[0].seq, 10U);
  EXPECT_EQ(ledger.counts().gaps, 1U);
  EXPECT_EQ(ledger.holes(), 0U);
}

// After a salvage an event comes under a new number, and says which one it had.
TEST_F(LedgerTest, KnowsAnEventAgainByItsOrigin) {
  const auto again = [](std::uint64_t seq, const char* origin) {
    json made = event(seq);
    made["linliepoch"] = "e2";
    made["id"] = "e2-alarm-" + std::to_string(seq);
    made["linliorigin"] = origin;
    return made;
  };
  {
    Ledger ledger(path);
    ledger.take(kAlarm, json::array({event(1), event(2)}).dump());
    ledger.take(kAlarm, json::array({again(1, "e1-alarm-2"), again(2, "e1-alarm-3")}).dump());
    EXPECT_EQ(ledger.counts().events, 3U);
    EXPECT_EQ(ledger.counts().duplicates, 1U);
    EXPECT_EQ(ledger.commit().back().seq, 2U) << "both numbers are taken";
  }
  Ledger restarted(path);
  restarted.take(kAlarm, json::array({again(3, "e1-alarm-1")}).dump());
  EXPECT_EQ(restarted.counts().duplicates, 1U);
  EXPECT_EQ(restarted.commit().back().seq, 3U) << "it knows what it had taken";
}

TEST_F(LedgerTest, RefusesAnOriginThatIsNone) {
  Ledger ledger(path);
  json wrong = event(1);
  wrong["linliorigin"] = "e1-access-1";
  ledger.take(kAlarm, json::array({wrong}).dump());
  EXPECT_EQ(ledger.counts().invalid, 1U);
}

TEST_F(LedgerTest, CountsRepeatsAndAcceptsThemAgain) {
  Ledger ledger(path);
  ledger.take(kAlarm, json::array({event(1)}).dump());
  ledger.commit();
  ledger.take(kAlarm, json::array({event(1)}).dump());
  EXPECT_EQ(ledger.commit()[0].seq, 1U);
  EXPECT_EQ(ledger.counts().events, 1U);
  EXPECT_EQ(ledger.counts().duplicates, 1U);
}

TEST_F(LedgerTest, KnowsAfterARestartWhatItHadWrittenAndCutsATornLine) {
  {
    Ledger ledger(path);
    ledger.take(kAlarm, json::array({event(1), gap(2, 4), event(5)}).dump());
    ledger.commit();
  }
  std::ofstream(path, std::ios::app) << R"({"source":"/linli/gw1","id":"e1-al)";
  Ledger ledger(path);
  EXPECT_EQ(ledger.counts().recovered, 3U);
  ledger.take(kAlarm, json::array({event(5), event(6)}).dump());
  EXPECT_EQ(ledger.commit()[0].seq, 6U);
  EXPECT_EQ(ledger.counts().duplicates, 1U);
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) EXPECT_TRUE(json::accept(line)) << line;
}

TEST_F(LedgerTest, RefusesWhatIsNoCloudEvent) {
  Ledger ledger(path);
  ledger.take(kAlarm, "{");
  for (const char* member :
       {"specversion", "id", "source", "type", "time", "linliepoch", "linlistream", "linliseq",
        "timequality", "bootid", "monotonicms", "datacontenttype", "data"}) {
    json broken = event(1);
    broken.erase(member);
    ledger.take(kAlarm, json::array({broken}).dump());
  }
  json forged = event(1);
  forged["source"] = "/linli/gw2";
  ledger.take(kAlarm, json::array({forged}).dump());
  ledger.take({"gw1", "access"}, json::array({event(1)}).dump());
  EXPECT_EQ(ledger.counts().invalid, 16U);
  EXPECT_EQ(ledger.counts().events, 0U);
  EXPECT_TRUE(ledger.commit().empty());
}

TEST_F(LedgerTest, ReadsTopicsOfTheContractOnly) {
  EXPECT_EQ(topic_of("linli/v1/gw1/up/alarm")->gateway, "gw1");
  EXPECT_EQ(topic_of("linli/v1/gw1/up/alarm")->channel, "alarm");
  EXPECT_FALSE(topic_of("linli/v1/gw1/down/alarm"));
  EXPECT_FALSE(topic_of("linli/v2/gw1/up/alarm"));
  EXPECT_FALSE(topic_of("linli/v1/gw1"));
}

}  // namespace
}  // namespace linli::sim
