#include "firmware/scenarios/access/door_desk.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/base/log.hpp"

namespace linli::scenarios::access {
namespace {

using domain::access::DoorEffect;
using domain::access::DoorEvent;
using domain::access::DoorPhase;

constexpr std::string_view kTampered = "tampered";
constexpr std::size_t kScanRows = 1'000;

bool is_reader_of(const DoorDefinition& door, const domain::DeviceId& device) {
  return std::any_of(door.readers.begin(), door.readers.end(),
                     [&device](const ReaderPoint& reader) { return reader.device == device; });
}

// Numbers are the same whichever way a profile writes them.
bool is_same(const domain::Value& one, const domain::Value& other) {
  return one == other || domain::to_json(one) == domain::to_json(other);
}

struct StoredDoor {
  domain::access::DoorState state;
  bool is_blocked = false;
};

base::Result<StoredDoor> stored_door(std::string_view row) {
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  base::JsonReader in(*json);
  StoredDoor door;
  door.is_blocked = in.boolean("blocked");
  const std::string state = base::dump_json(in.object("state"));
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  auto read = domain::access::door_from_row(state);
  if (!read) return base::failure_of(std::move(read));
  door.state = *read;
  return door;
}

}  // namespace

core::Settle settle_of(std::vector<core::Settle> settles) {
  if (settles.empty()) return {};
  return [settles = std::move(settles)](bool stored) mutable {
    for (core::Settle& settle : settles) std::move(settle)(stored);
  };
}

DoorDesk::DoorDesk(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
                   const AccessBooks& books, LockDrive& drive)
    : loop_(loop),
      store_(store),
      clock_(clock),
      books_(books),
      drive_(drive),
      late_(loop, store, [this](const std::string& door) -> std::optional<std::string> {
        const auto found = live_.find(door);
        if (found == live_.end() || books_.doors.find(door) == nullptr) return std::nullopt;
        found->second.row = row_of(found->second);
        return found->second.row;
      }) {}

std::string DoorDesk::row_of(const Live& live) {
  return R"({"blocked":)" + std::string(live.is_blocked ? "true" : "false") + R"(,"state":)" +
         domain::access::to_row(live.state) + "}";
}

base::Result<void> DoorDesk::restore(ports::Query& query) {
  auto rows = query.scan(ports::Space::kDoorState, "", DoorBook::kMost + kScanRows);
  if (!rows) return base::failure_of(std::move(rows));
  for (const auto& [id, row] : *rows) {
    if (books_.doors.find(id) == nullptr) continue;
    auto stored = stored_door(row);
    if (!stored) {
      base::log::error("access", "a stored door cannot be read: it begins locked",
                       {{"door", id}, {"why", stored.error()}});
      continue;
    }
    Live& live = live_of(id);
    live.state = stored->state;
    live.is_blocked = stored->is_blocked;
    live.row = row;
  }
  for (const auto& [id, door] : books_.doors.all()) {
    Live& live = live_of(id);
    if (live.state.is_reader_offline) {
      for (const ReaderPoint& reader : door.readers) live.silent.insert(reader.device.str());
    }
  }
  write([this](Writing& writing) {
    for (const auto& [id, door] : books_.doors.all())
      apply(writing, door, {.event = DoorEvent::kRestart});
  });
  return {};
}

void DoorDesk::refresh(const std::string& door) {
  const DoorDefinition* const definition = books_.doors.find(door);
  if (definition == nullptr) {
    live_.erase(door);
    return;
  }
  Live& live = live_of(door);
  std::erase_if(live.silent, [definition](const std::string& device) {
    return std::none_of(
        definition->readers.begin(), definition->readers.end(),
        [&device](const ReaderPoint& reader) { return reader.device.str() == device; });
  });
}

const domain::access::DoorState* DoorDesk::state(std::string_view door) const {
  const auto found = live_.find(door);
  return found == live_.end() ? nullptr : &found->second.state;
}

bool DoorDesk::is_blocked(std::string_view door) const {
  const auto found = live_.find(door);
  return found != live_.end() && found->second.is_blocked;
}

std::optional<std::int64_t> DoorDesk::since_ms(std::string_view door) const {
  const auto found = live_.find(door);
  return found == live_.end() ? std::nullopt : found->second.since_ms;
}

void DoorDesk::enter(Live& live, const domain::access::DoorState& state) const {
  const bool is_new = state.phase != live.state.phase || state.contact != live.state.contact;
  live.state = state;
  if (!is_new) return;
  const domain::EventTime now = clock_.now();
  live.since_ms.reset();
  if (now.quality != domain::TimeQuality::kUnknown) live.since_ms = now.unix_ms;
}

domain::access::DoorAccess DoorDesk::access_of(const DoorDefinition& door) const {
  domain::access::DoorAccess access = door.access;
  const auto found = live_.find(door.id);
  if (found == live_.end()) return access;
  access.is_fire_released = found->second.state.phase == DoorPhase::kFireReleased;
  access.is_blocked = found->second.is_blocked;
  return access;
}

void DoorDesk::on_device(Writing& writing, const core::Device& device,
                         const domain::Report& report) {
  for (const std::string& id : books_.doors.of_device(device.registration.id.str())) {
    const DoorDefinition& door = *books_.doors.find(id);
    hear_presence(writing, door, device, report);
    hear_readings(writing, door, device, report);
    hear_events(writing, door, device, report);
    hear_results(writing, door, report);
  }
}

void DoorDesk::hear_presence(Writing& writing, const DoorDefinition& door,
                             const core::Device& device, const domain::Report& report) {
  const domain::DeviceId& id = device.registration.id;
  const bool is_offline = report.presence == domain::Presence::kOffline;
  if (is_reader_of(door, id)) {
    Live& live = live_of(door.id);
    const bool was_silent = !live.silent.empty();
    if (is_offline) {
      live.silent.insert(id.str());
    } else {
      live.silent.erase(id.str());
    }
    const bool is_silent = !live.silent.empty();
    if (is_silent && !was_silent) apply(writing, door, {.event = DoorEvent::kReaderOffline});
    if (was_silent && !is_silent) apply(writing, door, {.event = DoorEvent::kReaderOnline});
  }
  if (is_offline && door.contact && door.contact->device == id)
    apply(writing, door, {.event = DoorEvent::kContactLost});
}

void DoorDesk::hear_readings(Writing& writing, const DoorDefinition& door,
                             const core::Device& device, const domain::Report& report) {
  const domain::DeviceId& id = device.registration.id;
  const bool can_be_tampered = is_reader_of(door, id) || door.lock.device == id;
  for (const domain::Reading& reading : report.readings) {
    const std::string& name = device.profile->properties[reading.property].name;
    if (door.contact && door.contact->device == id && door.contact->property == name) {
      const bool is_open = is_same(reading.value, door.contact->open);
      apply(writing, door, {.event = is_open ? DoorEvent::kOpened : DoorEvent::kClosed});
    } else if (can_be_tampered && name == kTampered) {
      const bool is_tampered = is_same(reading.value, domain::Value{true});
      apply(writing, door,
            {.event = is_tampered ? DoorEvent::kTamperBegan : DoorEvent::kTamperEnded});
    }
  }
}

void DoorDesk::hear_events(Writing& writing, const DoorDefinition& door, const core::Device& device,
                           const domain::Report& report) {
  if (!door.exit || door.exit->device != device.registration.id) return;
  for (const domain::DeviceEvent& event : report.events) {
    if (device.profile->events[event.event].name == door.exit->event)
      apply(writing, door, {.event = DoorEvent::kExitRequest});
  }
}

void DoorDesk::hear_results(Writing& writing, const DoorDefinition& door,
                            const domain::Report& report) {
  const Live& live = live_of(door.id);
  for (const domain::ActionResult& result : report.results) {
    if (result.ok || result.command.str() != live.driven) continue;
    base::log::warn("access", "the lock did not unlock",
                    {{"door", door.id}, {"why", result.problem}});
    std::vector<domain::Envelope> envelopes{door_envelope(door, "lock_failed", writing.now)};
    keep(writing, door, std::move(envelopes), {});
  }
}

void DoorDesk::on_fire(const std::vector<domain::access::Release>& releases, bool released) {
  write([this, &releases, released](Writing& writing) {
    const DoorEvent event = released ? DoorEvent::kFireRelease : DoorEvent::kFireReset;
    for (const domain::access::Release& release : releases) {
      const DoorDefinition* const door = books_.doors.find(release.door);
      if (door != nullptr) apply(writing, *door, {.event = event});
    }
  });
}

// All events but grants: they are true whether they can be written or not.
void DoorDesk::apply(Writing& writing, const DoorDefinition& door,
                     domain::access::DoorInput input) {
  Live& live = live_of(door.id);
  auto step = domain::access::step(live.state, door.rules, input, loop_.now());
  note_passage(door, live, input.event);
  enter(live, step.state);
  arm(door.id, live);
  std::vector<domain::Envelope> envelopes;
  base::Task after;
  for (const DoorEffect& effect : step.effects) {
    switch (effect.kind) {
      case DoorEffect::Kind::kUnlock:
        live.exit_wait = loop_.after(kExitPatience, [this, id = door.id] { open_exit(id); });
        after = [this, id = door.id] { open_exit(id); };
        break;
      case DoorEffect::Kind::kLock:
        after = [this, id = door.id] { end_unlocking(id); };
        break;
      case DoorEffect::Kind::kRaise:
      case DoorEffect::Kind::kClear:
        envelopes.push_back(alarm_envelope(door, domain::access::name(effect.alarm),
                                           effect.severity, effect.kind == DoorEffect::Kind::kRaise,
                                           writing.now));
        break;
      case DoorEffect::Kind::kRecord:
        envelopes.push_back(door_envelope(door, effect.record, writing.now));
        break;
      case DoorEffect::Kind::kHoldUnlocked:
      case DoorEffect::Kind::kSignalGranted:
      case DoorEffect::Kind::kSignalDenied:
        break;
    }
  }
  keep(writing, door, std::move(envelopes), std::move(after));
}

// Writes the door's row, if it is another one, and what happened; what the turn cannot hold is
// owed. `after` runs whatever becomes of the turn.
void DoorDesk::keep(Writing& writing, const DoorDefinition& door,
                    std::vector<domain::Envelope> envelopes, base::Task after) {
  Live& live = live_of(door.id);
  std::string row = row_of(live);
  const bool is_new = row != live.row;
  if (is_new) {
    live.row = row;
    writing.turn.puts.push_back({ports::Space::kDoorState, door.id, std::move(row)});
  }
  if (!is_new && envelopes.empty() && !after) return;
  writing.turn.envelopes.insert(writing.turn.envelopes.end(), envelopes.begin(), envelopes.end());
  writing.settles.emplace_back([this, id = door.id, is_new, envelopes = std::move(envelopes),
                                after = std::move(after)](bool stored) mutable {
    if (!stored) late_.owe(std::move(envelopes));
    if (!stored && is_new) late_.touch(id);
    if (after) std::move(after)();
  });
}

void DoorDesk::block(Writing& writing, const DoorDefinition& door, bool is_blocked) {
  Live& live = live_of(door.id);
  if (live.is_blocked == is_blocked) return;
  live.is_blocked = is_blocked;
  std::vector<domain::Envelope> envelopes{
      door_envelope(door, is_blocked ? "blocked" : "unblocked", writing.now)};
  keep(writing, door, std::move(envelopes), {});
}

void DoorDesk::lock_now(Writing& writing, const DoorDefinition& door) {
  apply(writing, door, {.event = DoorEvent::kLockNow});
}

void DoorDesk::arm(const std::string& door, Live& live) {
  if (!live.state.until) {
    live.timer.reset();
    return;
  }
  live.timer = loop_.after(*live.state.until - loop_.now(), [this, door] { after_time(door); });
}

void DoorDesk::after_time(const std::string& door) {
  const DoorDefinition* const definition = books_.doors.find(door);
  if (definition == nullptr) return;
  write([this, definition](Writing& writing) {
    apply(writing, *definition, {.event = DoorEvent::kTimeOver});
  });
}

void DoorDesk::write(base::Once<void(Writing&)> fill) {
  ports::Turn turn;
  Writing writing{turn, clock_.now()};
  std::move(fill)(writing);
  if (turn.empty() && writing.settles.empty()) return;
  store_.commit(std::move(turn),
                [living = std::weak_ptr(alive_), settle = settle_of(std::move(writing.settles))](
                    const base::Result<void>& stored) mutable {
                  if (!living.expired() && settle) std::move(settle)(stored.has_value());
                });
}

}  // namespace linli::scenarios::access
