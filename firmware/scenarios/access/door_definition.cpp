#include "firmware/scenarios/access/door_definition.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/id.hpp"
#include "firmware/domain/schema_check.hpp"
#include "firmware/scenarios/access/form_parts.hpp"

namespace linli::scenarios::access {
namespace {

using base::Code;
using base::Json;
using base::JsonReader;
using domain::access::CredentialKind;
using domain::access::Direction;

constexpr std::size_t kMaxName = 128;
constexpr std::int64_t kMostHeads = 255;
constexpr std::int64_t kLongestHeldS = 3'600;

domain::DeviceId read_device(JsonReader& in) {
  auto id = domain::DeviceId::parse(in.text("device", kMaxId));
  if (!id && in.ok()) in.reject("device", "is not a device's id");
  return id ? *std::move(id) : domain::DeviceId();
}

std::string read_input(JsonReader& in, std::string_view key) {
  const Json* const input = in.optional_object(key);
  return input == nullptr ? "{}" : base::dump_json(*input);
}

// Reads one object within another; its first problem becomes the outer one's.
template <class Read>
void read_within(JsonReader& in, std::string_view key, const Json& json, Read read) {
  JsonReader part(json);
  read(part);
  if (auto done = part.finish(); !done) in.reject(key, done.error().what);
}

LockPoint read_lock(JsonReader& in) {
  LockPoint lock;
  read_within(in, "lock", in.object("lock"), [&lock](JsonReader& part) {
    lock.device = read_device(part);
    lock.action = part.optional_text("action", kMaxName).value_or("unlock");
    lock.input = read_input(part, "input");
    lock.end_action = part.optional_text("end_action", kMaxName).value_or("");
    lock.end_input = read_input(part, "end_input");
  });
  return lock;
}

std::optional<ContactPoint> read_contact(JsonReader& in) {
  const Json* const json = in.optional_object("contact");
  if (json == nullptr) return std::nullopt;
  ContactPoint contact;
  read_within(in, "contact", *json, [&contact](JsonReader& part) {
    contact.device = read_device(part);
    contact.property = part.text("property", kMaxName);
    const Json* const open = part.optional_any("open");
    if (open == nullptr) return;
    auto value = domain::scalar_of(*open);
    if (!value) return part.reject("open", "expected a boolean, a number or a text");
    contact.open = *std::move(value);
  });
  return contact;
}

std::optional<ExitPoint> read_exit(JsonReader& in) {
  const Json* const json = in.optional_object("exit");
  if (json == nullptr) return std::nullopt;
  ExitPoint exit;
  read_within(in, "exit", *json, [&exit](JsonReader& part) {
    exit.device = read_device(part);
    exit.event = part.text("event", kMaxName);
  });
  return exit;
}

ReaderPoint read_reader(JsonReader& part) {
  ReaderPoint reader;
  reader.device = read_device(part);
  reader.head =
      static_cast<std::uint8_t>(part.optional_integer("head", {0, kMostHeads}).value_or(0));
  const std::string direction = part.optional_text("direction", kMaxId).value_or("in");
  if (direction != "in" && direction != "out") part.reject("direction", "expected 'in' or 'out'");
  reader.direction = direction == "out" ? Direction::kOut : Direction::kIn;
  return reader;
}

std::vector<ReaderPoint> read_readers(JsonReader& in) {
  std::vector<ReaderPoint> readers;
  const Json* const list = in.optional_array("readers", kMostReaders);
  if (list == nullptr) return readers;
  for (const Json& each : *list) {
    read_within(in, "readers", each,
                [&readers](JsonReader& part) { readers.push_back(read_reader(part)); });
  }
  return readers;
}

void read_rules(JsonReader& in, DoorDefinition& door) {
  using std::chrono::seconds;
  const std::int64_t longest = base::to_ms(domain::access::kLongestUnlock) / 1'000;
  if (const auto unlock = in.optional_integer("unlock_s", {1, longest}))
    door.rules.unlock_for = seconds(*unlock);
  if (const auto held = in.optional_integer("held_after_s", {1, kLongestHeldS}))
    door.rules.held_after = seconds(*held);
  door.rules.has_contact = door.contact.has_value();
}

void read_takes(JsonReader& in, DoorDefinition& door) {
  const Json* const takes = in.optional_array("takes", domain::access::kCredentialKinds);
  if (takes != nullptr) {
    door.access.takes.fill(false);
    for (const Json& each : *takes) {
      const auto kind = each.is_string()
                            ? domain::access::credential_kind_of(each.get_ref<const std::string&>())
                            : std::nullopt;
      if (!kind) return in.reject("takes", "expected 'card', 'pin', 'qr', 'totp' or 'face'");
      door.access.takes.at(static_cast<std::size_t>(*kind)) = true;
    }
  }
  if (auto checked = domain::access::check_kinds(door.access); !checked)
    in.reject("takes", checked.error().what);
}

void read_access(JsonReader& in, DoorDefinition& door) {
  read_takes(in, door);
  door.access.needs_second_factor = in.optional_boolean("needs_second_factor").value_or(false);
  door.access.works_without_clock = in.optional_boolean("works_without_clock").value_or(true);
  door.zone = in.optional_text("zone", kMaxId).value_or("");
  const Json* const passback = in.optional_object("passback");
  if (passback == nullptr) return;
  auto rules = domain::access::passback_rules_from_json(base::dump_json(*passback));
  if (!rules) return in.reject("passback", rules.error().what);
  door.passback = *rules;
}

Json json_of(const LockPoint& lock) {
  Json json{{"device", lock.device.str()}, {"action", lock.action}};
  json["input"] = base::parse_json(lock.input).value_or(Json::object());
  if (lock.end_action.empty()) return json;
  json["end_action"] = lock.end_action;
  json["end_input"] = base::parse_json(lock.end_input).value_or(Json::object());
  return json;
}

Json json_of(const domain::Value& value) {
  return base::parse_json(domain::to_json(value)).value_or(Json());
}

Json json_of(const ReaderPoint& reader) {
  return {{"device", reader.device.str()},
          {"head", reader.head},
          {"direction", reader.direction == Direction::kOut ? "out" : "in"}};
}

base::Result<const domain::Profile*> profile_of(const domain::DeviceId& device,
                                                const domain::access::FindProfile& find) {
  const domain::Profile* const profile = find(device.str());
  if (profile == nullptr)
    return base::fail(Code::kNotFound, "no device '{}' is registered", device.str());
  return profile;
}

base::Result<void> check_action(const domain::Profile& profile, const std::string& action,
                                const std::string& input) {
  const auto index = domain::action_index(profile, action);
  if (!index) return base::fail(Code::kNotFound, "a {} has no action '{}'", profile.name, action);
  auto valid = domain::validate_input(profile.actions[*index].input, input);
  if (!valid) return base::failure_of(std::move(valid), "input");
  return {};
}

base::Result<void> check_lock(const LockPoint& lock, const domain::access::FindProfile& find) {
  auto profile = profile_of(lock.device, find);
  if (!profile) return base::failure_of(std::move(profile));
  if (auto checked = check_action(**profile, lock.action, lock.input); !checked) return checked;
  const auto& model = (*profile)->actions[*domain::action_index(**profile, lock.action)];
  if (model.safety != domain::SafetyClass::kDoor) {
    return base::fail(Code::kInvalid, "action '{}' of a {} opens no door: its safety class is {}",
                      lock.action, (*profile)->name, domain::name(model.safety));
  }
  if (lock.end_action.empty()) return {};
  return check_action(**profile, lock.end_action, lock.end_input);
}

base::Result<void> check_contact(const ContactPoint& contact,
                                 const domain::access::FindProfile& find) {
  auto profile = profile_of(contact.device, find);
  if (!profile) return base::failure_of(std::move(profile));
  const auto index = domain::property_index(**profile, contact.property);
  if (!index) {
    return base::fail(Code::kNotFound, "a {} has no property '{}'", (*profile)->name,
                      contact.property);
  }
  auto value = domain::to_value(contact.open, (*profile)->properties[*index].schema);
  if (!value) return base::failure_of(std::move(value), "open");
  return {};
}

base::Result<void> check_exit(const ExitPoint& exit, const domain::access::FindProfile& find) {
  auto profile = profile_of(exit.device, find);
  if (!profile) return base::failure_of(std::move(profile));
  if (domain::event_index(**profile, exit.event)) return {};
  return base::fail(Code::kNotFound, "a {} has no event '{}'", (*profile)->name, exit.event);
}

}  // namespace

DoorDefinition read_door(JsonReader& in, std::string id) {
  DoorDefinition door;
  door.id = std::move(id);
  door.name = in.text("name", kMaxName);
  if (in.ok() && (door.name.empty() || !base::is_utf8(door.name))) in.reject("name", "is empty");
  door.place = in.optional_text("place", kMaxId).value_or("");
  door.group =
      static_cast<std::uint16_t>(in.optional_integer("group", {0, kMostGroups}).value_or(0));
  door.lock = read_lock(in);
  door.contact = read_contact(in);
  door.exit = read_exit(in);
  door.readers = read_readers(in);
  read_rules(in, door);
  read_access(in, door);
  return door;
}

std::string to_row(const DoorDefinition& door) {
  Json json{{"name", door.name},
            {"place", door.place},
            {"group", door.group},
            {"lock", json_of(door.lock)},
            {"unlock_s", base::to_ms(door.rules.unlock_for) / 1'000},
            {"held_after_s", base::to_ms(door.rules.held_after) / 1'000},
            {"needs_second_factor", door.access.needs_second_factor},
            {"works_without_clock", door.access.works_without_clock},
            {"zone", door.zone}};
  if (door.contact) {
    json["contact"] = {{"device", door.contact->device.str()},
                       {"property", door.contact->property},
                       {"open", json_of(door.contact->open)}};
  }
  if (door.exit) json["exit"] = {{"device", door.exit->device.str()}, {"event", door.exit->event}};
  json["readers"] = Json::array();
  for (const ReaderPoint& reader : door.readers) json["readers"].push_back(json_of(reader));
  json["takes"] = Json::array();
  for (std::size_t i = 0; i < domain::access::kCredentialKinds; ++i) {
    if (door.access.takes.at(i))
      json["takes"].push_back(domain::access::name(static_cast<CredentialKind>(i)));
  }
  json["passback"] = {{"mode", domain::access::name(door.passback.mode)},
                      {"forgive_after_s", base::to_ms(door.passback.forgive_after) / 1'000}};
  return base::dump_json(json);
}

base::Result<DoorDefinition> door_definition_from_row(std::string_view id, std::string_view row) {
  if (!base::is_id(id)) return base::fail(Code::kInvalid, "'{}' is not a door's id", id);
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  JsonReader in(*json);
  DoorDefinition door = read_door(in, std::string(id));
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return door;
}

base::Result<void> check_devices(const DoorDefinition& door,
                                 const domain::access::FindProfile& find) {
  if (auto lock = check_lock(door.lock, find); !lock)
    return base::failure_of(std::move(lock), "lock");
  if (door.contact) {
    if (auto contact = check_contact(*door.contact, find); !contact)
      return base::failure_of(std::move(contact), "contact");
  }
  if (door.exit) {
    if (auto exit = check_exit(*door.exit, find); !exit)
      return base::failure_of(std::move(exit), "exit");
  }
  for (const ReaderPoint& reader : door.readers) {
    if (auto profile = profile_of(reader.device, find); !profile)
      return base::failure_of(std::move(profile), "readers");
  }
  return {};
}

}  // namespace linli::scenarios::access
