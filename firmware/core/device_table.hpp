#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "firmware/base/time.hpp"
#include "firmware/core/seen_window.hpp"
#include "firmware/domain/event_time.hpp"
#include "firmware/domain/observation.hpp"
#include "firmware/domain/profile.hpp"

namespace linli::core {

using ProfilePtr = std::shared_ptr<const domain::Profile>;

// The names of the drivers in registrations and in linlictl.
inline constexpr std::string_view kMqttDriver = "mqtt";
inline constexpr std::string_view kCoapDriver = "coap";
inline constexpr std::string_view kOsdpDriver = "osdp";
inline constexpr std::string_view kGpioDriver = "gpio";
inline constexpr std::string_view kTerminalDriver = "terminal";

// Do the devices of this driver have their login at the site broker?
constexpr bool is_at_site_broker(std::string_view driver) {
  return driver == kMqttDriver || driver == kTerminalDriver;
}

// What an installer registered: stored as one JSON row a device.
struct Registration {
  domain::DeviceId id;
  std::string profile;  // "generic/smoke"
  std::string driver{kMqttDriver};
  std::string address;  // the driver's words; empty for MQTT
  std::string place;    // where it hangs, e.g. "3-2-gate"
  std::string name;     // for people

  friend bool operator==(const Registration&, const Registration&) = default;
};

std::string to_row(const Registration& registration);
base::Result<Registration> registration_from_row(std::string_view id, std::string_view row);

// A property's last value, and the last one that was reported up.
struct Slot {
  std::optional<domain::Value> value;
  domain::EventTime at;
  std::optional<domain::Value> reported;  // empty: the next reading is reported whatever it is
  base::TimePoint reported_at;
};

struct Device {
  Registration registration;
  ProfilePtr profile;
  std::vector<Slot> slots;  // one for each property of the profile
  SeenWindow seen;
  std::optional<domain::Presence> presence;     // as told since this start
  std::optional<domain::Presence> remembered;   // as told before it
  bool said_goodbye = false;                    // with kOffline, of either
  std::optional<domain::EventTime> since;       // of presence, or of what is remembered
  base::TimePoint last_seen;                    // since this start
  std::optional<domain::EventTime> last_heard;  // the same by the clock, also from before it
  std::uint64_t rejected = 0;
  base::TimePoint rejection_reported;  // the last data_rejected event
  std::optional<domain::EventTime> last_rejected;
  base::TimePoint flood_window;  // the second in which messages are being counted
  int messages_in_window = 0;
  std::uint64_t flood_dropped = 0;
  bool row_waits = false;  // among core::ValueRows
};

// Is this reading worth an envelope? By the property's dead band and heartbeat; the first one is.
bool is_news(const domain::PropertyModel& model, const Slot& slot, const domain::Value& value,
             base::TimePoint now);

// The last values of a device as one row, {"temperature":[21.5,<unix ms>,"synchronised"],…}, and
// back (members that the profile does not know are passed over).
std::string property_row(const Device& device);
void restore_properties(Device& device, std::string_view row);

// Whether a device is online, and since when, as one row, and back. A row that cannot be read
// leaves the device as it is.
std::string presence_row(const Device& device);
void restore_presence(Device& device, std::string_view row);

// All registered devices. Loop thread only. Pointers stay good until the device is removed.
class DeviceTable {
 public:
  // Adds or replaces the registration; values and presence of a device that was there are kept if
  // the profile is the same.
  Device& put(Registration registration, ProfilePtr profile);
  void remove(const domain::DeviceId& id);
  Device* find(const domain::DeviceId& id);
  const Device* find(const domain::DeviceId& id) const;

  std::size_t size() const { return devices_.size(); }
  std::size_t online() const;
  // In the order of their ids.
  std::vector<const Device*> all() const;

 private:
  std::unordered_map<domain::DeviceId, std::unique_ptr<Device>, base::IdHash> devices_;
};

}  // namespace linli::core
