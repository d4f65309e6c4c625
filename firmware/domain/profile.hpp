#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/time.hpp"
#include "firmware/domain/object_path.hpp"
#include "firmware/domain/stream.hpp"
#include "firmware/domain/terminal_model.hpp"
#include "firmware/domain/transform.hpp"
#include "firmware/domain/value.hpp"

namespace linli::domain {

enum class ValueType : std::uint8_t { kBoolean, kInteger, kNumber, kString };

// What one value may be (WoT DataSchema). Numbers outside minimum..maximum, strings longer than
// max_length and words outside `enumeration` (if it is not empty) are rejected.
struct ValueSchema {
  ValueType type = ValueType::kNumber;
  std::string unit;  // UCUM or WoT unit, "Cel", "%", "kW.h"; empty if it has none
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::size_t max_length = 256;  // bytes
  std::vector<std::string> enumeration;
};

// A member of an action's input or an event's data.
struct FieldModel {
  std::string name;
  ValueSchema schema;
  bool required = false;
};

// Names a person reads; zh falls back to en.
struct Title {
  std::string zh;
  std::string en;
};

struct PropertyModel {
  std::string name;
  Title title;
  ValueSchema schema;
  bool read_only = true;
  double dead_band = 0;         // a numeric change up to this much, in the unit, is no change
  base::Duration heartbeat{0};  // report an unchanged value after this long; 0: never
};

// What an action can do to people; decides who may ask for it and how long it may wait.
enum class SafetyClass : std::uint8_t {
  kNone,      // a lamp, a display
  kActuator,  // moves or switches something
  kDoor,      // opens a way: lives at most 10 s, never late
  kLife,      // siren, gas valve, fire release
};

struct ActionModel {
  std::string name;
  Title title;
  std::vector<FieldModel> input;
  SafetyClass safety = SafetyClass::kActuator;
  base::Duration timeout = std::chrono::seconds(10);  // from sent to the device's answer
};

enum class Severity : std::uint8_t { kInfo, kWarning, kAlarm, kCritical };

struct EventModel {
  std::string name;
  Title title;
  Stream stream = Stream::kTelemetry;
  Severity severity = Severity::kInfo;
  std::vector<FieldModel> data;
};

// In which Content-Format a LwM2M device is to be asked and written to.
enum class ResourceFormat : std::uint8_t {
  kChosen,     // by what the device said of itself when it registered
  kText,       // text/plain
  kTlv,        // application/vnd.oma.lwm2m+tlv
  kSenmlJson,  // application/senml+json
};

// Where a form of a LwM2M device points to ("subprotocol": "lwm2m").
struct ResourceForm {
  ObjectPath path;
  ValueType type = ValueType::kNumber;  // of the resource itself, before transforms
  ResourceFormat format = ResourceFormat::kChosen;
};

// A foreign device's message that carries something of ours. `{id}` in a topic stands for the
// device's id. `pointer` is a JSON pointer into the payload; empty means the payload itself as
// text.
struct UpForm {
  enum class Target : std::uint8_t { kProperty, kEvent, kPresence };
  std::string topic;
  std::string pointer;
  std::vector<Transform> transforms;
  Target target = Target::kProperty;
  std::uint16_t index = 0;  // of the property or event
  // Events and presence: raised when the transformed value equals this; any value if absent.
  std::optional<Value> when;
  std::optional<ResourceForm> resource;  // instead of topic and pointer
};

// How an action is said in a foreign device's words. Members of `payload` that are "{name}" are
// replaced by the input field of that name after `transforms`; a payload that is a plain string is
// sent as it is.
struct DownForm {
  std::uint16_t action = 0;
  std::string topic;
  std::string payload;  // JSON text, or plain text
  std::vector<Transform> transforms;
  std::optional<ResourceForm> resource;  // instead of topic; `payload` is then one JSON value
  bool executes = false;                 // LwM2M's Execute, without a payload; else Write
};

// Whose words a device speaks. All forms of a model are of one kind.
enum class Dialect : std::uint8_t {
  kNative,    // no forms: the native contract
  kTopics,    // MQTT messages of its own
  kLwm2m,     // the resources of LwM2M objects
  kTerminal,  // a face or QR terminal: what it says is read by its driver, what it does has forms
};

// A device model: a W3C WoT Thing Model read from config/profiles. Immutable and shared.
struct Profile {
  std::string name;  // "generic/smoke": its path below config/profiles without the ending
  Title title;
  std::string scenario;  // the scenario that looks after such devices; empty: none
  std::vector<PropertyModel> properties;
  std::vector<ActionModel> actions;
  std::vector<EventModel> events;
  std::vector<UpForm> up;
  std::vector<DownForm> down;
  std::optional<TerminalModel> terminal;
};

// Index of the property (action, event) called `name`, or nullopt.
std::optional<std::uint16_t> property_index(const Profile& profile, std::string_view name);
std::optional<std::uint16_t> action_index(const Profile& profile, std::string_view name);
std::optional<std::uint16_t> event_index(const Profile& profile, std::string_view name);

Dialect dialect_of(const Profile& profile);

std::string_view name(SafetyClass safety);
std::string_view name(Severity severity);
std::string_view name(ValueType type);

}  // namespace linli::domain
