#include "firmware/domain/profile_codec.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "firmware/base/id.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/domain/profile_forms.hpp"
#include "firmware/domain/profile_members.hpp"

namespace linli::domain {
namespace {

using base::Json;
using base::JsonReader;

constexpr base::JsonLimits kLimits{
    .max_bytes = 256 * 1024, .max_depth = 16, .max_values = 8192, .max_string_bytes = 4096};
constexpr std::size_t kMaxModels = 128;
constexpr std::size_t kMaxWords = 64;
constexpr std::size_t kMaxDescription = 1024;

// The command stream carries outcomes of commands only.
constexpr std::array kEventStreams{Stream::kAlarm, Stream::kAccess, Stream::kMoney, Stream::kTicket,
                                   Stream::kTelemetry};
constexpr std::array kSafeties{SafetyClass::kNone, SafetyClass::kActuator, SafetyClass::kDoor,
                               SafetyClass::kLife};
constexpr std::array kSeverities{Severity::kInfo, Severity::kWarning, Severity::kAlarm,
                                 Severity::kCritical};

Title read_titles(JsonReader& in) {
  Title title;
  const Json& titles = in.object("titles");
  read_object(in, "titles", titles, [&title](JsonReader& words) {
    title.zh = words.text("zh", kMaxText);
    title.en = words.text("en", kMaxText);
  });
  return title;
}

bool is_numeric(ValueType type) {
  return type == ValueType::kInteger || type == ValueType::kNumber;
}

void read_words(JsonReader& in, ValueSchema& schema) {
  const Json* const words = in.optional_array("enum", kMaxWords);
  if (words == nullptr) return;
  if (words->empty()) in.reject("enum", "is empty");
  for (const Json& word : *words) {
    if (!word.is_string()) return in.reject("enum", "expected strings");
    schema.enumeration.push_back(word.get<std::string>());
  }
}

// A limit on a value that can never have it is a mistake in the model, not a limit.
void refuse_for(JsonReader& in, const ValueSchema& schema, std::string_view key) {
  if (in.has(key)) in.reject(key, fmt::format("has no meaning for the type {}", name(schema.type)));
}

void read_schema(JsonReader& in, ValueSchema& schema) {
  if (!in.has("type")) in.reject("type", "is missing");
  schema.type = word_of(in, "type", kValueTypes, ValueType::kNumber);
  if (is_numeric(schema.type)) {
    schema.unit = in.optional_text("unit", kMaxText).value_or("");
    schema.minimum = in.optional_number("minimum", {});
    schema.maximum = in.optional_number("maximum", {});
    if (schema.minimum && schema.maximum && *schema.minimum > *schema.maximum)
      in.reject("minimum", "is above maximum");
  } else {
    for (const char* key : {"unit", "minimum", "maximum"}) refuse_for(in, schema, key);
  }
  if (schema.type == ValueType::kString) {
    schema.max_length =
        static_cast<std::size_t>(in.optional_integer("maxLength", {1, 4096}).value_or(256));
    read_words(in, schema);
  } else {
    for (const char* key : {"maxLength", "enum"}) refuse_for(in, schema, key);
  }
  in.optional_text("description", kMaxDescription);
}

std::set<std::string> read_required(JsonReader& in) {
  std::set<std::string> required;
  const Json* const names = in.optional_array("required", kMaxModels);
  if (names == nullptr) return required;
  for (const Json& each : *names) {
    if (!each.is_string()) {
      in.reject("required", "expected strings");
      break;
    }
    required.insert(each.get<std::string>());
  }
  return required;
}

// False, with the reason, if `models` are too many or one has a name that cannot stand in a topic.
bool check_names(JsonReader& in, std::string_view key, const Json& models) {
  if (models.size() > kMaxModels) in.reject(key, "has too many members");
  for (auto model = models.begin(); in.ok() && model != models.end(); ++model) {
    if (!base::is_id(model.key()))
      in.reject(key, fmt::format("'{}' is no usable name", model.key().substr(0, 64)));
  }
  return in.ok();
}

std::vector<FieldModel> read_object_schema(JsonReader& in) {
  std::vector<FieldModel> fields;
  if (in.text("type", kMaxText) != "object") in.reject("type", "expected 'object'");
  std::set<std::string> required = read_required(in);
  const Json& properties = in.object("properties");
  if (!in.ok() || !check_names(in, "properties", properties)) return fields;
  for (auto member = properties.begin(); member != properties.end(); ++member) {
    FieldModel field{member.key(), {}, required.erase(member.key()) > 0};
    read_object(in, "properties." + field.name, member.value(),
                [&field](JsonReader& schema) { read_schema(schema, field.schema); });
    fields.push_back(std::move(field));
  }
  if (!required.empty())
    in.reject("required",
              fmt::format("names '{}', which is no property", required.begin()->substr(0, 64)));
  return fields;
}

std::vector<FieldModel> read_fields(JsonReader& in, std::string_view key) {
  std::vector<FieldModel> fields;
  if (const Json* const object = in.optional_object(key)) {
    read_object(in, key, *object,
                [&fields](JsonReader& schema) { fields = read_object_schema(schema); });
  }
  return fields;
}

void read_property(JsonReader& in, const std::string& property_name, Profile& profile) {
  PropertyModel model;
  model.name = property_name;
  model.title = read_titles(in);
  read_schema(in, model.schema);
  model.read_only = in.optional_boolean("readOnly").value_or(true);
  if (!is_numeric(model.schema.type)) refuse_for(in, model.schema, "linli:deadBand");
  model.dead_band = in.optional_number("linli:deadBand", {0, 1e12}).value_or(0);
  model.heartbeat = std::chrono::seconds(
      in.optional_integer("linli:heartbeatSeconds", {0, 30 * 86400}).value_or(0));
  read_up_forms(in, UpForm::Target::kProperty,
                static_cast<std::uint16_t>(profile.properties.size()), model.schema.type, profile);
  profile.properties.push_back(std::move(model));
}

void read_action(JsonReader& in, const std::string& action_name, Profile& profile) {
  ActionModel model;
  model.name = action_name;
  model.title = read_titles(in);
  model.input = read_fields(in, "input");
  if (!in.has("linli:safety"))
    in.reject("linli:safety", "is missing: none, actuator, door or life");
  model.safety = word_of(in, "linli:safety", kSafeties, SafetyClass::kActuator);
  model.timeout =
      std::chrono::seconds(in.optional_integer("linli:timeoutSeconds", {1, 3600}).value_or(10));
  in.optional_text("description", kMaxDescription);
  read_down_forms(in, model, static_cast<std::uint16_t>(profile.actions.size()), profile);
  profile.actions.push_back(std::move(model));
}

void read_event(JsonReader& in, const std::string& event_name, Profile& profile) {
  EventModel model;
  model.name = event_name;
  model.title = read_titles(in);
  model.data = read_fields(in, "data");
  if (!in.has("linli:stream"))
    in.reject("linli:stream", "is missing: alarm, access, money, ticket or telemetry");
  model.stream = word_of(in, "linli:stream", kEventStreams, Stream::kTelemetry);
  model.severity = word_of(in, "linli:severity", kSeverities, Severity::kInfo);
  in.optional_text("description", kMaxDescription);
  read_up_forms(in, UpForm::Target::kEvent, static_cast<std::uint16_t>(profile.events.size()),
                std::nullopt, profile);
  profile.events.push_back(std::move(model));
}

using ReadModel = void (*)(JsonReader&, const std::string&, Profile&);

void read_models(JsonReader& in, std::string_view key, Profile& profile, ReadModel read) {
  const Json* const models = in.optional_object(key);
  if (models == nullptr) return;
  if (!check_names(in, key, *models)) return;
  for (auto model = models->begin(); model != models->end(); ++model) {
    const std::string& model_name = model.key();
    read_object(
        in, fmt::format("{}.{}", key, model_name), model.value(),
        [&model_name, &profile, read](JsonReader& body) { read(body, model_name, profile); });
  }
}

bool is_said(const Profile& profile, UpForm::Target target, std::size_t index) {
  return std::any_of(profile.up.begin(), profile.up.end(), [target, index](const UpForm& form) {
    return form.target == target && form.index == index;
  });
}

bool is_heard(const Profile& profile, std::size_t action) {
  return std::any_of(profile.down.begin(), profile.down.end(),
                     [action](const DownForm& form) { return form.action == action; });
}

constexpr std::size_t kMaxResources = 64;  // each is asked of the device by itself

// One driver serves a device, so its forms are all topics or all resources.
void check_dialect(JsonReader& in, const Profile& profile) {
  const bool is_lwm2m = dialect_of(profile) == Dialect::kLwm2m;
  std::set<ObjectPath> resources;
  const auto check = [&in, &resources, is_lwm2m](const auto& form) {
    if (form.resource.has_value() != is_lwm2m)
      in.reject("forms", "some have the subprotocol lwm2m and others have none");
    if (form.resource) resources.insert(form.resource->path);
  };
  for (const UpForm& form : profile.up) check(form);
  for (const DownForm& form : profile.down) check(form);
  if (resources.size() > kMaxResources)
    in.reject("forms", fmt::format("more than {} resources", kMaxResources));
}

// What a terminal says is its driver's business; what it does must be said in its own words.
void check_terminal_forms(JsonReader& in, const Profile& profile) {
  if (!profile.up.empty()) in.reject("linli:terminal", "such a model has no forms but of actions");
  for (const DownForm& form : profile.down)
    if (form.resource || !form.payload.starts_with('{'))
      in.reject("forms", "a terminal is told JSON objects, on a topic");
  for (std::size_t i = 0; i < profile.actions.size(); ++i) {
    if (!is_heard(profile, i))
      in.reject("actions." + profile.actions[i].name, "has no forms that say how to ask for it");
  }
}

// A model with forms is a foreign device's, and each of its parts needs one: without, the part
// would never say or do anything.
void check_forms(JsonReader& in, const Profile& profile) {
  if (dialect_of(profile) == Dialect::kNative) return;
  if (dialect_of(profile) == Dialect::kTerminal) return check_terminal_forms(in, profile);
  check_dialect(in, profile);
  constexpr std::string_view kMissing = "has no forms, though this model maps a foreign device";
  for (std::size_t i = 0; i < profile.properties.size(); ++i) {
    if (!is_said(profile, UpForm::Target::kProperty, i))
      in.reject("properties." + profile.properties[i].name, kMissing);
  }
  for (std::size_t i = 0; i < profile.events.size(); ++i) {
    if (!is_said(profile, UpForm::Target::kEvent, i))
      in.reject("events." + profile.events[i].name, kMissing);
  }
  for (std::size_t i = 0; i < profile.actions.size(); ++i) {
    if (!is_heard(profile, i)) in.reject("actions." + profile.actions[i].name, kMissing);
  }
}

}  // namespace

base::Result<Profile> parse_profile(std::string_view profile_name, std::string_view json) {
  const auto parsed = base::parse_json(json, kLimits);
  if (!parsed) return base::fail(base::Code::kInvalid, "{}: {}", profile_name, parsed.error().what);
  JsonReader in(*parsed, std::string(profile_name));
  Profile profile;
  profile.name = profile_name;
  for (const char* key : {"$schema", "@context", "title", "description", "version"}) in.allow(key);
  if (in.text("@type", kMaxText) != "tm:ThingModel") in.reject("@type", "expected 'tm:ThingModel'");
  profile.title = read_titles(in);
  profile.scenario = in.optional_text("linli:scenario", kMaxText).value_or("");
  if (const Json* terminal = in.optional_object("linli:terminal")) {
    read_object(in, "linli:terminal", *terminal,
                [&profile](JsonReader& model) { profile.terminal = read_terminal_model(model); });
  }
  read_models(in, "properties", profile, &read_property);
  read_models(in, "actions", profile, &read_action);
  read_models(in, "events", profile, &read_event);
  if (const Json* presence = in.optional_object("linli:presence")) {
    read_object(in, "linli:presence", *presence, [&profile](JsonReader& forms) {
      read_up_forms(forms, UpForm::Target::kPresence, 0, std::nullopt, profile);
    });
  }
  check_forms(in, profile);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return profile;
}

}  // namespace linli::domain
