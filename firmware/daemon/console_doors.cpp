#include "firmware/daemon/console_doors.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace linli::daemon {
namespace {

using base::Json;
using console::api::DoorPicture;
using console::api::FirePicture;
using domain::access::InterlockRule;
using domain::access::Release;
using scenarios::access::DoorDefinition;

DoorPicture::Reader reader_of(const scenarios::access::ReaderPoint& point) {
  const bool is_out = point.direction == domain::access::Direction::kOut;
  return {point.device.str(), point.head, is_out ? "out" : "in", std::nullopt};
}

FirePicture::Cause cause_of(const domain::access::Trigger& trigger) {
  FirePicture::Cause cause;
  cause.device = trigger.device.str();
  (trigger.is_event ? cause.event : cause.property) = trigger.name;
  if (!trigger.is_event)
    cause.equals = base::parse_json(domain::to_json(trigger.equals)).value_or(Json());
  return cause;
}

bool contains(const std::vector<Release>& all, const Release& release) {
  return std::find(all.begin(), all.end(), release) != all.end();
}

}  // namespace

ConsoleDoors::PersonsAt ConsoleDoors::persons_at_terminals() const {
  PersonsAt persons;
  if (!terminals_) return persons;
  for (const auto& each : terminals_()) {
    persons[each.device] = {each.persons.wanted, each.persons.held, each.persons.to_remove,
                            each.refusals.size()};
  }
  return persons;
}

DoorPicture ConsoleDoors::picture(const DoorDefinition& door, const PersonsAt& persons) const {
  const scenarios::access::DoorDesk& desk = scenario_.doors();
  const domain::access::DoorState* const known = desk.state(door.id);
  const domain::access::DoorState state = known == nullptr ? domain::access::DoorState{} : *known;
  DoorPicture picture;
  picture.id = door.id;
  picture.name = door.name;
  picture.place = door.place;
  picture.group = door.group;
  picture.phase = domain::access::name(state.phase);
  picture.contact = door.contact ? domain::access::name(state.contact) : "none";
  picture.is_blocked = desk.is_blocked(door.id);
  for (const auto alarm : domain::access::alarms_of(state))
    picture.alarms.emplace_back(domain::access::name(alarm));
  for (const auto& [rule, releases] : interlocks_.state().active) {
    const bool holds = std::any_of(releases.begin(), releases.end(),
                                   [&door](const Release& each) { return each.door == door.id; });
    if (holds) picture.released_by.push_back(rule);
  }
  picture.since_ms = desk.since_ms(door.id);
  picture.lock = door.lock.device.str();
  if (door.contact) picture.contact_device = door.contact->device.str();
  if (door.exit) picture.exit_device = door.exit->device.str();
  for (const auto& reader : door.readers) {
    picture.readers.push_back(reader_of(reader));
    if (const auto found = persons.find(reader.device.str()); found != persons.end())
      picture.readers.back().persons = found->second;
  }
  picture.definition = base::parse_json(to_row(door)).value_or(Json::object());
  return picture;
}

std::vector<DoorPicture> ConsoleDoors::all() const {
  std::vector<DoorPicture> all;
  const PersonsAt persons = persons_at_terminals();
  for (const auto& [id, door] : scenario_.books().doors.all())
    all.push_back(picture(door, persons));
  return all;
}

std::optional<DoorPicture> ConsoleDoors::find(std::string_view id) const {
  const DoorDefinition* const door = scenario_.books().doors.find(id);
  if (door == nullptr) return std::nullopt;
  return picture(*door, persons_at_terminals());
}

FirePicture ConsoleDoors::fire_picture(const std::string& name, const InterlockRule* rule,
                                       const Doubts& doubts) const {
  const auto release_picture = [&name, &doubts](const Release& release, bool is_held) {
    FirePicture::Release shown;
    shown.door = release.door;
    shown.device = release.device.str();
    shown.is_held = is_held;
    shown.is_confirmed = is_held && !contains(doubts.unconfirmed, release);
    for (const auto& gap : doubts.missing) {
      if (gap.rule == name && gap.door == release.door && gap.device == release.device)
        shown.missing = gap.why;
    }
    return shown;
  };
  FirePicture picture;
  picture.name = name;
  picture.is_in_file = rule != nullptr;
  const auto& active = interlocks_.state().active;
  const auto found = active.find(name);
  picture.is_active = found != active.end();
  const std::vector<Release> held = picture.is_active ? found->second : std::vector<Release>();
  for (const Release& each : held) picture.releases.push_back(release_picture(each, true));
  if (rule == nullptr) return picture;
  for (const auto& trigger : rule->when) picture.when.push_back(cause_of(trigger));
  for (const Release& each : rule->release) {
    if (!contains(held, each)) picture.releases.push_back(release_picture(each, false));
  }
  return picture;
}

// What a rule released stays with it, also if the file is changed meanwhile: an active rule that is
// no longer in the file is shown behind the others.
std::vector<FirePicture> ConsoleDoors::fire() const {
  std::vector<FirePicture> all;
  const Doubts doubts{interlocks_.unconfirmed(), interlocks_.missing()};
  const auto& rules = interlocks_.interlocks().rules;
  all.reserve(rules.size());
  for (const InterlockRule& rule : rules) all.push_back(fire_picture(rule.name, &rule, doubts));
  for (const auto& [name, releases] : interlocks_.state().active) {
    const bool is_in_file =
        std::any_of(rules.begin(), rules.end(),
                    [&name = name](const InterlockRule& rule) { return rule.name == name; });
    if (!is_in_file) all.push_back(fire_picture(name, nullptr, doubts));
  }
  return all;
}

Json ConsoleDoors::schedules() const {
  Json all = Json::array();
  for (const auto& [id, schedule] : scenario_.books().schedules.all()) {
    auto json = base::parse_json(domain::access::to_json(schedule));
    all.push_back({{"id", id}, {"schedule", std::move(json).value_or(Json::object())}});
  }
  return all;
}

Json ConsoleDoors::calendars() const {
  Json all = Json::array();
  for (const auto& [year, file] : scenario_.books().schedules.years()) {
    Json json = base::parse_json(file).value_or(Json::object());
    json.erase("$schema");
    all.push_back(std::move(json));
  }
  return all;
}

std::optional<std::string> ConsoleDoors::resident_name(std::string_view person) const {
  const auto home = scenario_.books().households.find_resident(person);
  if (!home) return std::nullopt;
  const auto contact =
      keys_.open(scenarios::access::resident_secret_name(person), home->resident->sealed);
  if (!contact) return std::nullopt;
  const Json json = base::parse_json(contact->reveal()).value_or(Json::object());
  return json.value("name", "");
}

}  // namespace linli::daemon
