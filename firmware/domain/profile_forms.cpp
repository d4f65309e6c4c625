#include "firmware/domain/profile_forms.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json_reader.hpp"
#include "firmware/domain/profile_members.hpp"
#include "firmware/domain/profile_resources.hpp"
#include "firmware/domain/schema_check.hpp"

namespace linli::domain {
namespace {

using base::Json;
using base::JsonReader;

constexpr std::size_t kMaxForms = 16;
constexpr std::size_t kMaxPairs = 64;
constexpr std::string_view kId = "{id}";

void read_map(JsonReader& in, Transform& step) {
  for (const Json& pair : in.array("map", kMaxPairs)) {
    const bool is_pair = pair.is_array() && pair.size() == 2;
    const auto from = is_pair ? scalar_of(pair[0]) : std::nullopt;
    const auto to = is_pair ? scalar_of(pair[1]) : std::nullopt;
    if (!from || !to) return in.reject("map", "expected pairs of values, like [\"on\", true]");
    step.map.emplace_back(*from, *to);
  }
  if (in.ok() && step.map.empty()) in.reject("map", "is empty");
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
    if (!in.boolean("bcd")) in.reject("bcd", "expected true");
  } else if (in.has("wordOrder")) {
    step.kind = Transform::Kind::kWordOrder;
    if (in.text("wordOrder", kMaxText) != "swapped") in.reject("wordOrder", "expected 'swapped'");
  } else {
    const auto keys = in.keys();
    in.reject(keys.empty() ? "" : keys.front().substr(0, 64),
              "expected one of scale, offset, map, bit, bcd, wordOrder");
  }
  return step;
}

std::vector<Transform> read_transforms(JsonReader& in) {
  std::vector<Transform> steps;
  const Json* const list = in.optional_array("linli:transforms", kMaxForms);
  if (list == nullptr) return steps;
  for (const Json& json : *list) {
    read_object(in, fmt::format("linli:transforms[{}]", steps.size()), json,
                [&steps](JsonReader& step) { steps.push_back(read_transform(step)); });
  }
  return steps;
}

bool is_topic(std::string_view topic) {
  return std::none_of(topic.begin(), topic.end(), [](char c) {
    return c == '+' || c == '#' || c == '$' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
}

// The device with this id gets rights on the topic, so it must name the device, and for no id may
// it reach into the topics of the native contract, which belong to others.
bool may_be_native(std::string topic) {
  constexpr std::string_view kNative = "linli/";
  for (std::size_t at = topic.find(kId); at != std::string::npos; at = topic.find(kId))
    topic.replace(at, kId.size(), "linli");
  return topic.starts_with(kNative) && topic.substr(kNative.size()).starts_with("v1/");
}

std::string read_topic(JsonReader& form) {
  std::string topic = form.text("href", kMaxText);
  if (!form.ok()) return topic;
  if (const std::string_view problem = topic_problem(topic, true); !problem.empty())
    form.reject("href", problem);
  return topic;
}

bool is_pointer(std::string_view pointer) {
  if (!pointer.empty() && pointer.front() != '/') return false;
  for (std::size_t at = pointer.find('~'); at != std::string_view::npos;
       at = pointer.find('~', at + 1)) {
    const char next = at + 1 < pointer.size() ? pointer[at + 1] : ' ';
    if (next != '0' && next != '1') return false;
  }
  return true;
}

void read_place(JsonReader& form, UpForm& up) {
  up.topic = read_topic(form);
  up.pointer = form.optional_text("linli:pointer", kMaxText).value_or("");
  if (!is_pointer(up.pointer))
    form.reject("linli:pointer", "expected a JSON pointer like /state/battery, with ~1 for /");
}

UpForm read_up_form(JsonReader& form, UpForm::Target target, std::uint16_t index,
                    std::optional<ValueType> type) {
  UpForm up;
  up.target = target;
  up.index = index;
  const bool is_resource = is_resource_form(form);
  if (!is_resource) read_place(form, up);
  up.transforms = read_transforms(form);
  if (target != UpForm::Target::kProperty) {
    if (const Json* when = form.optional_any("linli:when")) {
      up.when = scalar_of(*when);
      if (!up.when) form.reject("linli:when", "expected a number, a string, true or false");
    }
  }
  if (is_resource) up.resource = read_resource(form, up.when ? type_of(*up.when) : type);
  if (is_resource && target == UpForm::Target::kPresence)
    form.reject("subprotocol", "a LwM2M device is there while it is registered");
  return up;
}

// Each string of the payload that has a brace must be one whole "{member}" of the action's input; a
// terminal also gets "{message}", which comes back in its answer, and "{id}".
void check_payload(JsonReader& form, const Json& node, const ActionModel& action,
                   bool is_terminal = false) {
  if (node.is_structured()) {
    for (const Json& child : node) check_payload(form, child, action, is_terminal);
    return;
  }
  if (!node.is_string()) return;
  const auto& text = node.get_ref<const std::string&>();
  if (text.find_first_of("{}") == std::string::npos) return;
  if (is_terminal && (text == "{message}" || text == "{id}")) return;
  const bool is_member =
      std::any_of(action.input.begin(), action.input.end(),
                  [&text](const FieldModel& field) { return text == "{" + field.name + "}"; });
  if (!is_member) {
    form.reject("linli:payload", fmt::format("'{}' is no member of the input", text.substr(0, 64)));
  }
}

// A LwM2M device takes one value, or none (Execute).
DownForm read_resource_action(JsonReader& form, const ActionModel& action, std::uint16_t index) {
  DownForm down;
  down.action = index;
  down.executes = read_operation(form) == ResourceOperation::kExecute;
  std::optional<ValueType> type;
  if (!down.executes) {
    const Json& payload = form.any("linli:payload");
    if (payload.is_structured() || payload.is_null())
      form.reject("linli:payload", "expected one value");
    check_payload(form, payload, action);
    down.payload = base::dump_json(payload);
    down.transforms = read_transforms(form);
    type = payload_type(payload, action);
  }
  down.resource = read_resource(form, down.executes ? ValueType::kString : type);
  return down;
}

DownForm read_down_form(JsonReader& form, const ActionModel& action, std::uint16_t index,
                        bool is_terminal) {
  if (is_resource_form(form)) return read_resource_action(form, action, index);
  DownForm down;
  down.action = index;
  down.topic = read_topic(form);
  const Json& payload = form.any("linli:payload");
  check_payload(form, payload, action, is_terminal);
  const bool is_plain =
      payload.is_string() && payload.get_ref<const std::string&>().find('{') == std::string::npos;
  down.payload = is_plain ? payload.get<std::string>() : base::dump_json(payload);
  down.transforms = read_transforms(form);
  return down;
}

}  // namespace

std::string_view topic_problem(std::string_view topic, bool names_device) {
  if (names_device && topic.find(kId) == std::string_view::npos)
    return "must name the device with {id}";
  if (!is_topic(topic)) return "expected a topic without + # $ and control characters";
  if (may_be_native(std::string(topic))) return "linli/v1/ belongs to the native contract";
  return "";
}

void read_up_forms(JsonReader& in, UpForm::Target target, std::uint16_t index,
                   std::optional<ValueType> type, Profile& profile) {
  const Json* const forms = in.optional_array("forms", kMaxForms);
  if (forms == nullptr) return;
  for (std::size_t i = 0; i < forms->size(); ++i) {
    read_object(in, fmt::format("forms[{}]", i), (*forms)[i],
                [&profile, target, index, type](JsonReader& form) {
                  profile.up.push_back(read_up_form(form, target, index, type));
                });
  }
}

void read_down_forms(JsonReader& in, const ActionModel& action, std::uint16_t index,
                     Profile& profile) {
  const Json* const forms = in.optional_array("forms", 1);
  if (forms == nullptr || forms->empty()) return;
  read_object(in, "forms[0]", forms->front(), [&profile, &action, index](JsonReader& form) {
    profile.down.push_back(read_down_form(form, action, index, profile.terminal.has_value()));
  });
}

}  // namespace linli::domain
