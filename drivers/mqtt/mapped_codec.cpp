#include "drivers/mqtt/mapped_codec.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/domain/schema_check.hpp"

namespace linli::drivers::mqtt {
namespace {

using base::Code;
using domain::UpForm;

constexpr base::JsonLimits kLimits{
    .max_bytes = 64 * 1024, .max_depth = 16, .max_values = 2048, .max_string_bytes = 8192};

void add_once(std::vector<std::string>& topics, std::string topic) {
  if (std::find(topics.begin(), topics.end(), topic) == topics.end())
    topics.push_back(std::move(topic));
}

// The next step of a JSON pointer, with ~1 for / and ~0 for ~.
std::string unescaped(std::string_view token) {
  std::string name;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape = token[i] == '~' && i + 1 < token.size();
    name.push_back(escape ? (token[++i] == '1' ? '/' : '~') : token[i]);
  }
  return name;
}

const base::Json* child_of(const base::Json& parent, const std::string& name) {
  if (parent.is_object()) {
    const auto found = parent.find(name);
    return found == parent.end() ? nullptr : &*found;
  }
  std::size_t index = 0;
  const char* const end = name.data() + name.size();
  const auto read = std::from_chars(name.data(), end, index);
  const bool is_index = read.ec == std::errc() && read.ptr == end;
  return parent.is_array() && is_index && index < parent.size() ? &parent[index] : nullptr;
}

// What stands at `pointer`, or nullptr. The library's own pointers throw when a payload has an
// array where the profile expects an object.
const base::Json* find_at(const base::Json& json, std::string_view pointer) {
  const base::Json* found = &json;
  while (found != nullptr && !pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view token = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(token.size());
    found = child_of(*found, unescaped(token));
  }
  return found;
}

// A payload parsed once, whatever number of forms look into it.
class Payload {
 public:
  explicit Payload(std::string_view text) : text_(text) {}

  // nullopt: there is nothing at `pointer`.
  base::Result<std::optional<domain::Value>> at(const std::string& pointer) {
    if (pointer.empty()) return std::optional<domain::Value>(plain());
    if (!json_) {
      auto parsed = base::parse_json(text_, kLimits);
      if (!parsed) return base::failure_of(std::move(parsed));
      json_ = std::make_unique<base::Json>(*std::move(parsed));
    }
    const base::Json* const found = find_at(*json_, pointer);
    if (found == nullptr || found->is_null()) return std::optional<domain::Value>();
    auto value = domain::scalar_of(*found);
    if (!value) return base::fail(Code::kInvalid, "{}: expected a single value", pointer);
    return value;
  }

 private:
  // A bare payload is a number if it looks like one, and text otherwise.
  domain::Value plain() const {
    const auto parsed = base::parse_json(text_, kLimits);
    if (parsed && (parsed->is_number() || parsed->is_boolean())) return *domain::scalar_of(*parsed);
    return std::string(text_);
  }

  std::string_view text_;
  std::unique_ptr<base::Json> json_;
};

base::Result<void> take(const domain::Profile& profile, const UpForm& form, domain::Value value,
                        domain::Report& report) {
  if (form.target == UpForm::Target::kProperty) {
    auto checked = domain::to_value(std::move(value), profile.properties[form.index].schema);
    if (!checked) return base::failure_of(std::move(checked), profile.properties[form.index].name);
    report.readings.push_back({form.index, *std::move(checked)});
    return {};
  }
  const bool holds = !form.when || *form.when == value;
  if (form.target == UpForm::Target::kPresence) {
    report.presence = holds ? domain::Presence::kOnline : domain::Presence::kOffline;
  } else if (holds) {
    report.events.push_back({form.index, "{}"});
  }
  return {};
}

base::Result<void> read_form(const domain::Profile& profile, const UpForm& form, Payload& payload,
                             domain::Report& report) {
  auto found = payload.at(form.pointer);
  if (!found) return base::failure_of(std::move(found));
  if (!*found) return {};
  auto value = domain::apply(form.transforms, **std::move(found));
  if (!value) return base::failure_of(std::move(value), form.pointer);
  return take(profile, form, *std::move(value), report);
}

// Puts the input's members where the payload's template says "{name}".
base::Result<void> fill(base::Json& node, const base::Json& input,
                        const std::vector<domain::Transform>& transforms) {
  if (node.is_structured()) {
    for (base::Json& child : node) {
      if (auto filled = fill(child, input, transforms); !filled) return filled;
    }
    return {};
  }
  if (!node.is_string()) return {};
  const auto& text = node.get_ref<const std::string&>();
  if (text.size() < 3 || text.front() != '{' || text.back() != '}') return {};
  const std::string name = text.substr(1, text.size() - 2);
  if (!input.contains(name)) return base::fail(Code::kInvalid, "input.{}: is missing", name);
  auto value = domain::scalar_of(input[name]);
  if (!value) return base::fail(Code::kInvalid, "input.{}: expected a single value", name);
  auto changed = domain::apply(transforms, *std::move(value));
  if (!changed) return base::failure_of(std::move(changed), "input." + name);
  node = base::parse_json(domain::to_json(*changed)).value_or(base::Json());
  return {};
}

}  // namespace

std::string expand_topic(std::string_view topic, std::string_view device) {
  constexpr std::string_view kId = "{id}";
  std::string expanded(topic);
  for (std::size_t at = expanded.find(kId); at != std::string::npos;
       at = expanded.find(kId, at + device.size())) {
    expanded.replace(at, kId.size(), device);
  }
  return expanded;
}

std::vector<std::string> up_topics(const domain::Profile& profile, std::string_view device) {
  std::vector<std::string> topics;
  for (const UpForm& form : profile.up) add_once(topics, expand_topic(form.topic, device));
  return topics;
}

std::vector<std::string> down_topics(const domain::Profile& profile, std::string_view device) {
  std::vector<std::string> topics;
  for (const domain::DownForm& form : profile.down)
    add_once(topics, expand_topic(form.topic, device));
  return topics;
}

domain::Report decode_mapped(const domain::Profile& profile, domain::DeviceId device,
                             std::string_view topic, std::string_view payload) {
  domain::Report report;
  Payload parsed(payload);
  for (const UpForm& form : profile.up) {
    if (expand_topic(form.topic, device.str()) != topic) continue;
    auto read = read_form(profile, form, parsed, report);
    if (read) continue;
    report = {};
    report.rejection = read.error().what;
    break;
  }
  report.device = std::move(device);
  return report;
}

base::Result<MappedCommand> encode_mapped(const domain::Profile& profile,
                                          const ports::ActionRequest& request) {
  const auto form = std::find_if(
      profile.down.begin(), profile.down.end(),
      [&request](const domain::DownForm& candidate) { return candidate.action == request.action; });
  if (form == profile.down.end()) {
    return base::fail(Code::kUnsupported, "the profile {} does not say how to send '{}'",
                      profile.name, profile.actions[request.action].name);
  }
  MappedCommand command{expand_topic(form->topic, request.device.str()), form->payload};
  if (form->payload.find('{') == std::string::npos) return command;  // nothing to fill in
  auto payload = base::parse_json(form->payload, kLimits);
  if (!payload) return base::failure_of(std::move(payload), "linli:payload");
  auto input = base::parse_json(request.input, kLimits);
  if (!input) return base::failure_of(std::move(input));
  if (auto filled = fill(*payload, *input, form->transforms); !filled)
    return base::failure_of(std::move(filled));
  command.payload = payload->is_string() ? payload->get<std::string>() : base::dump_json(*payload);
  return command;
}

}  // namespace linli::drivers::mqtt
