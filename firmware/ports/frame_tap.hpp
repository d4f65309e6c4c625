#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/domain/observation.hpp"
#include "firmware/domain/profile.hpp"

namespace linli::ports {

enum class FrameDirection : std::uint8_t { kIn, kOut };
enum class FrameKind : std::uint8_t { kMqtt, kCoap, kOsdp };

// One message between the gateway and a device, as the driver saw it.
struct Frame {
  FrameKind kind = FrameKind::kMqtt;
  FrameDirection direction = FrameDirection::kIn;
  std::string device = {};  // its id; empty: of nobody
  std::string peer = {};    // address or broker
  std::string head = {};    // MQTT: the topic; CoAP: method or code, and path; OSDP: "RAW"
  // MQTT: the payload; CoAP: the whole message (RFC 7252); OSDP: the frame, without what people
  // present.
  std::string payload = {};
  std::shared_ptr<const domain::Profile> profile = {};
  // What the profile made of it; nothing for what goes out, or belongs to no device.
  std::optional<domain::Report> report = {};
  // What a protocol whose messages name their values by number says beside that: one line, and a
  // JSON object.
  std::string words = {};
  std::string decoded = {};
};

// Where drivers show what they receive and send, for people who look for a fault. Called on the
// loop's thread for every message of a device, never with the gateway's own business at the broker
// (logins). Must be cheap, must not fail, keeps what it wants.
class FrameTap {
 public:
  FrameTap() = default;
  FrameTap(const FrameTap&) = delete;
  FrameTap& operator=(const FrameTap&) = delete;
  virtual ~FrameTap() = default;

  virtual void frame(std::string_view driver, Frame frame) = 0;
};

}  // namespace linli::ports
