#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "firmware/base/json.hpp"
#include "firmware/domain/observation.hpp"
#include "firmware/domain/profile.hpp"
#include "firmware/ports/device_driver.hpp"

// The native MQTT contract (config/schema/native.asyncapi.json), pure: bytes to values and back.
//
//   linli/v1/<device>/up/properties
//   {"id":"m1","time":1764000000000,"properties":{"temperature":21.5}} linli/v1/<device>/up/event
//   {"id":"m2","event":"smoke","data":{}} linli/v1/<device>/up/result
//   {"command":"c1","ok":true,"output":{}} or {…,"ok":false,"problem":"jammed"}
//   linli/v1/<device>/up/presence     {"online":true}
//   linli/v1/<device>/down/command    {"command":"c1","action":"unlock","input":{},"ttl_ms":10000}
//   linli/v1/<device>/down/ack        {"id":"m1"}
namespace linli::drivers::mqtt {

enum class NativeKind { kProperties, kEvent, kResult, kPresence };

struct NativeTopic {
  std::string_view device;
  NativeKind kind = NativeKind::kProperties;
};

// nullopt if it is not a topic of the contract. The device is not checked to be an id.
std::optional<NativeTopic> parse_native_topic(std::string_view topic);

std::string native_up_filter();                                  // what the gateway subscribes to
std::string native_publish_topics(const std::string& device);    // what a device may send to
std::string native_subscribe_topics(const std::string& device);  // what it may listen to
std::string command_topic(const std::string& device);
std::string ack_topic(const std::string& device);

// One payload as a report of `device`. Anything wrong anywhere gives a report with a rejection and
// nothing else (but the message id, if that could be read).
domain::Report decode_native(const domain::Profile& profile, domain::DeviceId device,
                             NativeKind kind, std::string_view payload);

std::string encode_command(const domain::ActionModel& action, const ports::ActionRequest& request);
std::string encode_ack(std::string_view message_id);

}  // namespace linli::drivers::mqtt
