#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "drivers/native/native_codec.hpp"

// Where the payloads of the native contract (config/schema/native.asyncapi.json) go on MQTT.
//
//   linli/v1/<device>/up/properties   up/event   up/result   up/presence
//   linli/v1/<device>/down/command    down/ack
namespace linli::drivers::mqtt {

struct NativeTopic {
  std::string_view device;
  native::Kind kind = native::Kind::kProperties;
};

// nullopt if it is not a topic of the contract. The device is not checked to be an id.
std::optional<NativeTopic> parse_native_topic(std::string_view topic);

std::string native_up_filter();                                  // what the gateway subscribes to
std::string native_publish_topics(const std::string& device);    // what a device may send to
std::string native_subscribe_topics(const std::string& device);  // what it may listen to
std::string command_topic(const std::string& device);
std::string ack_topic(const std::string& device);

}  // namespace linli::drivers::mqtt
