#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/domain/ids.hpp"
#include "firmware/domain/presentation.hpp"
#include "firmware/domain/value.hpp"

namespace linli::domain {

// A property's value as the device told it; the index is the profile's.
struct Reading {
  std::uint16_t property = 0;
  Value value;
  friend bool operator==(const Reading&, const Reading&) = default;
};

// A WoT event of the device, with its data as one JSON object.
struct DeviceEvent {
  std::uint16_t event = 0;
  std::string data = "{}";
  friend bool operator==(const DeviceEvent&, const DeviceEvent&) = default;
};

// A device's answer to a command.
struct ActionResult {
  CommandId command;
  bool ok = false;
  std::string output = "{}";  // one JSON object
  std::string problem;        // the device's reason when !ok
  friend bool operator==(const ActionResult&, const ActionResult&) = default;
};

enum class Presence : std::uint8_t { kOnline, kOffline };

// What one frame of one device said, decoded with its profile. Either everything in it was
// understood, or `rejection` says why nothing was.
struct Report {
  DeviceId device;
  std::string message_id;  // the device's own id for the frame; empty: it wants no acknowledgement
  std::optional<std::int64_t> device_time_ms;
  std::vector<Reading> readings;
  std::vector<DeviceEvent> events;
  std::vector<ActionResult> results;
  std::optional<Presence> presence;
  bool is_goodbye = false;  // with kOffline: the device says so itself, before it leaves
  std::optional<std::string> rejection;
  // What people showed to this reader; never stored, and no part of any event.
  std::vector<Presentation> presentations;

  friend bool operator==(const Report&, const Report&) = default;
};

}  // namespace linli::domain
