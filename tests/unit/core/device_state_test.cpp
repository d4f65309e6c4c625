#include "firmware/core/device_state.hpp"

#include <gtest/gtest.h>

namespace linli::core {
namespace {

constexpr domain::EventTime kSince{1'764'000'000'000, domain::TimeQuality::kSynchronised, 1, 1};

struct Case {
  const char* name;
  Device device;
  DeviceSurroundings around;
  DeviceState state;
  StateWhy why;
  bool has_since;
};

Device told(domain::Presence presence, bool goodbye = false) {
  Device device;
  device.presence = presence;
  device.said_goodbye = goodbye;
  device.since = kSince;
  device.last_heard = kSince;
  return device;
}

Device remembered(domain::Presence presence) {
  Device device = told(presence);
  device.remembered = device.presence;
  device.presence.reset();
  return device;
}

// A Device cannot be copied into a parameter list, so the table is walked here.
std::vector<Case> table() {
  std::vector<Case> cases;
  const auto add = [&cases](const char* name, Device device, DeviceSurroundings around,
                            DeviceState state, StateWhy why, bool has_since) {
    cases.push_back({name, std::move(device), around, state, why, has_since});
  };
  using enum DeviceState;
  using enum StateWhy;
  const auto online = domain::Presence::kOnline;
  const auto offline = domain::Presence::kOffline;
  add("online", told(online), {}, kOnline, StateWhy::kNone, true);
  add("silent", told(offline), {}, kOffline, kSilent, true);
  add("goodbye", told(offline, true), {}, kOffline, kDeviceSaidGoodbye, true);
  add("new", Device{}, {}, kUnknown, kNeverSeen, false);
  add("new without login", Device{}, {true, true}, kUnknown, kLoginMissing, false);
  add("silent without login", told(offline), {true, true}, kOffline, kLoginMissing, true);
  add("online whose login was just lost", told(online), {true, true}, kOnline, StateWhy::kNone,
      true);
  add("broker down", told(online), {false, false}, kUnknown, kBrokerDown, false);
  add("was online before a restart", remembered(online), {}, kUnknown, StateWhy::kNone, false);
  add("was offline before a restart", remembered(offline), {}, kOffline, kSilent, true);
  return cases;
}

TEST(DeviceState, SaysHowADeviceStandsAndWhy) {
  for (const Case& each : table()) {
    SCOPED_TRACE(each.name);
    const DeviceStanding standing = standing_of(&each.device, each.around);
    EXPECT_EQ(standing.state, each.state);
    EXPECT_EQ(standing.why, each.why);
    EXPECT_EQ(standing.since.has_value(), each.has_since);
    EXPECT_EQ(standing.last_seen, each.device.last_heard);
  }
}

TEST(DeviceState, OfADeviceThatIsNotThereIsRevoked) {
  EXPECT_EQ(standing_of(nullptr, {}).why, StateWhy::kRevoked);
}

TEST(DeviceState, ReadsItsRowBackAsWhatWasBefore) {
  Device device;
  restore_presence(device, presence_row(told(domain::Presence::kOffline, true)));
  EXPECT_EQ(device.presence, std::nullopt);
  EXPECT_EQ(device.remembered, domain::Presence::kOffline);
  EXPECT_TRUE(device.said_goodbye);
  EXPECT_EQ(device.since->unix_ms, kSince.unix_ms);
  EXPECT_EQ(device.since->quality, kSince.quality);
  EXPECT_EQ(device.last_heard->unix_ms, kSince.unix_ms);
}

TEST(DeviceState, StaysAsItIsWhenARowCannotBeRead) {
  for (const char* row : {"", "{", "[]", R"({"online":1})", R"({"online":true,"since":1})"}) {
    Device device;
    restore_presence(device, row);
    EXPECT_EQ(device.remembered, std::nullopt) << row;
  }
}

}  // namespace
}  // namespace linli::core
