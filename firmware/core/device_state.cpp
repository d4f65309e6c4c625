#include "firmware/core/device_state.hpp"

namespace linli::core {
namespace {

std::optional<domain::Presence> presence_of(const Device& device) {
  return device.presence ? device.presence : device.remembered;
}

StateWhy why_away(const Device& device) {
  return device.said_goodbye ? StateWhy::kDeviceSaidGoodbye : StateWhy::kSilent;
}

}  // namespace

std::string_view name(DeviceState state) {
  switch (state) {
    case DeviceState::kOnline:
      return "online";
    case DeviceState::kOffline:
      return "offline";
    case DeviceState::kUnknown:
      return "unknown";
  }
  return "";
}

std::string_view name(StateWhy why) {
  switch (why) {
    case StateWhy::kNone:
      return "";
    case StateWhy::kNeverSeen:
      return "never_seen";
    case StateWhy::kDeviceSaidGoodbye:
      return "device_said_goodbye";
    case StateWhy::kSilent:
      return "silent";
    case StateWhy::kLoginMissing:
      return "login_missing";
    case StateWhy::kBrokerDown:
      return "broker_down";
    case StateWhy::kRevoked:
      return "revoked";
  }
  return "";
}

DeviceStanding standing_of(const Device* device, const DeviceSurroundings& around) {
  if (device == nullptr) return {DeviceState::kUnknown, StateWhy::kRevoked, {}, {}};
  DeviceStanding standing;
  standing.last_seen = device->last_heard;
  const auto presence = presence_of(*device);
  if (!around.is_broker_up) {
    standing.why = StateWhy::kBrokerDown;
  } else if (presence == domain::Presence::kOffline) {
    standing.state = DeviceState::kOffline;
    standing.since = device->since;
    standing.why = around.is_login_missing ? StateWhy::kLoginMissing : why_away(*device);
  } else if (device->presence) {
    standing.state = DeviceState::kOnline;
    standing.since = device->since;
  } else if (around.is_login_missing) {
    standing.why = StateWhy::kLoginMissing;
  } else if (!presence && !device->last_heard) {
    standing.why = StateWhy::kNeverSeen;
  }
  return standing;
}

}  // namespace linli::core
