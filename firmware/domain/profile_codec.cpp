#include "firmware/domain/profile_codec.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "firmware/base/id.hpp"
#include "firmware/base/json_reader.hpp"

namespace linli::domain {
namespace {

using base::Json;
using base::JsonReader;

constexpr base::JsonLimits kLimits{
    .max_bytes = 256 * 1024, .max_depth = 16, .max_values = 8192, .max_string_bytes = 4096};
constexpr std::size_t kMaxModels = 128;
constexpr std::size_t kMaxForms = 16;
constexpr std::size_t kMaxWords = 64;
constexpr std::size_t kMaxText = 256;

// One member of a closed set by its word, e.g. "door" for SafetyClass::kDoor.
template <class T, std::size_t N>
T word_of(JsonReader& in, std::string_view key, const std::array<T, N>& all, T fallback) {
  const auto word = in.optional_text(key, kMaxText);
  if (!word) return fallback;
  std::string known;
  for (const T candidate : all) {
    if (name(candidate) == *word) return candidate;
    known += (known.empty() ? "" : ", ") + std::string(name(candidate));
  }
  in.reject(key, fmt::format("expected one of {}, found '{}'", known, *word));
  return fallback;
}

constexpr std::array kTypes{ValueType::kBoolean, ValueType::kInteger, ValueType::kNumber,
                            ValueType::kString};
constexpr std::array kSafeties{SafetyClass::kNone, SafetyClass::kActuator, SafetyClass::kDoor,
                               SafetyClass::kLife};
constexpr std::array kSeverities{Severity::kInfo, Severity::kWarning, Severity::kAlarm,
                                 Severity::kCritical};

// Runs `read` on the object `json` and passes its first problem up to `parent`.
template <class Read>
void read_object(JsonReader& parent, std::string_view key, const Json& json, Read read) {
  if (!parent.ok()) return;
  JsonReader in(json);
  read(in);
  if (auto done = in.finish(); !done) parent.reject(key, done.error().what);
}

Title read_titles(JsonReader& in) {
  Title title;
  const Json& titles = in.object("titles");
  read_object(in, "titles", titles, [&title](JsonReader& words) {
    title.zh = words.text("zh", kMaxText);
    title.en = words.text("en", kMaxText);
  });
  return title;
}

void read_schema(JsonReader& in, ValueSchema& schema) {
  if (!in.has("type")) in.reject("type", "is missing");
  schema.type = word_of(in, "type", kTypes, ValueType::kNumber);
  schema.unit = in.optional_text("unit", kMaxText).value_or("");
  schema.minimum = in.optional_number("minimum", {});
  schema.maximum = in.optional_number("maximum", {});
  if (schema.minimum && schema.maximum && *schema.minimum > *schema.maximum)
    in.reject("minimum", "is above maximum");
  schema.max_length =
      static_cast<std::size_t>(in.optional_integer("maxLength", {1, 4096}).value_or(256));
  if (const Json* words = in.optional_array("enum", kMaxWords)) {
    for (const Json& word : *words) {
      if (!word.is_string()) return in.reject("enum", "expected strings");
      schema.enumeration.push_back(word.get<std::string>());
    }
  }
  in.optional_text("description", 1024);
}

std::vector<FieldModel> read_fields(JsonReader& in, std::string_view key) {
  std::vector<FieldModel> fields;
  const Json* const object = in.optional_object(key);
  if (object == nullptr) return fields;
  read_object(in, key, *object, [&fields](JsonReader& schema) {
    if (schema.text("type", kMaxText) != "object") schema.reject("type", "expected 'object'");
    std::set<std::string> required;
    if (const Json* names = schema.optional_array("required", kMaxModels)) {
      for (const Json& each : *names)
        required.insert(each.is_string() ? each.get<std::string>() : "");
    }
    const Json& properties = schema.object("properties");
    if (!schema.ok()) return;
    for (const auto& [field_name, json] : properties.items()) {
      FieldModel field{field_name, {}, required.erase(field_name) > 0};
      read_object(schema, "properties." + field_name, json,
                  [&field](JsonReader& f) { read_schema(f, field.schema); });
      fields.push_back(std::move(field));
    }
    if (!required.empty())
      schema.reject("required", "names '" + *required.begin() + "', which is no property");
  });
  return fields;
}

std::optional<Value> read_value(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  return std::nullopt;
}

void read_map(JsonReader& in, Transform& step) {
  const Json& pairs = in.array("map", kMaxWords);
  for (const Json& pair : pairs) {
    const bool is_pair = pair.is_array() && pair.size() == 2;
    const auto from = is_pair ? read_value(pair[0]) : std::nullopt;
    const auto to = is_pair ? read_value(pair[1]) : std::nullopt;
    if (!from || !to) return in.reject("map", "expected pairs of values, like [\"on\", true]");
    step.map.emplace_back(*from, *to);
  }
}

Transform read_transform(JsonReader& in) {
  Transform step;
  if (in.has("scale")) {
    step.kind = Transform::Kind::kScale;
    step.number = in.number("scale", {});
  } else if (in.has("offset")) {
    step.kind = Transform::Kind::kOffset;
    step.number = in.number("offset", {});
  } else if (in.has("map")) {
    step.kind = Transform::Kind::kMap;
    read_map(in, step);
  } else if (in.has("bit")) {
    step.kind = Transform::Kind::kBit;
    step.bit = static_cast<int>(in.integer("bit", {0, 63}));
  } else if (in.has("bcd")) {
    step.kind = Transform::Kind::kBcd;
    in.boolean("bcd");
  } else if (in.has("wordOrder")) {
    step.kind = Transform::Kind::kWordOrder;
    if (in.text("wordOrder", kMaxText) != "swapped") in.reject("wordOrder", "expected 'swapped'");
  } else {
    in.reject("", "expected one of scale, offset, map, bit, bcd, wordOrder");
  }
  return step;
}

std::vector<Transform> read_transforms(JsonReader& in) {
  std::vector<Transform> steps;
  const Json* const list = in.optional_array("linli:transforms", kMaxForms);
  if (list == nullptr) return steps;
  for (const Json& json : *list) {
    read_object(in, "linli:transforms", json,
                [&steps](JsonReader& step) { steps.push_back(read_transform(step)); });
  }
  return steps;
}

// "forms" of a property, event or the presence: where in which message it stands.
void read_up_forms(JsonReader& in, UpForm::Target target, std::uint16_t index, Profile& profile) {
  const Json* const forms = in.optional_array("forms", kMaxForms);
  if (forms == nullptr) return;
  for (const Json& json : *forms) {
    read_object(in, "forms", json, [&profile, target, index](JsonReader& form) {
      UpForm up;
      up.target = target;
      up.index = index;
      up.topic = form.text("href", kMaxText);
      up.pointer = form.optional_text("linli:pointer", kMaxText).value_or("");
      if (!up.pointer.empty() && up.pointer.front() != '/')
        form.reject("linli:pointer", "a JSON pointer begins with /");
      up.transforms = read_transforms(form);
      if (const Json* when = form.optional_any("linli:when")) up.when = read_value(*when);
      if (up.topic.find_first_of("+#$") != std::string::npos)
        form.reject("href", "a topic without + # $, with {id}");
      if (up.topic.find("{id}") == std::string::npos)
        form.reject("href", "must name the device with {id}");
      profile.up.push_back(std::move(up));
    });
  }
}

void read_down_forms(JsonReader& in, std::uint16_t action, Profile& profile) {
  const Json* const forms = in.optional_array("forms", kMaxForms);
  if (forms == nullptr) return;
  for (const Json& json : *forms) {
    read_object(in, "forms", json, [&profile, action](JsonReader& form) {
      DownForm down;
      down.action = action;
      down.topic = form.text("href", kMaxText);
      const Json& payload = form.any("linli:payload");
      down.payload =
          payload.is_string() && payload.get<std::string>().find('{') == std::string::npos
              ? payload.get<std::string>()
              : base::dump_json(payload);
      down.transforms = read_transforms(form);
      if (down.topic.find("{id}") == std::string::npos)
        form.reject("href", "must name the device with {id}");
      profile.down.push_back(std::move(down));
    });
  }
}

void read_property(JsonReader& in, const std::string& property_name, Profile& profile) {
  PropertyModel model;
  model.name = property_name;
  model.title = read_titles(in);
  read_schema(in, model.schema);
  model.read_only = in.optional_boolean("readOnly").value_or(true);
  model.dead_band = in.optional_number("linli:deadBand", {0, 1e12}).value_or(0);
  model.heartbeat = std::chrono::seconds(
      in.optional_integer("linli:heartbeatSeconds", {0, 30 * 86400}).value_or(0));
  read_up_forms(in, UpForm::Target::kProperty,
                static_cast<std::uint16_t>(profile.properties.size()), profile);
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
  in.optional_text("description", 1024);
  read_down_forms(in, static_cast<std::uint16_t>(profile.actions.size()), profile);
  profile.actions.push_back(std::move(model));
}

void read_event(JsonReader& in, const std::string& event_name, Profile& profile) {
  EventModel model;
  model.name = event_name;
  model.title = read_titles(in);
  model.data = read_fields(in, "data");
  if (!in.has("linli:stream"))
    in.reject("linli:stream", "is missing: alarm, access, money, ticket or telemetry");
  model.stream = word_of(in, "linli:stream", kStreams, Stream::kTelemetry);
  model.severity = word_of(in, "linli:severity", kSeverities, Severity::kInfo);
  in.optional_text("description", 1024);
  read_up_forms(in, UpForm::Target::kEvent, static_cast<std::uint16_t>(profile.events.size()),
                profile);
  profile.events.push_back(std::move(model));
}

using ReadModel = void (*)(JsonReader&, const std::string&, Profile&);

void read_models(JsonReader& in, std::string_view key, Profile& profile, ReadModel read) {
  const Json* const models = in.optional_object(key);
  if (models == nullptr) return;
  if (models->size() > kMaxModels) return in.reject(key, "has too many members");
  for (auto model = models->begin(); model != models->end(); ++model) {
    const std::string& model_name = model.key();
    if (!base::is_id(model_name))
      return in.reject(key, "'" + model_name.substr(0, 64) + "' is no usable name");
    const std::string place = fmt::format("{}.{}", key, model_name);
    read_object(in, place, model.value(), [&model_name, &profile, read](JsonReader& body) {
      read(body, model_name, profile);
    });
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
  read_models(in, "properties", profile, &read_property);
  read_models(in, "actions", profile, &read_action);
  read_models(in, "events", profile, &read_event);
  if (const Json* presence = in.optional_object("linli:presence")) {
    read_object(in, "linli:presence", *presence, [&profile](JsonReader& forms) {
      read_up_forms(forms, UpForm::Target::kPresence, 0, profile);
    });
  }
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return profile;
}

}  // namespace linli::domain
