#include "drivers/terminal/terminal_reports.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/terminal/terminal_kit.hpp"

namespace linli::drivers::terminal {
namespace {

constexpr std::int64_t kNow = 1'763'856'062'000;
const Moment kMoment{{kNow, domain::TimeQuality::kSynchronised, 1, 0},
                     base::TimePoint{std::chrono::hours(1)}};

domain::DeviceId terminal_id() {
  return domain::DeviceId::parse("1305433").value();
}

Record face() {
  Record record;
  record.id = "8812";
  record.person = "p1";
  record.verdict = Verdict::kAllowed;
  record.time_ms = kNow - 1000;
  return record;
}

domain::Report told(const Record& record, const Moment& moment = kMoment,
                    bool decides_itself = false) {
  domain::Profile profile = *terminal_profile();
  profile.terminal->decides_itself = decides_itself;
  return report_of(profile, terminal_id(), record, moment);
}

base::Json data_of(const domain::Report& report) {
  return base::parse_json(report.events.at(0).data).value();
}

TEST(TerminalReports, AFaceOfThisMomentIsAPresentationAndAnEvent) {
  const auto report = told(face());
  ASSERT_EQ(report.presentations.size(), 1U);
  EXPECT_EQ(report.presentations[0].kind, domain::Presentation::Kind::kFace);
  EXPECT_EQ(report.presentations[0].text.reveal(), "p1");
  EXPECT_EQ(report.presentations[0].reader, terminal_id());
  EXPECT_EQ(report.message_id, "rec/8812/1763856061000");
  EXPECT_EQ(data_of(report)["person"], "p1");
  EXPECT_EQ(data_of(report)["late"], false);
  EXPECT_EQ(data_of(report)["verdict"], "allowed");
}

TEST(TerminalReports, WhatIsNotOfThisMomentOpensNothingButIsAnEvent) {
  std::vector<std::pair<const char*, domain::Report>> late;
  Record record = face();
  record.is_resent = true;
  late.emplace_back("sent again", told(record));
  record = face();
  record.time_ms = kNow - kLiveMs - 1;
  late.emplace_back("it lay in a queue", told(record));
  record.time_ms = kNow + kLiveMs + 1;
  late.emplace_back("from the future", told(record));
  record.time_ms.reset();
  late.emplace_back("without a time", told(record));
  Moment unsure = kMoment;
  unsure.now.quality = domain::TimeQuality::kFloor;
  late.emplace_back("nobody here knows the time", told(face(), unsure));
  for (const auto& [why, report] : late) {
    EXPECT_TRUE(report.presentations.empty()) << why;
    EXPECT_EQ(data_of(report)["late"], true) << why;
  }
}

TEST(TerminalReports, WhomTheTerminalRefusesItselfIsNotShownToTheGateway) {
  for (const Verdict verdict : {Verdict::kRefused, Verdict::kNotRegistered, Verdict::kNone}) {
    Record record = face();
    record.verdict = verdict;
    EXPECT_TRUE(told(record).presentations.empty());
    EXPECT_EQ(told(record).events.size(), 1U);
  }
}

TEST(TerminalReports, ATerminalThatDecidesItselfOnlyTells) {
  const auto report = told(face(), kMoment, true);
  EXPECT_TRUE(report.presentations.empty());
  EXPECT_EQ(report.events.size(), 1U);
}

TEST(TerminalReports, SomebodyWhomOnlyTheTerminalKnowsIsAnEvent) {
  Record record = face();
  record.person.clear();
  EXPECT_TRUE(told(record).presentations.empty());
  EXPECT_FALSE(data_of(told(record)).contains("person"));
}

TEST(TerminalReports, ACardIsItsBits) {
  Record record = face();
  record.kind = Record::Kind::kCard;
  record.shown = base::SecretText("12345678");
  const auto report = told(record);
  ASSERT_EQ(report.presentations.size(), 1U);
  EXPECT_EQ(report.presentations[0].card_bits.reveal(), "805e30a700");
  EXPECT_EQ(report.presentations[0].bit_count, 34);
  EXPECT_EQ(report.events[0].data.find("12345678"), std::string::npos);
  record.shown = base::SecretText("not a number");
  EXPECT_TRUE(told(record).presentations.empty());
}

TEST(TerminalReports, ACodeIsForTheGatewayWhateverTheTerminalThinks) {
  Record record = face();
  record.kind = Record::Kind::kQr;
  record.verdict = Verdict::kNotRegistered;
  record.shown = base::SecretText("pass");
  const auto report = told(record);
  ASSERT_EQ(report.presentations.size(), 1U);
  EXPECT_EQ(report.presentations[0].text.reveal(), "pass");
  EXPECT_EQ(report.events[0].data.find("\"pass\""), std::string::npos);
}

TEST(TerminalReports, ACodeThatWasOnlyScannedIsAPresentationIfItIsOfNow) {
  const auto profile = terminal_profile();
  const Scan now{base::SecretText("pass"), kNow};
  EXPECT_EQ(report_of(*profile, terminal_id(), now, kMoment).presentations.size(), 1U);
  const Scan old{base::SecretText("pass"), kNow - kLiveMs - 1};
  EXPECT_TRUE(report_of(*profile, terminal_id(), old, kMoment).presentations.empty());
}

TEST(TerminalReports, AStrangerIsAnEvent) {
  const auto report = report_of(*terminal_profile(), terminal_id(), Snapshot{"946", kNow});
  EXPECT_EQ(report.message_id, "snap/946/1763856062000");
  EXPECT_EQ(data_of(report)["record"], "946");
}

TEST(TerminalReports, ARecordIsKnownAgainByItsKey) {
  const auto record = pushed_in(record_key("rec", "8812", kNow));
  EXPECT_EQ(record->id, "8812");
  EXPECT_EQ(record->type, 2);
  EXPECT_EQ(pushed_in(record_key("snap", "a/b", std::nullopt))->id, "a/b");
  EXPECT_EQ(pushed_in("snap/946/0")->type, 1);
  for (const char* bad : {"", "rec", "rec/1", "other/1/2"}) EXPECT_FALSE(pushed_in(bad)) << bad;
}

}  // namespace
}  // namespace linli::drivers::terminal
