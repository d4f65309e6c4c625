#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/domain/ids.hpp"
#include "firmware/domain/profile.hpp"
#include "firmware/domain/value.hpp"

namespace linli::domain::access {

// What opens the escape path (消防联动): one readable file a site,
// config/schema/interlocks.schema.json. A rule that was triggered stays so, whatever the detectors
// say later, until a person resets it; that they may is may(…, kResetFire, …). Rules are data and
// have no conditions beyond these two.
//
//   {"rules": [{"name": "3号楼火警",
//               "when": [{"device": "smoke-3-2-01", "event": "smoke"},
//                        {"device": "fire-panel", "property": "alarm", "equals": true}],
//               "release": [{"door": "door-3-2", "device": "lock-3-2", "action": "unlock"}]}]}
//
// Any of "when" triggers. "action" is "unlock" if it is left out; "input" is what it is called
// with.
struct Trigger {
  DeviceId device;
  bool is_event = true;  // else a property that has come to `equals`
  std::string name;      // of the event or property
  Value equals{false};   // of a property

  friend bool operator==(const Trigger&, const Trigger&) = default;
};

struct Release {
  std::string door;
  DeviceId device;
  std::string action;
  std::string input;  // JSON text of an object

  friend bool operator==(const Release&, const Release&) = default;
};

struct InterlockRule {
  std::string name;
  std::vector<Trigger> when;
  std::vector<Release> release;
};

struct Interlocks {
  std::vector<InterlockRule> rules;
};
inline constexpr std::size_t kMostRules = 64;
inline constexpr std::size_t kMostTriggers = 256;
inline constexpr std::size_t kMostReleases = 256;

// kInvalid names the member ("rules[0].release[2].door: 'door-3-2' is there twice"): unknown or
// missing members, an empty list, a rule, trigger, door or actuator twice. Comments are allowed.
base::Result<Interlocks> parse_interlocks(std::string_view text);

// The model of a device of the site; nullptr if it is not registered.
using FindProfile = std::function<const Profile*(std::string_view device)>;

// What in the file does not fit the site, all of it, each with its member: a device that is not
// there, an event or property that its model does not have, a value that it cannot have, an
// actuator whose action is missing, opens nothing, or does not take the input. To be shown when the
// file is saved and when the daemon starts; a rule goes on for what does fit.
std::vector<base::Error> check_interlocks(const Interlocks& interlocks, const FindProfile& find);

// Doors that a fire would not release now, and why. Asked at start and whenever a device comes or
// goes: worth an alarm.
struct MissingActuator {
  std::string rule;
  std::string door;
  DeviceId device;
  std::string_view why;  // "not_registered", "no_such_action", "offline"
};
std::vector<MissingActuator> missing_actuators(
    const Interlocks& interlocks, const FindProfile& find,
    const std::function<bool(std::string_view device)>& is_online);

// Which rules stand triggered, and what each has released. What a rule released stays with it, also
// if the file is changed meanwhile.
struct InterlockState {
  std::map<std::string, std::vector<Release>> active;
  // Properties that stand at their value now, (rule, number of the trigger). Not stored: the device
  // table says them again.
  std::set<std::pair<std::string, std::size_t>> standing;

  friend bool operator==(const InterlockState&, const InterlockState&) = default;
};
std::string to_row(const InterlockState& state);
base::Result<InterlockState> interlock_state_from_row(std::string_view row);

// What a device said: an event, or a property with its value.
struct Observed {
  std::string_view device;
  bool is_event = true;
  std::string_view name;
  Value value{false};
};

// Is this, for that rule, an old story: said before a person reset it?
using IsPast = std::function<bool(const InterlockRule&)>;

// The releases to be driven now: those of the rules that were not active before, each actuator
// once. `state` is changed, and to be stored; the doors are driven first, for a fire waits for no
// disk. Rules for which it is an old story do not take part.
std::vector<Release> on_event(const Interlocks& interlocks, InterlockState& state,
                              const Observed& observed, const IsPast& is_past = {});

// All that must be held open now: to be driven again after a restart, and when an actuator comes
// back.
std::vector<Release> held_releases(const InterlockState& state);

// A person ends a rule. The answer is the doors that no other active rule holds: they may lock
// again. kNotFound if the rule is not active; kConflict while a property still stands at its value.
base::Result<std::vector<Release>> reset(InterlockState& state, std::string_view rule);

}  // namespace linli::domain::access
