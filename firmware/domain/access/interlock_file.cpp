#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/domain/access/interlock.hpp"
#include "firmware/domain/schema_check.hpp"

namespace linli::domain::access {
namespace {

using base::Code;
using base::Json;
using base::JsonReader;

constexpr std::size_t kMaxName = 128;
constexpr std::string_view kUnlock = "unlock";
constexpr base::JsonLimits kLimits{
    .max_bytes = 1024 * 1024, .max_depth = 12, .max_values = 128 * 1024, .allow_comments = true};

DeviceId read_device(JsonReader& in) {
  const std::string text = in.text("device", kMaxName);
  auto device = DeviceId::parse(text);
  if (device) return *std::move(device);
  in.reject("device", device.error().what);
  return {};
}

std::string read_name(JsonReader& in, std::string_view key) {
  std::string text = in.text(key, kMaxName);
  if (text.empty() || !base::is_utf8(text)) in.reject(key, "is empty");
  return text;
}

base::Result<Trigger> read_trigger(const Json& json, const std::string& path) {
  JsonReader in(json, path);
  Trigger trigger;
  trigger.device = read_device(in);
  trigger.is_event = !in.has("property");
  if (trigger.is_event) {
    trigger.name = read_name(in, "event");
  } else {
    trigger.name = read_name(in, "property");
    auto value = scalar_of(in.any("equals"));
    if (!value) in.reject("equals", "expected true, false, a number or a string");
    trigger.equals = std::move(value).value_or(false);
    if (in.has("event")) in.reject("event", "stands beside a property: make two of them");
  }
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return trigger;
}

base::Result<Release> read_release(const Json& json, const std::string& path) {
  JsonReader in(json, path);
  Release release;
  release.door = read_name(in, "door");
  release.device = read_device(in);
  release.action = in.has("action") ? read_name(in, "action") : std::string(kUnlock);
  const Json* const input = in.optional_object("input");
  release.input = input == nullptr ? "{}" : base::dump_json(*input);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return release;
}

bool is_twice(const std::vector<Trigger>& before, const Trigger& trigger) {
  return std::find(before.begin(), before.end(), trigger) != before.end();
}

// What makes a release a repeat of one before it; empty if it is none.
std::string repeat_of(const std::vector<Release>& before, const Release& release) {
  for (const Release& each : before) {
    if (each.door == release.door)
      return fmt::format("door: '{}' is there twice in this rule", each.door);
    if (each.device == release.device && each.action == release.action) {
      return fmt::format("device: '{}' is there twice in this rule with '{}'", each.device.str(),
                         each.action);
    }
  }
  return {};
}

base::Result<void> read_when(const Json& list, const std::string& path, InterlockRule& rule) {
  for (const Json& item : list) {
    const std::string place = fmt::format("{}.when[{}]", path, rule.when.size());
    auto trigger = read_trigger(item, place);
    if (!trigger) return base::failure_of(std::move(trigger));
    if (is_twice(rule.when, *trigger))
      return base::fail(Code::kInvalid, "{}: is there twice in this rule", place);
    rule.when.push_back(*std::move(trigger));
  }
  return {};
}

base::Result<void> read_releases(const Json& list, const std::string& path, InterlockRule& rule) {
  for (const Json& item : list) {
    const std::string place = fmt::format("{}.release[{}]", path, rule.release.size());
    auto release = read_release(item, place);
    if (!release) return base::failure_of(std::move(release));
    if (const std::string repeat = repeat_of(rule.release, *release); !repeat.empty())
      return base::fail(Code::kInvalid, "{}.{}", place, repeat);
    rule.release.push_back(*std::move(release));
  }
  return {};
}

base::Result<InterlockRule> read_rule(const Json& json, const std::string& path) {
  JsonReader in(json, path);
  InterlockRule rule;
  rule.name = read_name(in, "name");
  const Json& when = in.array("when", kMostTriggers);
  const Json& release = in.array("release", kMostReleases);
  if (when.empty()) in.reject("when", "is empty: the rule would never be triggered");
  if (release.empty()) in.reject("release", "is empty: the rule would open nothing");
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  if (auto read = read_when(when, path, rule); !read) return base::failure_of(std::move(read));
  if (auto read = read_releases(release, path, rule); !read)
    return base::failure_of(std::move(read));
  return rule;
}

// --- against the site ---

base::Error problem(const std::string& place, std::string what) {
  return {Code::kInvalid, place + ": " + std::move(what)};
}

std::string not_registered(const DeviceId& device) {
  return fmt::format("the device '{}' is not registered: add it, or correct the name",
                     device.str());
}

void check_trigger(const Trigger& trigger, const std::string& place, const FindProfile& find,
                   std::vector<base::Error>& out) {
  const Profile* const profile = find(trigger.device.str());
  if (profile == nullptr) {
    out.push_back(problem(place + ".device", not_registered(trigger.device)));
    return;
  }
  if (trigger.is_event) {
    if (event_index(*profile, trigger.name)) return;
    out.push_back(
        problem(place + ".event", fmt::format("'{}', a {}, has no event '{}'", trigger.device.str(),
                                              profile->name, trigger.name)));
    return;
  }
  const auto index = property_index(*profile, trigger.name);
  if (!index) {
    out.push_back(problem(place + ".property",
                          fmt::format("'{}', a {}, has no property '{}'", trigger.device.str(),
                                      profile->name, trigger.name)));
    return;
  }
  const auto value = to_value(trigger.equals, profile->properties[*index].schema);
  if (!value) out.push_back(problem(place + ".equals", value.error().what));
}

bool opens(const ActionModel& action) {
  return action.safety == SafetyClass::kDoor || action.safety == SafetyClass::kLife;
}

void check_release(const Release& release, const std::string& place, const FindProfile& find,
                   std::vector<base::Error>& out) {
  const Profile* const profile = find(release.device.str());
  if (profile == nullptr) {
    out.push_back(problem(place + ".device", not_registered(release.device)));
    return;
  }
  const auto index = action_index(*profile, release.action);
  if (!index || !opens(profile->actions[*index])) {
    const std::string_view why = index ? "opens no way" : "is not there";
    out.push_back(
        problem(place + ".action",
                fmt::format("the action '{}' of '{}', a {}, {}: name the one that unlocks",
                            release.action, release.device.str(), profile->name, why)));
    return;
  }
  const auto input = validate_input(profile->actions[*index].input, release.input);
  if (!input) out.push_back(problem(place + ".input", input.error().what));
}

std::string_view why_missing(const Release& release, const FindProfile& find,
                             const std::function<bool(std::string_view)>& is_online) {
  const Profile* const profile = find(release.device.str());
  if (profile == nullptr) return "not_registered";
  const auto index = action_index(*profile, release.action);
  if (!index || !opens(profile->actions[*index])) return "no_such_action";
  return is_online(release.device.str()) ? "" : "offline";
}

}  // namespace

base::Result<Interlocks> parse_interlocks(std::string_view text) {
  auto json = base::parse_json(text, kLimits);
  if (!json) return base::failure_of(std::move(json));
  JsonReader in(*json);
  in.allow("$schema");
  const Json& rules = in.array("rules", kMostRules);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  Interlocks interlocks;
  for (const Json& item : rules) {
    const std::string path = fmt::format("rules[{}]", interlocks.rules.size());
    auto rule = read_rule(item, path);
    if (!rule) return base::failure_of(std::move(rule));
    for (const InterlockRule& each : interlocks.rules) {
      if (each.name == rule->name)
        return base::fail(Code::kInvalid, "{}.name: '{}' is there twice", path, each.name);
    }
    interlocks.rules.push_back(*std::move(rule));
  }
  return interlocks;
}

std::vector<base::Error> check_interlocks(const Interlocks& interlocks, const FindProfile& find) {
  std::vector<base::Error> problems;
  for (std::size_t i = 0; i < interlocks.rules.size(); ++i) {
    const InterlockRule& rule = interlocks.rules[i];
    for (std::size_t k = 0; k < rule.when.size(); ++k)
      check_trigger(rule.when[k], fmt::format("rules[{}].when[{}]", i, k), find, problems);
    for (std::size_t k = 0; k < rule.release.size(); ++k)
      check_release(rule.release[k], fmt::format("rules[{}].release[{}]", i, k), find, problems);
  }
  return problems;
}

std::vector<MissingActuator> missing_actuators(
    const Interlocks& interlocks, const FindProfile& find,
    const std::function<bool(std::string_view device)>& is_online) {
  std::vector<MissingActuator> missing;
  for (const InterlockRule& rule : interlocks.rules) {
    for (const Release& release : rule.release) {
      const std::string_view why = why_missing(release, find, is_online);
      if (!why.empty()) missing.push_back({rule.name, release.door, release.device, why});
    }
  }
  return missing;
}

}  // namespace linli::domain::access
