#include "firmware/core/interlock_desk.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/log.hpp"

// What the desk does when something is said. How it gets to the disk stands in
// interlock_records.cpp.
namespace linli::core {
namespace {

namespace access = domain::access;
using base::Code;

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

InterlockDesk::InterlockDesk(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
                             const DeviceTable& devices, Dependencies dependencies)
    : loop_(loop),
      store_(store),
      clock_(clock),
      devices_(devices),
      drive_(loop, devices, std::move(dependencies.run),
             {std::move(dependencies.driver_of),
              [this](const Release& release, bool is_open, const std::string& why) {
                tell_doubt(release, is_open, why);
              }}),
      watch_(loop, devices, interlocks_,
             [this](std::string picture) { tell_picture(std::move(picture)); }),
      heard_since_(std::move(dependencies.heard_since)) {}

void InterlockDesk::use(access::Interlocks interlocks) {
  interlocks_ = std::move(interlocks);
  index();
  state_.standing.clear();
  look_at_properties();
}

void InterlockDesk::index() {
  concerns_.clear();
  for (const access::InterlockRule& rule : interlocks_.rules) {
    for (const access::Trigger& trigger : rule.when) {
      Concern& concern = concerns_[trigger.device];
      std::vector<std::string>& names = trigger.is_event ? concern.events : concern.properties;
      if (!contains(names, trigger.name)) names.push_back(trigger.name);
    }
  }
}

void InterlockDesk::carry_over(const access::InterlockState& state) {
  for (const auto& [rule, releases] : state.active)
    is_dirty_ = state_.active.emplace(rule, releases).second || is_dirty_;
}

void InterlockDesk::start() {
  const std::vector<Release> held = all_held();
  if (!held.empty()) {
    base::log::warn("interlock", "doors are still released by a fire rule: they are driven again",
                    {{"doors", held.size()}});
    drive_.hold(held);
    if (on_change_) on_change_(held, true);
  }
  look_at_properties();
  watch_.start();
  write();
}

// Properties stand at a value: what the device table knows of them is as good as a report.
void InterlockDesk::look_at_properties() {
  const domain::EventTime now = clock_.now();
  for (const auto& [id, concern] : concerns_) {
    const Device* const device = devices_.find(id);
    if (device == nullptr) continue;
    for (const std::string& name : concern.properties) {
      const auto index = domain::property_index(*device->profile, name);
      if (!index || *index >= device->slots.size() || !device->slots[*index].value) continue;
      observe({id.str(), false, name, *device->slots[*index].value}, *device, now);
    }
  }
}

void InterlockDesk::on_arrival(const Device& device, const domain::Report& report,
                               const domain::EventTime& now) {
  if (!drive_.empty()) drive_.on_report(device, report);
  if (!concerns_.contains(device.registration.id)) return;
  const auto since = heard_since_ ? heard_since_(device) : std::nullopt;
  look_into(device, report, now, [this, &since](const access::InterlockRule& rule) {
    const auto reset = reset_at_.find(rule.name);
    return since && reset != reset_at_.end() && *since <= reset->second;
  });
  is_for_turn_ = is_dirty_ || is_writing_;
}

void InterlockDesk::on_hearing(const Device& device, const domain::Report& report,
                               const domain::EventTime& now) {
  look_into(device, report, now, {});
}

void InterlockDesk::look_into(const Device& device, const domain::Report& report,
                              const domain::EventTime& now, const IsPast& is_past) {
  const auto found = concerns_.find(device.registration.id);
  if (found == concerns_.end()) return;
  // A repeat was acted upon when it came first.
  if (!report.message_id.empty() && device.seen.contains(report.message_id)) return;
  const std::string_view id = device.registration.id.str();
  for (const domain::DeviceEvent& event : report.events) {
    const std::string& name = device.profile->events[event.event].name;
    if (contains(found->second.events, name))
      observe({id, true, name, false}, device, now, is_past);
  }
  for (const domain::Reading& reading : report.readings) {
    const std::string& name = device.profile->properties[reading.property].name;
    if (contains(found->second.properties, name))
      observe({id, false, name, reading.value}, device, now, is_past);
  }
}

void InterlockDesk::observe(const access::Observed& observed, const Device& device,
                            const domain::EventTime& now, const IsPast& is_past) {
  const std::vector<std::string> before = active_rules();
  const std::vector<Release> released = access::on_event(interlocks_, state_, observed, is_past);
  if (state_.active.size() == before.size()) return;
  std::vector<std::string> rules = active_rules();
  std::erase_if(rules, [&before](const std::string& rule) { return contains(before, rule); });
  const std::string id = device.registration.id.str();
  take_effect(released, rules,
              {"device/" + id, std::string(observed.name), id, device.registration.place}, now);
}

// First the doors, then those who must know, then the disk.
void InterlockDesk::take_effect(const std::vector<Release>& released,
                                const std::vector<std::string>& rules, const Cause& cause,
                                const domain::EventTime& now) {
  drive_.hold(all_held());
  if (on_change_) on_change_(released, true);
  for (const std::string& rule : rules) {
    base::log::error("interlock", "a fire rule was triggered: its doors are released",
                     {{"rule", rule}, {"by", cause.by}, {"what", cause.what}});
    tell(news_of("released", rule, cause, state_.active.at(rule), now));
  }
  is_dirty_ = true;
  write();
}

base::Result<void> InterlockDesk::may_move(const domain::DeviceId& device) const {
  if (!drive_.holds(device)) return {};
  return base::fail(Code::kConflict,
                    "a fire rule holds '{}' open: reset the rule before anything else moves it",
                    device.str());
}

base::Result<void> InterlockDesk::release(std::string_view rule, const std::string& by) {
  const auto found = std::find_if(interlocks_.rules.begin(), interlocks_.rules.end(),
                                  [rule](const auto& each) { return each.name == rule; });
  if (found == interlocks_.rules.end())
    return base::fail(Code::kNotFound, "there is no fire rule '{}'", rule.substr(0, 128));
  const bool is_new = state_.active.emplace(found->name, found->release).second;
  const std::vector<Release>& released = state_.active.at(found->name);
  if (!is_new) {
    for (const Release& each : released) drive_.again(each.device);
    return {};
  }
  take_effect(released, {found->name}, {by, "by_hand", "", "", true}, clock_.now());
  return {};
}

std::vector<std::string> InterlockDesk::active_rules() const {
  std::vector<std::string> rules;
  for (const auto& [rule, releases] : state_.active) rules.push_back(rule);
  return rules;
}

// With the rules whose reset is on its way to the disk.
access::InterlockState InterlockDesk::held_state() const {
  access::InterlockState all = state_;
  for (const auto& [rule, leaving] : leaving_) all.active.emplace(rule, leaving.releases);
  return all;
}

std::vector<InterlockDesk::Release> InterlockDesk::all_held() const {
  return access::held_releases(held_state());
}

std::set<domain::DeviceId> InterlockDesk::detectors() const {
  std::set<domain::DeviceId> all;
  for (const auto& [device, concern] : concerns_) all.insert(device);
  return all;
}

// Who is registered no more will never say that the fire is over.
void InterlockDesk::forget_gone_detectors() {
  std::erase_if(state_.standing, [this](const auto& each) {
    const auto rule = std::find_if(interlocks_.rules.begin(), interlocks_.rules.end(),
                                   [&each](const auto& one) { return one.name == each.first; });
    return rule == interlocks_.rules.end() || each.second >= rule->when.size() ||
           devices_.find(rule->when[each.second].device) == nullptr;
  });
}

}  // namespace linli::core
