#pragma once

#include <string>
#include <string_view>

#include "firmware/domain/observation.hpp"
#include "firmware/domain/profile.hpp"
#include "firmware/ports/device_driver.hpp"

// The payloads of the native contract, pure: bytes to values and back. MQTT and CoAP carry the same
// ones; what they go to is the transport's own (drivers/mqtt/native_topics.hpp,
// drivers/coap/native_resources.hpp).
//
//   properties  {"id":"m1","time":1764000000000,"properties":{"temperature":21.5}}
//   event       {"id":"m2","event":"smoke","data":{}}
//   result      {"command":"c1","ok":true,"output":{}} or {…,"ok":false,"problem":"jammed"}
//   presence    {"online":true}
//   command     {"command":"c1","action":"unlock","input":{},"ttl_ms":10000}
//   ack         {"id":"m1"}
namespace linli::drivers::native {

enum class Kind { kProperties, kEvent, kResult, kPresence };

// One payload (JSON, at most 64 KiB) as a report of `device`. Anything wrong anywhere gives a
// report with a rejection and nothing else (but the message id, if that could be read).
domain::Report decode(const domain::Profile& profile, domain::DeviceId device, Kind kind,
                      std::string_view payload);

std::string encode_command(const domain::ActionModel& action, const ports::ActionRequest& request);
std::string encode_ack(std::string_view message_id);

}  // namespace linli::drivers::native
