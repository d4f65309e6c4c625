#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "firmware/core/device_table.hpp"
#include "firmware/domain/event_time.hpp"

namespace linli::core {

enum class DeviceState : std::uint8_t { kOnline, kOffline, kUnknown };
std::string_view name(DeviceState state);  // "online", …

// Why a device is not online, or not known to be. The words are part of the API.
enum class StateWhy : std::uint8_t {
  kNone,               // it is online; or it was, before a restart, and has said nothing since
  kNeverSeen,          // nothing was ever heard of it
  kDeviceSaidGoodbye,  // it said that it leaves
  kSilent,             // it stopped speaking, or its connection broke
  kLoginMissing,       // it has no way in: only new credentials help
  kBrokerDown,         // the site broker cannot be reached, so nothing can be heard
  kRevoked,            // it is registered no more
};
std::string_view name(StateWhy why);  // "never_seen", …; empty for kNone

struct DeviceStanding {
  DeviceState state = DeviceState::kUnknown;
  StateWhy why = StateWhy::kNone;
  std::optional<domain::EventTime> since;      // of the state, where it is known
  std::optional<domain::EventTime> last_seen;  // also from before a restart
};

// What is known around the device.
struct DeviceSurroundings {
  bool is_broker_up = true;  // of its driver: MQTT devices need the site broker
  bool is_login_missing = false;
};

// How a device stands. nullptr: it is not registered (any more).
DeviceStanding standing_of(const Device* device, const DeviceSurroundings& around);

}  // namespace linli::core
