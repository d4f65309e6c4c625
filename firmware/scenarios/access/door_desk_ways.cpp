#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/scenarios/access/door_desk.hpp"

// How a way is opened: for who was let in, and for who wants out.
namespace linli::scenarios::access {
namespace {

using base::Code;
using domain::access::DoorEffect;
using domain::access::DoorEvent;
using domain::access::DoorPhase;
using domain::access::Reason;

const std::string& zone_of(const DoorDefinition& door) {
  return door.zone.empty() ? door.id : door.zone;
}

}  // namespace

void DoorDesk::grant(Writing& writing, const DoorDefinition& door, Attempt attempt, Reason reason,
                     base::Task give_back, base::Done<void> opened) {
  Live& live = live_of(door.id);
  writing.turn.envelopes.push_back(decision_envelope(door, attempt, reason, writing.now));
  Live planned;
  planned.is_blocked = live.is_blocked;
  const domain::access::DoorInput input{DoorEvent::kGrant, attempt.unlock_for};
  planned.state = domain::access::step(live.state, door.rules, input, loop_.now()).state;
  live.row = row_of(planned);
  writing.turn.puts.push_back({ports::Space::kDoorState, door.id, live.row});
  writing.settles.emplace_back([this, attempt = std::move(attempt),
                                give_back = std::move(give_back),
                                opened = std::move(opened)](bool stored) mutable {
    auto checked = check_grant(attempt, std::move(give_back), stored);
    if (checked) return open_way(*books_.doors.find(attempt.door), attempt, std::move(opened));
    if (opened) std::move(opened)(std::move(checked));
  });
}

// Is it still to open, now that its turn is stored, or is not?
base::Result<void> DoorDesk::check_grant(const Attempt& attempt, base::Task give_back,
                                         bool stored) {
  if (!stored && give_back) std::move(give_back)();
  const DoorDefinition* const door = books_.doors.find(attempt.door);
  if (door == nullptr) return base::fail(Code::kNotFound, "the door was removed meanwhile");
  if (!stored) {
    base::log::warn("access", "nothing opens: the record could not be written",
                    {{"door", door->id}});
    if (!attempt.reader.empty()) drive_.signal(attempt.reader, attempt.head, false);
    late_.touch(door->id);
    return base::fail(Code::kInternal, "the record could not be written, so the door stays shut");
  }
  if (!domain::access::is_stale(attempt.at, loop_.now())) return {};
  base::log::warn("access", "nothing opens: the record was written too late", {{"door", door->id}});
  late_.owe({decision_envelope(*door, attempt, Reason::kStale, clock_.now())});
  late_.touch(door->id);
  return base::fail(Code::kRefused, "the record was written too late, so the door stays shut");
}

// Anew from the state of this moment: there may have been a fire since it was planned.
void DoorDesk::open_way(const DoorDefinition& door, const Attempt& attempt,
                        base::Done<void> opened) {
  Live& live = live_of(door.id);
  const domain::access::DoorInput input{DoorEvent::kGrant, attempt.unlock_for};
  const auto step = domain::access::step(live.state, door.rules, input, loop_.now());
  enter(live, step.state);
  arm(door.id, live);
  live.passing = attempt;
  if (!door.rules.has_contact || is_open(live.state)) note_passage(door, live, DoorEvent::kOpened);
  if (row_of(live) != live.row) late_.touch(door.id);
  for (const DoorEffect& effect : step.effects) {
    if (effect.kind == DoorEffect::Kind::kUnlock)
      drive(door, attempt, effect.duration, std::exchange(opened, {}));
    if (effect.kind == DoorEffect::Kind::kSignalGranted && !attempt.reader.empty())
      drive_.signal(attempt.reader, attempt.head, true);
  }
  if (opened) std::move(opened)({});  // released by a fire: it stands open as it is
}

void DoorDesk::deny(Writing& writing, const DoorDefinition& door, const Attempt& attempt,
                    Reason reason) {
  std::vector<domain::Envelope> envelopes{decision_envelope(door, attempt, reason, writing.now)};
  base::Task after;
  if (!attempt.reader.empty()) {
    after = [this, reader = attempt.reader, head = attempt.head] {
      drive_.signal(reader, head, false);
    };
  }
  keep(writing, door, std::move(envelopes), std::move(after));
}

void DoorDesk::open_exit(const std::string& door) {
  const DoorDefinition* const definition = books_.doors.find(door);
  const auto found = live_.find(door);
  if (definition == nullptr || found == live_.end() || !found->second.exit_wait) return;
  found->second.exit_wait.reset();
  if (found->second.state.phase == DoorPhase::kFireReleased) return;
  Attempt attempt;
  attempt.door = door;
  attempt.at = loop_.now();
  drive(*definition, attempt, definition->rules.unlock_for, {});
}

void DoorDesk::drive(const DoorDefinition& door, const Attempt& attempt, base::Duration unlock_for,
                     base::Done<void> opened) {
  const base::Duration life = domain::access::kOpenLife - (loop_.now() - attempt.at);
  std::string call =
      drive_.unlock(door.lock, unlock_for, life,
                    [this, living = std::weak_ptr(alive_), attempt,
                     opened = std::move(opened)](base::Result<ports::ActionReply> reply) mutable {
                      if (!living.expired())
                        after_drive(attempt, std::move(reply), std::move(opened));
                    });
  live_of(door.id).driven = std::move(call);
}

void DoorDesk::after_drive(const Attempt& attempt, base::Result<ports::ActionReply> reply,
                           base::Done<void> opened) {
  if (reply) {
    if (opened) std::move(opened)({});
    return;
  }
  base::log::warn("access", "the lock did not unlock",
                  {{"door", attempt.door}, {"why", reply.error()}});
  if (const DoorDefinition* const door = books_.doors.find(attempt.door); door != nullptr) {
    late_.owe({door_envelope(*door, "lock_failed", clock_.now())});
    if (!attempt.reader.empty()) drive_.signal(attempt.reader, attempt.head, false);
  }
  if (opened) std::move(opened)(base::failure_of(std::move(reply)));
}

// Somebody may have been let in, or a fire begun, while the turn was on its way.
void DoorDesk::end_unlocking(const std::string& door) {
  const DoorDefinition* const definition = books_.doors.find(door);
  const auto found = live_.find(door);
  if (definition == nullptr || found == live_.end()) return;
  const DoorPhase phase = found->second.state.phase;
  if (phase != DoorPhase::kUnlocked && phase != DoorPhase::kFireReleased)
    drive_.lock(definition->lock);
}

void DoorDesk::note_passage(const DoorDefinition& door, Live& live, DoorEvent event) {
  const bool is_over = event == DoorEvent::kTimeOver || event == DoorEvent::kLockNow;
  if (is_over && !is_open(live.state)) live.passing.reset();
  if (event != DoorEvent::kOpened || !live.passing) return;
  if (!live.passing->holder.empty()) {
    passback_.passed(zone_of(door), live.passing->holder, live.passing->direction, loop_.now());
  }
  live.passing.reset();
}

domain::access::PassbackVerdict DoorDesk::judge_passback(const DoorDefinition& door,
                                                         const Attempt& attempt) const {
  if (attempt.holder.empty()) return domain::access::PassbackVerdict::kFine;
  return passback_.judge(zone_of(door), attempt.holder, attempt.direction, door.passback,
                         loop_.now());
}

void DoorDesk::reset_passback(const DoorDefinition& door) {
  passback_.reset(zone_of(door));
}

}  // namespace linli::scenarios::access
