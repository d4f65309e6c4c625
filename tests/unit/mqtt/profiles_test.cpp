// Walks every device model there is: titles in both languages, a scenario, and recorded payloads
// that give what the recording says. A model without recordings fails.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "drivers/coap/lwm2m_values.hpp"
#include "drivers/gpio/gpio_driver.hpp"
#include "drivers/mqtt/mapped_codec.hpp"
#include "drivers/mqtt/native_topics.hpp"
#include "drivers/native/native_codec.hpp"
#include "drivers/osdp/frame.hpp"
#include "drivers/osdp/reader_reports.hpp"
#include "drivers/terminal/terminal_reports.hpp"
#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"
#include "firmware/daemon/profile_files.hpp"
#include "tests/fakes/fake_lines.hpp"
#include "tests/fakes/virtual_loop.hpp"

namespace linli::drivers::mqtt {
namespace {

using base::Json;
const std::string kRoot = LINLI_SOURCE_DIR;

const std::map<std::string, std::shared_ptr<const domain::Profile>>& all() {
  static const auto kProfiles = daemon::load_profiles({kRoot + "/config/profiles"}).value();
  return kProfiles;
}

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const auto& [name, profile] : all()) names.push_back(name);
  return names;
}

// What a report says, in the words of the recordings.
Json words_of(const domain::Report& report, const domain::Profile& profile) {
  if (report.rejection) return {{"rejection", *report.rejection}};
  Json words = Json::object();
  for (const auto& reading : report.readings) {
    words["readings"][profile.properties[reading.property].name] =
        Json::parse(domain::to_json(reading.value));
  }
  for (const auto& event : report.events)
    words["events"].push_back(
        {{"event", profile.events[event.event].name}, {"data", Json::parse(event.data)}});
  for (const auto& result : report.results)
    words["results"].push_back({{"command", result.command.str()}, {"ok", result.ok}});
  if (!report.presentations.empty()) words["presentations"] = report.presentations.size();
  if (report.presence) words["online"] = report.presence == domain::Presence::kOnline;
  return words;
}

// A reader's frame as it is on the line.
domain::Report decode_osdp(const domain::Profile& profile, const domain::DeviceId& device,
                           std::string digits) {
  std::erase(digits, ' ');
  const auto frame = osdp::decode(base::from_hex(digits).value()).value();
  osdp::ReaderMemory memory;
  return osdp::report_of(profile, device, osdp::decode_reply(frame.code, frame.data).value(), {},
                         memory);
}

// What a terminal said on its topic for records or snapshots, long ago: nothing opens by it.
domain::Report decode_terminal(const domain::Profile& profile, const domain::DeviceId& device,
                               const Json& recording) {
  const bool is_record = recording.at("terminal") == "record";
  const auto message =
      terminal::decode(is_record ? terminal::Channel::kRecord : terminal::Channel::kSnapshot,
                       recording.at("payload").dump());
  if (is_record)
    return terminal::report_of(profile, device, std::get<terminal::Record>(message.value()), {});
  return terminal::report_of(profile, device, std::get<terminal::Snapshot>(message.value()));
}

// What happens on the lines of a door, one level after the other, 100 ms apart; what was told from
// then on is one report.
class LinesOfADoor final : public ports::Intake {
 public:
  domain::Report play(const domain::Profile& profile, const domain::DeviceId& device,
                      const Json& levels) {
    const std::map<std::string, unsigned> offsets{
        {"contact", 0}, {"exit", 1}, {"d0", 2}, {"d1", 3}};
    std::vector<gpio::LineSpec> lines;
    for (const auto& [name, offset] : offsets)
      lines.push_back(gpio::parse_line(fmt::format("{}=gpiochip0/{} in", name, offset)).value());
    gpio::GpioDriver driver(loop_, *this, board_, std::move(lines), std::chrono::milliseconds(20));
    EXPECT_TRUE(driver.attach(device, std::make_shared<const domain::Profile>(profile),
                              "contact=contact exit=exit d0=d0 d1=d1"));
    loop_.run_for(std::chrono::milliseconds(1));
    told_ = {};
    for (const Json& level : levels) {
      const unsigned offset = offsets.at(level.at(0).get<std::string>());
      board_.set_level(offset, level.at(1).get<bool>());
      loop_.run_for(std::chrono::milliseconds(offset < 2 ? 100 : 1));
    }
    loop_.run_for(std::chrono::milliseconds(100));
    return std::exchange(told_, {});
  }
  void take(ports::Delivery delivery, base::Done<void> committed) override {
    for (domain::Report& report : delivery.reports) {
      told_.readings.insert(told_.readings.end(), report.readings.begin(), report.readings.end());
      told_.events.insert(told_.events.end(), report.events.begin(), report.events.end());
      told_.presentations.insert(told_.presentations.end(), report.presentations.begin(),
                                 report.presentations.end());
    }
    std::move(committed)({});
  }

 private:
  fakes::VirtualLoop loop_;
  fakes::FakeLines board_{loop_};
  domain::Report told_;
};

// A recording of a LwM2M device names resource and Content-Format, one of MQTT its topic.
domain::Report decode(const domain::Profile& profile, const Json& recording) {
  const auto device = domain::DeviceId::parse("dev1").value();
  if (recording.contains("resource")) {
    const auto path = domain::parse_object_path(recording.at("resource").get<std::string>());
    const std::string payload = recording.contains("hex")
                                    ? base::from_hex(recording.at("hex").get<std::string>()).value()
                                    : recording.at("payload").get<std::string>();
    coap::RaisedForms raised;
    return coap::decode_resource(
        profile, {path.value(), recording.at("format").get<std::uint16_t>(), payload}, raised);
  }
  if (recording.contains("osdp"))
    return decode_osdp(profile, device, recording.at("osdp").get<std::string>());
  if (recording.contains("lines"))
    return LinesOfADoor().play(profile, device, recording.at("lines"));
  if (recording.contains("terminal")) return decode_terminal(profile, device, recording);
  const std::string topic = recording.at("topic");
  const std::string payload = recording.at("payload").is_string()
                                  ? recording.at("payload").get<std::string>()
                                  : recording.at("payload").dump();
  const auto native = parse_native_topic(topic);
  return native ? native::decode(profile, device, native->kind, payload)
                : decode_mapped(profile, device, topic, payload);
}

class EveryProfile : public testing::TestWithParam<std::string> {
 protected:
  const domain::Profile& profile() const { return *all().at(GetParam()); }
};

TEST_P(EveryProfile, HasTitlesInBothLanguagesAndAScenario) {
  EXPECT_FALSE(profile().scenario.empty());
  const auto check = [](const auto& models) {
    for (const auto& model : models) {
      EXPECT_FALSE(model.title.zh.empty()) << model.name;
      EXPECT_FALSE(model.title.en.empty()) << model.name;
    }
  };
  check(profile().properties);
  check(profile().actions);
  check(profile().events);
}

TEST_P(EveryProfile, ReadsItsRecordedPayloads) {
  const std::string file = kRoot + "/tests/data/profiles/" + GetParam() + ".json";
  std::ifstream in(file);
  ASSERT_TRUE(in.good()) << "no recordings: " << file;
  const Json recordings = Json::parse(in);
  ASSERT_GE(recordings.size(), 2U);
  for (const Json& recording : recordings) {
    const auto report = decode(profile(), recording);
    EXPECT_EQ(words_of(report, profile()), recording.at("expect")) << recording.dump();
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryProfile, testing::ValuesIn(names()), [](const auto& each) {
  std::string name = each.param;
  for (char& c : name) c = c == '/' ? '_' : c;
  return name;
});

TEST(MappedCommand, SpeaksTheForeignDevicesWords) {
  const domain::Profile& plug = *all().at("shelly/plug_s");
  const ports::ActionRequest request{domain::CommandId::parse("c").value(),
                                     domain::DeviceId::parse("dev1").value(), 0, R"({"on":true})",
                                     std::chrono::seconds(5)};
  const auto command = encode_mapped(plug, request);
  ASSERT_TRUE(command.has_value()) << command.error().what;
  EXPECT_EQ(command->topic, "shellies/dev1/relay/0/command");
  EXPECT_EQ(command->payload, "on");
}

}  // namespace
}  // namespace linli::drivers::mqtt
