#include "firmware/domain/access/interlock.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "firmware/base/json_reader.hpp"

namespace linli::domain::access {
namespace {

using base::Code;
using base::Json;
using base::JsonReader;

constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxInput = 4'096;
constexpr base::JsonLimits kRowLimits{
    .max_bytes = 4 * 1024 * 1024, .max_depth = 8, .max_values = 256 * 1024};

bool contains(const std::vector<Release>& releases, const Release& release) {
  return std::find(releases.begin(), releases.end(), release) != releases.end();
}

void add_new(std::vector<Release>& out, const std::vector<Release>& more) {
  for (const Release& each : more)
    if (!contains(out, each)) out.push_back(each);
}

bool is_same(const Value& one, const Value& other) {
  if (one == other) return true;
  const auto number = [](const Value& value) -> const double* {
    return std::get_if<double>(&value);
  };
  const auto* const whole = std::get_if<std::int64_t>(&one);
  const auto* const other_whole = std::get_if<std::int64_t>(&other);
  if (whole != nullptr && number(other) != nullptr)
    return static_cast<double>(*whole) == *number(other);
  if (other_whole != nullptr && number(one) != nullptr)
    return static_cast<double>(*other_whole) == *number(one);
  return false;
}

// True if this report makes the trigger fire. A property fires when it stands at its value, also
// when that is said again: after a reset while the value stands is refused, it is nothing new.
bool fires(const InterlockRule& rule, std::size_t number, InterlockState& state,
           const Observed& observed) {
  const Trigger& trigger = rule.when[number];
  const bool is_about = trigger.is_event == observed.is_event && trigger.name == observed.name &&
                        trigger.device.str() == observed.device;
  if (!is_about) return false;
  if (trigger.is_event) return true;
  if (is_same(trigger.equals, observed.value)) {
    state.standing.emplace(rule.name, number);
    return true;
  }
  state.standing.erase({rule.name, number});
  return false;
}

base::Result<Release> release_from(const Json& json, const std::string& path) {
  JsonReader in(json, path);
  Release release;
  release.door = in.text("door", kMaxName);
  auto device = DeviceId::parse(in.text("device", kMaxName));
  release.action = in.text("action", kMaxName);
  release.input = in.text("input", kMaxInput);
  if (!device) in.reject("device", device.error().what);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  release.device = *std::move(device);
  return release;
}

}  // namespace

std::vector<Release> on_event(const Interlocks& interlocks, InterlockState& state,
                              const Observed& observed, const IsPast& is_past) {
  std::vector<Release> releases;
  for (const InterlockRule& rule : interlocks.rules) {
    if (is_past && is_past(rule)) continue;
    bool is_triggered = false;
    for (std::size_t i = 0; i < rule.when.size(); ++i)
      is_triggered = fires(rule, i, state, observed) || is_triggered;
    if (!is_triggered || state.active.contains(rule.name)) continue;
    state.active.emplace(rule.name, rule.release);
    add_new(releases, rule.release);
  }
  return releases;
}

std::vector<Release> held_releases(const InterlockState& state) {
  std::vector<Release> held;
  for (const auto& [rule, releases] : state.active) add_new(held, releases);
  return held;
}

base::Result<std::vector<Release>> reset(InterlockState& state, std::string_view rule) {
  const auto found = state.active.find(std::string(rule));
  if (found == state.active.end()) {
    return base::fail(Code::kNotFound,
                      "the fire rule '{}' is not active: there is nothing to reset",
                      rule.substr(0, kMaxName));
  }
  const bool is_standing = std::any_of(state.standing.begin(), state.standing.end(),
                                       [rule](const auto& each) { return each.first == rule; });
  if (is_standing) {
    return base::fail(Code::kConflict,
                      "the fire rule '{}' is still triggered: reset the fire panel first, nothing "
                      "was locked",
                      rule);
  }
  const std::vector<Release> own = found->second;
  state.active.erase(found);
  const std::vector<Release> held = held_releases(state);
  std::vector<Release> freed;
  // A door that another rule holds by another actuator or action stays open too.
  for (const Release& each : own) {
    const bool is_held = std::any_of(held.begin(), held.end(), [&each](const Release& other) {
      return other.door == each.door || other.device == each.device;
    });
    if (!is_held) freed.push_back(each);
  }
  return freed;
}

std::string to_row(const InterlockState& state) {
  Json active = Json::object();
  for (const auto& [rule, releases] : state.active) {
    Json list = Json::array();
    for (const Release& each : releases) {
      list.push_back({{"door", each.door},
                      {"device", each.device.str()},
                      {"action", each.action},
                      {"input", each.input}});
    }
    active[rule] = std::move(list);
  }
  return base::dump_json({{"active", std::move(active)}});
}

base::Result<InterlockState> interlock_state_from_row(std::string_view row) {
  auto json = base::parse_json(row, kRowLimits);
  if (!json) return base::failure_of(std::move(json));
  JsonReader in(*json);
  const Json& active = in.object("active");
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  InterlockState state;
  for (const auto& [rule, list] : active.items()) {
    const std::string path = "active." + rule.substr(0, kMaxName);
    if (!list.is_array()) return base::fail(Code::kInvalid, "{}: expected a list", path);
    std::vector<Release> releases;
    for (const Json& item : list) {
      auto release = release_from(item, fmt::format("{}[{}]", path, releases.size()));
      if (!release) return base::failure_of(std::move(release));
      releases.push_back(*std::move(release));
    }
    state.active.emplace(rule, std::move(releases));
  }
  return state;
}

}  // namespace linli::domain::access
