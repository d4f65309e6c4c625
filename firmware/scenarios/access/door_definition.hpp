#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/json_reader.hpp"
#include "firmware/base/result.hpp"
#include "firmware/domain/access/decision.hpp"
#include "firmware/domain/access/door.hpp"
#include "firmware/domain/access/interlock.hpp"
#include "firmware/domain/access/passback.hpp"
#include "firmware/domain/ids.hpp"
#include "firmware/domain/value.hpp"

namespace linli::scenarios::access {

// What unlocks a door: an action of a device. If the action has a field "seconds" and `input` does
// not fill it, the desk puts in how long the door is to be unlocked.
struct LockPoint {
  domain::DeviceId device;
  std::string action{"unlock"};
  std::string input{"{}"};  // JSON text of an object
  // What ends the driving early; empty: the lock falls back by itself.
  std::string end_action{};
  std::string end_input{"{}"};

  friend bool operator==(const LockPoint&, const LockPoint&) = default;
};

// 门磁: the property that says whether the door stands open, and what it then says.
struct ContactPoint {
  domain::DeviceId device;
  std::string property;
  domain::Value open{true};

  friend bool operator==(const ContactPoint&, const ContactPoint&) = default;
};

// 出门按钮: the event of a device inside that asks to be let out.
struct ExitPoint {
  domain::DeviceId device;
  std::string event;

  friend bool operator==(const ExitPoint&, const ExitPoint&) = default;
};

struct ReaderPoint {
  domain::DeviceId device;
  std::uint8_t head = 0;  // which reader of that device
  domain::access::Direction direction = domain::access::Direction::kIn;

  friend bool operator==(const ReaderPoint&, const ReaderPoint&) = default;
};

// A door as somebody set it up (config/schema/access/put_door.schema.json).
struct DoorDefinition {
  std::string id;
  std::string name;         // for people
  std::string place;        // where it hangs
  std::uint16_t group = 0;  // 门组: passes are made for a group; 0: for none
  LockPoint lock;
  std::optional<ContactPoint> contact;
  std::optional<ExitPoint> exit;
  std::vector<ReaderPoint> readers;
  domain::access::DoorRules rules;    // has_contact follows from `contact`
  domain::access::DoorAccess access;  // is_fire_released and is_blocked are the desk's
  std::string zone;                   // for passback; empty: the door itself
  domain::access::PassbackRules passback;
};
inline constexpr std::size_t kMostReaders = 8;

// The stored form: a definition without its id.
std::string to_row(const DoorDefinition& door);
base::Result<DoorDefinition> door_definition_from_row(std::string_view id, std::string_view row);
// The same members out of an input that has others too; the caller says finish().
DoorDefinition read_door(base::JsonReader& in, std::string id);

// Does it fit the devices that it names? The error names the member, and what is there instead.
base::Result<void> check_devices(const DoorDefinition& door,
                                 const domain::access::FindProfile& find);

}  // namespace linli::scenarios::access
