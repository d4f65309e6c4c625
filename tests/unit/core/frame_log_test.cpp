#include "firmware/core/frame_log.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "firmware/base/bytes.hpp"
#include "tests/fakes/virtual_loop.hpp"

namespace linli::core {
namespace {

class FixedClock final : public ports::WallClock {
 public:
  domain::EventTime now() const override {
    domain::EventTime time;
    time.unix_ms = 1'793'000'000'123;
    return time;
  }
  domain::EventTime corrected(const domain::EventTime& time) const override { return time; }
};

struct Log {
  fakes::VirtualLoop loop;
  FixedClock clock;
  FrameLog frames{loop, clock};

  void add(const std::string& device, std::string payload, const std::string& driver = "mqtt",
           const std::string& head = "linli/v1/d/up/properties") {
    ports::Frame frame;
    frame.kind = driver == "mqtt" ? ports::FrameKind::kMqtt : ports::FrameKind::kCoap;
    frame.device = device;
    frame.head = head;
    frame.payload = std::move(payload);
    frames.frame(driver, std::move(frame));
  }
};

TEST(FrameLog, GivesFramesOfAllDriversInTheOrderInWhichTheyCame) {
  Log log;
  log.add("a", "1");
  log.add("b", "2", "coap");
  log.add("a", "3");
  const auto all = log.frames.list({}, 0, 10);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0]->frame.payload, "1");
  EXPECT_EQ(all[1]->frame.payload, "2");
  EXPECT_EQ(all[2]->frame.payload, "3");
  EXPECT_EQ(log.frames.list({"coap", ""}, 0, 10).size(), 1U);
  EXPECT_EQ(log.frames.list({"", "a"}, 0, 10).size(), 2U);
  EXPECT_EQ(log.frames.list({}, all[1]->seq, 10).size(), 1U);
  EXPECT_EQ(log.frames.list({}, 0, 2).size(), 2U);
}

TEST(FrameLog, ForgetsWhatIsOlderThanFiveMinutes) {
  Log log;
  log.add("a", "1");
  log.loop.run_for(std::chrono::minutes(5));
  log.add("a", "2");
  EXPECT_EQ(log.frames.list({}, 0, 10).size(), 2U);
  log.loop.run_for(std::chrono::seconds(1));
  EXPECT_EQ(log.frames.list({}, 0, 10).size(), 1U);
}

TEST(FrameLog, HoldsAMebibyteOfEachDriverAndOneDriversFloodLeavesTheOthersAlone) {
  Log log;
  log.add("quiet", "1", "coap");
  for (int i = 0; i < 5000; ++i) log.add("loud", std::string(1000, 'x'));
  EXPECT_EQ(log.frames.list({"coap", ""}, 0, 10000).size(), 1U);
  const auto kept = log.frames.list({"mqtt", ""}, 0, 10000).size();
  EXPECT_LE(kept * 1000, FrameLog::kMaxBytes);
  EXPECT_GE(kept * 2000, FrameLog::kMaxBytes);
}

TEST(FrameLog, CutsLongPayloadsAndSaysHowLongTheyWere) {
  Log log;
  log.add("a", std::string(100'000, 'x'));
  const auto all = log.frames.list({}, 0, 1);
  EXPECT_EQ(all[0]->frame.payload.size(), FrameLog::kMaxPayload);
  EXPECT_EQ(frame_json(*all[0])["bytes"], 100'000);
}

TEST(FrameLog, TellsWhoFollowsUntilTheyHaveEnough) {
  Log log;
  int told = 0;
  log.frames.follow([&told](const LoggedFrame&) { return ++told < 2; });
  for (int i = 0; i < 5; ++i) log.add("a", "1");
  EXPECT_EQ(told, 2);
}

TEST(FrameLog, SaysWhatTheProfileMadeOfAFrame) {
  Log log;
  auto profile = std::make_shared<domain::Profile>();
  profile->properties.emplace_back();
  profile->properties.back().name = "temperature";
  ports::Frame frame;
  frame.device = "t1";
  frame.head = "linli/v1/t1/up/properties";
  frame.payload = R"({"temperature":21.5})";
  frame.profile = profile;
  frame.report = domain::Report{};
  frame.report->readings.push_back({0, domain::Value(21.5)});
  frame.report->readings.push_back({7, domain::Value(1.0)});
  log.frames.frame("mqtt", std::move(frame));
  const auto json = frame_json(*log.frames.list({}, 0, 1)[0]);
  EXPECT_EQ(json["decoded"]["properties"], (base::Json{{"temperature", 21.5}}));
  EXPECT_EQ(json["summary"], R"(linli/v1/t1/up/properties: {"temperature":21.5})");
  EXPECT_EQ(json["text"], R"({"temperature":21.5})");
}

TEST(FrameLog, SaysWhatTheProtocolItselfNames) {
  Log log;
  ports::Frame frame;
  frame.kind = ports::FrameKind::kCoap;
  frame.head = "2.05";
  frame.words = "notify: temperature=21.5";
  frame.decoded = R"({"lwm2m":"notify","path":"/3303/0/5700"})";
  frame.report = domain::Report{};
  frame.report->presence = domain::Presence::kOnline;
  log.frames.frame("coap", std::move(frame));
  const auto json = frame_json(*log.frames.list({}, 0, 1)[0]);
  EXPECT_EQ(json["summary"], R"(2.05: notify: temperature=21.5 "online")");
  EXPECT_EQ(json["decoded"],
            (base::Json{{"lwm2m", "notify"}, {"path", "/3303/0/5700"}, {"presence", "online"}}));
}

TEST(FrameLog, CutsALongSummaryAtTheEndOfACharacter) {
  Log log;
  ports::Frame frame;
  frame.head = "x";
  for (int i = 0; i < 100; ++i) frame.words += "温";
  log.frames.frame("coap", std::move(frame));
  const std::string summary = frame_summary(*log.frames.list({}, 0, 1)[0]);
  EXPECT_TRUE(base::is_utf8(summary));
  EXPECT_TRUE(summary.ends_with("温…"));
  EXPECT_LT(summary.size(), 210U);
}

TEST(FrameLog, SaysWhyAFrameWasRejected) {
  Log log;
  ports::Frame frame;
  frame.head = "topic";
  frame.report = domain::Report{};
  frame.report->rejection = "not JSON";
  log.frames.frame("mqtt", std::move(frame));
  const auto json = frame_json(*log.frames.list({}, 0, 1)[0]);
  EXPECT_EQ(json["decoded"]["rejected"], "not JSON");
  EXPECT_EQ(json["summary"], "topic: rejected, not JSON");
}

TEST(FrameTable, DefusesWhatASpreadsheetWouldTakeForAFormula) {
  Log log;
  for (const char* payload : {"=1+1", "+1", "-1", "@x", "\tx", "plain \"quoted\", with commas"})
    log.add("a", payload);
  const std::string csv = frames_csv(log.frames.list({}, 0, 10));
  for (const char* cell : {"\"'=1+1\"", "\"'+1\"", "\"'-1\"", "\"'@x\"", "\"'\tx\"",
                           "\"plain \"\"quoted\"\", with commas\""})
    EXPECT_NE(csv.find(cell), std::string::npos) << cell;
}

TEST(FrameTable, ShowsBytesThatAreNoTextInHexadecimal) {
  Log log;
  log.add("a", "\xFF\x01");
  EXPECT_NE(frames_csv(log.frames.list({}, 0, 10)).find("\"ff01\""), std::string::npos);
}

std::uint32_t at(const std::string& bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = (value << 8U) | static_cast<unsigned char>(bytes.at(offset + i));
  return value;
}

std::uint32_t sum(const std::string& bytes, std::size_t from, std::size_t count) {
  std::uint32_t total = 0;
  for (std::size_t i = 0; i + 1 < count; i += 2) total += at(bytes, from + i) >> 16U;
  while (total > 0xFFFF) total = (total & 0xFFFFU) + (total >> 16U);
  return total;
}

TEST(FrameCapture, WrapsCoapInUdpAsItWas) {
  Log log;
  log.add("a", "abcd", "coap");
  const std::string pcap = frames_pcap(log.frames.list({}, 0, 10));
  ASSERT_EQ(pcap.size(), 24U + 16 + 20 + 8 + 4);
  EXPECT_EQ(at(pcap, 0), 0xA1B2C3D4U);
  EXPECT_EQ(at(pcap, 20), 101U);
  EXPECT_EQ(at(pcap, 24), 1'793'000'000U);
  EXPECT_EQ(at(pcap, 28), 123'000U);
  EXPECT_EQ(sum(pcap, 40, 20), 0xFFFFU) << "the IP header's checksum";
  EXPECT_EQ(pcap.substr(68), "abcd");
}

TEST(FrameCapture, BeginsADevicesTcpStreamAndNumbersItsBytes) {
  Log log;
  log.add("a", "one");
  log.add("a", "two");
  const std::string pcap = frames_pcap(log.frames.list({}, 0, 10));
  std::vector<std::string> packets;
  for (std::size_t from = 24; from < pcap.size();) {
    const std::size_t size = at(pcap, from + 8);
    packets.push_back(pcap.substr(from + 16, size));
    from += 16 + size;
  }
  ASSERT_EQ(packets.size(), 5U);
  const std::uint32_t first = at(packets[3], 24);
  const std::size_t payload = packets[3].size() - 40;
  EXPECT_EQ(at(packets[0], 24) + 1, first);
  EXPECT_EQ(at(packets[4], 24), first + payload);
}

TEST(FrameCapture, LeavesOutWhatWasCut) {
  Log log;
  log.add("a", std::string(FrameLog::kMaxPayload + 1, 'x'), "coap");
  EXPECT_EQ(frames_pcap(log.frames.list({}, 0, 10)).size(), 24U);
}

}  // namespace
}  // namespace linli::core
