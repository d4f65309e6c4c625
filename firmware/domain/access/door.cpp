#include "firmware/domain/access/door.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/domain/access/words.hpp"

namespace linli::domain::access {
namespace {

using Kind = DoorEffect::Kind;

constexpr std::array<std::string_view, kDoorPhases> kPhaseWords{
    "locked", "unlocked", "open", "held_open", "forced_open", "fire_released"};
constexpr std::array<std::string_view, 3> kContactWords{"unknown", "closed", "open"};
constexpr std::array<std::string_view, kDoorAlarms> kAlarmWords{
    "forced_open", "held_open", "fire_released", "tamper", "reader_offline", "contact_lost"};
constexpr std::array<std::string_view, kDoorEvents> kEventWords{
    "grant",        "deny",         "exit_request", "opened",         "closed",
    "contact_lost", "time_over",    "lock_now",     "fire_release",   "fire_reset",
    "restart",      "tamper_began", "tamper_ended", "reader_offline", "reader_online"};
constexpr std::array<Severity, kDoorAlarms> kSeverities{Severity::kAlarm,    Severity::kWarning,
                                                        Severity::kCritical, Severity::kAlarm,
                                                        Severity::kWarning,  Severity::kWarning};
constexpr std::size_t kMaxWord = 32;

bool is_contact_event(DoorEvent event) {
  return event == DoorEvent::kOpened || event == DoorEvent::kClosed ||
         event == DoorEvent::kContactLost;
}

// What an event says beside the phase: the contact, and the alarms that any phase can have.
void note(DoorState& state, DoorEvent event) {
  switch (event) {
    case DoorEvent::kOpened:
      state.contact = DoorContact::kOpen;
      state.is_contact_lost = false;
      return;
    case DoorEvent::kClosed:
      state.contact = DoorContact::kClosed;
      state.is_contact_lost = false;
      return;
    case DoorEvent::kContactLost:
      state.contact = DoorContact::kUnknown;
      state.is_contact_lost = true;
      return;
    case DoorEvent::kRestart:
      state.contact = DoorContact::kUnknown;
      return;
    case DoorEvent::kTamperBegan:
    case DoorEvent::kTamperEnded:
      state.is_tampered = event == DoorEvent::kTamperBegan;
      return;
    case DoorEvent::kReaderOffline:
    case DoorEvent::kReaderOnline:
      state.is_reader_offline = event == DoorEvent::kReaderOffline;
      return;
    default:
      return;
  }
}

base::Duration unlock_time(const DoorRules& rules, const DoorInput& input) {
  const base::Duration wanted =
      input.unlock_for > base::Duration{0} ? input.unlock_for : rules.unlock_for;
  return std::min(wanted, kLongestUnlock);
}

std::optional<base::TimePoint> deadline(DoorPhase phase, const DoorRules& rules,
                                        const DoorInput& input, base::TimePoint now) {
  if (phase == DoorPhase::kUnlocked) return now + unlock_time(rules, input);
  if (phase == DoorPhase::kOpen) return now + rules.held_after;
  return std::nullopt;
}

void add_act(std::vector<DoorEffect>& effects, LockAct act, base::Duration duration) {
  if (act == LockAct::kUnlock) effects.push_back({.kind = Kind::kUnlock, .duration = duration});
  if (act == LockAct::kHold) effects.push_back({.kind = Kind::kHoldUnlocked});
  if (act == LockAct::kLock) effects.push_back({.kind = Kind::kLock});
}

// The way is driven first, then told to whoever stands there, then written down.
void follow(DoorStep& step, const DoorRow& row, const DoorRules& rules, const DoorInput& input,
            base::TimePoint now) {
  add_act(step.effects, row.act, unlock_time(rules, input));
  if (row.signal == DoorSignal::kGranted) step.effects.push_back({.kind = Kind::kSignalGranted});
  if (row.signal == DoorSignal::kDenied) step.effects.push_back({.kind = Kind::kSignalDenied});
  if (!row.record.empty()) step.effects.push_back({.kind = Kind::kRecord, .record = row.record});
  const bool is_new =
      row.next != row.phase || row.act == LockAct::kUnlock || row.event == DoorEvent::kRestart;
  step.state.phase = row.next;
  if (is_new) step.state.until = deadline(row.next, rules, input, now);
}

void add_alarms(std::vector<DoorEffect>& effects, const DoorState& before, const DoorState& after) {
  const std::vector<DoorAlarm> was = alarms_of(before);
  const std::vector<DoorAlarm> is = alarms_of(after);
  const auto in = [](const std::vector<DoorAlarm>& alarms, DoorAlarm alarm) {
    return std::find(alarms.begin(), alarms.end(), alarm) != alarms.end();
  };
  for (const DoorAlarm each : was) {
    if (!in(is, each))
      effects.push_back({.kind = Kind::kClear, .alarm = each, .severity = severity_of(each)});
  }
  for (const DoorAlarm each : is) {
    if (!in(was, each))
      effects.push_back({.kind = Kind::kRaise, .alarm = each, .severity = severity_of(each)});
  }
}

}  // namespace

DoorStep step(const DoorState& state, const DoorRules& rules, const DoorInput& input,
              base::TimePoint now) {
  DoorStep step{state, {}};
  if (!rules.has_contact && is_contact_event(input.event)) return step;
  if (input.event == DoorEvent::kTimeOver && (!state.until || now < *state.until)) return step;
  note(step.state, input.event);
  if (!is_side_event(input.event)) {
    const DoorRow* const row = find_row(state.phase, input.event, state.contact);
    if (row != nullptr) follow(step, *row, rules, input, now);
  }
  add_alarms(step.effects, state, step.state);
  return step;
}

std::vector<DoorAlarm> alarms_of(const DoorState& state) {
  std::vector<DoorAlarm> alarms;
  if (state.phase == DoorPhase::kForcedOpen) alarms.push_back(DoorAlarm::kForcedOpen);
  if (state.phase == DoorPhase::kHeldOpen) alarms.push_back(DoorAlarm::kHeldOpen);
  if (state.phase == DoorPhase::kFireReleased) alarms.push_back(DoorAlarm::kFireReleased);
  if (state.is_tampered) alarms.push_back(DoorAlarm::kTamper);
  if (state.is_reader_offline) alarms.push_back(DoorAlarm::kReaderOffline);
  if (state.is_contact_lost) alarms.push_back(DoorAlarm::kContactLost);
  return alarms;
}

Severity severity_of(DoorAlarm alarm) {
  return kSeverities.at(static_cast<std::size_t>(alarm));
}

std::string_view name(DoorPhase phase) {
  return word_of(kPhaseWords, phase);
}
std::string_view name(DoorContact contact) {
  return word_of(kContactWords, contact);
}
std::string_view name(DoorAlarm alarm) {
  return word_of(kAlarmWords, alarm);
}
std::string_view name(DoorEvent event) {
  return word_of(kEventWords, event);
}

std::string to_row(const DoorState& state) {
  return base::dump_json({{"phase", name(state.phase)},
                          {"contact", name(state.contact)},
                          {"tampered", state.is_tampered},
                          {"reader_offline", state.is_reader_offline},
                          {"contact_lost", state.is_contact_lost}});
}

base::Result<DoorState> door_from_row(std::string_view row) {
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  base::JsonReader in(*json);
  DoorState state;
  const auto phase = value_of<DoorPhase>(kPhaseWords, in.text("phase", kMaxWord));
  const auto contact = value_of<DoorContact>(kContactWords, in.text("contact", kMaxWord));
  state.is_tampered = in.boolean("tampered");
  state.is_reader_offline = in.boolean("reader_offline");
  state.is_contact_lost = in.boolean("contact_lost");
  if (!phase) in.reject("phase", "is not a phase of a door");
  if (!contact) in.reject("contact", "expected 'unknown', 'closed' or 'open'");
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  state.phase = *phase;
  state.contact = *contact;
  return state;
}

}  // namespace linli::domain::access
