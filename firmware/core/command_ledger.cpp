#include "firmware/core/command_ledger.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/core/command_judge.hpp"
#include "firmware/domain/command_rules.hpp"

namespace linli::core {
namespace {

using base::Code;
using domain::CommandOutcome;
using domain::CommandState;

constexpr auto kStoreRetry = std::chrono::seconds(5);

std::string reason_of(const base::Error& error) {
  return fmt::format("{}: {}", base::name(error.code), error.what);
}

}  // namespace

struct CommandLedger::Entry {
  CommandRecord record;
  domain::DeviceId device;
  std::uint16_t action = 0;
  domain::SafetyClass safety = domain::SafetyClass::kActuator;
  base::Duration answer_limit{0};  // from sent to the device's answer
  base::TimePoint deadline;        // not sent later than this
  base::Handle timer;
  bool is_writing = false;  // a step is on its way to the disk
  bool has_actuator = false;
  std::vector<Answer> first_answers;
  std::vector<Answer> final_answers;

  CommandState state() const { return record.outcome.state; }
};

struct CommandLedger::Actuator {
  EntryPtr current;
  std::deque<EntryPtr> waiting;
};

CommandLedger::CommandLedger(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
                             DeviceTable& devices, Dependencies dependencies, LedgerLimits limits)
    : loop_(loop),
      store_(store),
      clock_(clock),
      devices_(devices),
      dependencies_(std::move(dependencies)),
      limits_(limits) {}

CommandLedger::~CommandLedger() = default;

void CommandLedger::restore(std::vector<CommandRecord> records) {
  std::sort(records.begin(), records.end(), [](const CommandRecord& a, const CommandRecord& b) {
    return a.changed.unix_ms < b.changed.unix_ms;
  });
  std::vector<EntryPtr> open;
  for (CommandRecord& record : records) {
    auto entry = std::make_shared<Entry>();
    entry->record = std::move(record);
    const domain::CommandId id = entry->record.command.id;
    entries_[id] = entry;
    if (domain::is_final(entry->state())) {
      finals_.push_back(id);
    } else {
      open.push_back(entry);
    }
  }
  for (const EntryPtr& entry : open) resume(entry);
}

void CommandLedger::resume(const EntryPtr& entry) {
  ++counts_.open;
  const bool was_sent = entry->state() == CommandState::kSent;
  const CommandRecord& record = entry->record;
  if (auto judged = understand(*entry); !judged) {
    return close(entry, {was_sent ? CommandState::kUnconfirmed : CommandState::kFailed,
                         "after a restart: " + reason_of(judged.error()), "{}"});
  }
  if (was_sent) return await_answer(entry);
  const auto allowed = domain::time_left(record.command, entry->safety, record.received);
  const auto age = domain::age_ms(record.received, clock_.now());
  const auto left =
      allowed && age ? *allowed - std::chrono::milliseconds(*age) : base::Duration::zero();
  if (left <= base::Duration::zero()) {
    return close(
        entry, {CommandState::kExpired, "its time was over when the gateway had restarted", "{}"});
  }
  entry->deadline = loop_.now() + left;
  queue(entry);
  pull(entry->device);
}

void CommandLedger::submit(domain::Command command, Answer answer) {
  ++counts_.total;
  if (const auto known = entries_.find(command.id); known != entries_.end()) {
    return answer_repeat(known->second, command, std::move(answer), false);
  }
  auto entry = std::make_shared<Entry>();
  entry->record = {std::move(command), clock_.now(), clock_.now(), {}};
  entry->first_answers.push_back(std::move(answer));
  entries_[entry->record.command.id] = entry;
  take_in(entry);
}

void CommandLedger::submit_and_wait(domain::Command command, Answer answer) {
  const domain::CommandId id = command.id;
  if (const auto known = entries_.find(id); known != entries_.end()) {
    ++counts_.total;
    return answer_repeat(known->second, command, std::move(answer), true);
  }
  submit(std::move(command), [](const base::Result<CommandRecord>& /*first*/) {});
  entries_.at(id)->final_answers.push_back(std::move(answer));
}

void CommandLedger::answer_repeat(const EntryPtr& entry, const domain::Command& command,
                                  Answer answer, bool wait) {
  ++counts_.duplicates;
  const domain::Command& first = entry->record.command;
  if (first.target != command.target || first.action != command.action ||
      first.input != command.input) {
    base::log::warn("command",
                    "an id was used again for another command: answering with the first outcome",
                    {{"command", command.id}, {"issuer", command.issuer}});
  }
  if (wait && !domain::is_final(entry->state())) {
    entry->final_answers.push_back(std::move(answer));
  } else if (entry->is_writing && entry->state() == CommandState::kReceived) {
    entry->first_answers.push_back(std::move(answer));
  } else {
    loop_.post([answer = std::move(answer), record = entry->record]() mutable {
      std::move(answer)(std::move(record));
    });
  }
}

base::Result<void> CommandLedger::understand(Entry& entry) const {
  auto meaning = judge(entry.record.command, devices_);
  if (!meaning) return base::failure_of(std::move(meaning));
  entry.device = std::move(meaning->device);
  entry.action = meaning->action;
  entry.safety = meaning->safety;
  entry.answer_limit = meaning->answer_limit;
  entry.record.command.input = std::move(meaning->input);
  return {};
}

void CommandLedger::take_in(const EntryPtr& entry) {
  ++counts_.open;
  const auto refuse = [this, &entry](CommandState state, const base::Error& error) {
    step(entry, {state, reason_of(error), "{}"}, {});
  };
  if (counts_.open > limits_.max_open) {
    return refuse(CommandState::kRefused,
                  {Code::kConflict, "too many commands are on their way: wait for some to finish"});
  }
  if (auto judged = understand(*entry); !judged)
    return refuse(CommandState::kRefused, judged.error());
  const auto left = domain::time_left(entry->record.command, entry->safety, entry->record.received);
  if (!left) {
    const bool is_over = left.error().code == Code::kInvalid;
    return refuse(is_over ? CommandState::kExpired : CommandState::kRefused, left.error());
  }
  entry->deadline = loop_.now() + *left;
  queue(entry);
  pull(entry->device);
  if (entry->is_writing) return;
  step(entry, {CommandState::kAccepted, "waits for the command before it", "{}"},
       [this, entry](const base::Result<void>& stored) {
         if (!stored) return;
         if (loop_.now() >= entry->deadline) return expire(entry);
         pull(entry->device);
       });
}

// Puts the entry behind the others of its actuator and watches its time.
void CommandLedger::queue(const EntryPtr& entry) {
  auto& actuator = actuators_[entry->device];
  if (!actuator) actuator = std::make_unique<Actuator>();
  actuator->waiting.push_back(entry);
  entry->timer = loop_.after(entry->deadline - loop_.now(), [this, weak = std::weak_ptr(entry)] {
    if (const EntryPtr waiting = weak.lock()) expire(waiting);
  });
}

// A step that is just being written decides for itself when it is done.
void CommandLedger::expire(const EntryPtr& entry) {
  if (entry->has_actuator || entry->is_writing) return;
  std::erase(actuators_.at(entry->device)->waiting, entry);
  close(entry, {CommandState::kExpired, "its time was over before the actuator was free", "{}"});
}

// Gives the actuator to the next command, if it is free and that command's last step is on disk.
void CommandLedger::pull(const domain::DeviceId& device) {
  const auto found = actuators_.find(device);
  if (found == actuators_.end()) return;
  Actuator& actuator = *found->second;
  if (actuator.current || actuator.waiting.empty() || actuator.waiting.front()->is_writing) return;
  const EntryPtr entry = actuator.waiting.front();
  actuator.waiting.pop_front();
  actuator.current = entry;
  entry->has_actuator = true;
  entry->timer.reset();
  step(entry, {CommandState::kSent, "", "{}"}, [this, entry](const base::Result<void>& stored) {
    if (stored) return send(entry);
    if (entries_.contains(entry->record.command.id)) {
      close(entry, {CommandState::kFailed, "nothing was sent: " + reason_of(stored.error()), "{}"});
    }
  });
}

void CommandLedger::send(const EntryPtr& entry) {
  const Device* const device = devices_.find(entry->device);
  ports::DeviceDriver* const driver =
      device == nullptr ? nullptr : dependencies_.driver_of(*device);
  if (driver == nullptr) {
    return close(entry,
                 {CommandState::kFailed, "not_found: the device has just been removed", "{}"});
  }
  if (loop_.now() >= entry->deadline) {
    return close(entry,
                 {CommandState::kExpired, "its time was over while it was being stored", "{}"});
  }
  if (device->presence == domain::Presence::kOffline) {
    return close(entry, {CommandState::kFailed,
                         "offline: the device is not connected, nothing was sent", "{}"});
  }
  await_answer(entry);
  const domain::Command& command = entry->record.command;
  driver->invoke(
      {command.id, entry->device, entry->action, command.input, entry->deadline - loop_.now()},
      [this, entry](base::Result<ports::ActionReply> reply) {
        after_send(entry, std::move(reply));
      });
}

void CommandLedger::await_answer(const EntryPtr& entry) {
  entry->timer = loop_.after(entry->answer_limit, [this, weak = std::weak_ptr(entry)] {
    const EntryPtr silent = weak.lock();
    if (!silent) return;
    close(silent, {CommandState::kUnconfirmed,
                   fmt::format("no answer within {} ms: look at the device",
                               base::to_ms(silent->answer_limit)),
                   "{}"});
  });
}

void CommandLedger::after_send(const EntryPtr& entry, base::Result<ports::ActionReply> reply) {
  if (domain::is_final(entry->state()) || entry->is_writing) return;
  if (reply && reply->answer_follows) return;
  if (reply) return close(entry, {CommandState::kConfirmed, "", std::move(reply->output)});
  const bool may_have_moved = reply.error().code == Code::kTimeout;
  close(entry, {may_have_moved ? CommandState::kUnconfirmed : CommandState::kFailed,
                reason_of(reply.error()), "{}"});
}

Settle CommandLedger::on_result(ports::Turn& turn, const domain::DeviceId& device,
                                const domain::ActionResult& result) {
  const auto found = entries_.find(result.command);
  const bool is_expected = found != entries_.end() && found->second->device == device &&
                           found->second->state() == CommandState::kSent &&
                           !found->second->is_writing;
  if (!is_expected) {
    base::log::info("command", "an answer that nobody waits for",
                    {{"device", device}, {"command", result.command}, {"ok", result.ok}});
    return {};
  }
  const EntryPtr entry = found->second;
  CommandOutcome outcome{result.ok ? CommandState::kConfirmed : CommandState::kFailed,
                         result.ok ? "" : "device: " + result.problem, result.output};
  entry->is_writing = true;
  entry->timer.reset();
  write(turn, *entry, outcome);
  return [this, entry, outcome = std::move(outcome)](bool stored) {
    entry->is_writing = false;
    if (!stored) return await_answer(entry);  // the device will say it again
    entry->record.outcome = outcome;
    after_final(entry);
  };
}

void CommandLedger::close(const EntryPtr& entry, const CommandOutcome& outcome) {
  if (entry->is_writing) return;
  entry->timer.reset();
  step(entry, outcome, [this, entry, outcome](const base::Result<void>& stored) {
    if (stored || !entries_.contains(entry->record.command.id)) return;
    entry->timer = loop_.after(kStoreRetry, [this, weak = std::weak_ptr(entry), outcome] {
      if (const EntryPtr unwritten = weak.lock()) close(unwritten, outcome);
    });
  });
}

void CommandLedger::step(const EntryPtr& entry, CommandOutcome outcome, base::Done<void> done) {
  ports::Turn turn;
  write(turn, *entry, outcome);
  entry->is_writing = true;
  store_.commit(std::move(turn), [this, entry, outcome = std::move(outcome),
                                  done = std::move(done)](base::Result<void> stored) mutable {
    after_step(entry, outcome, std::move(stored), std::move(done));
  });
}

void CommandLedger::after_step(const EntryPtr& entry, const CommandOutcome& outcome,
                               base::Result<void> stored, base::Done<void> done) {
  entry->is_writing = false;
  const bool was_first = entry->state() == CommandState::kReceived;
  if (stored) {
    entry->record.outcome = outcome;
    entry->record.changed = clock_.now();
    base::log::info("command", "step",
                    {{"command", entry->record.command.id},
                     {"target", entry->record.command.target},
                     {"action", entry->record.command.action},
                     {"state", domain::name(outcome.state)},
                     {"issuer", entry->record.command.issuer},
                     {"reason", outcome.reason}});
  } else if (was_first) {
    // Nothing of it is on disk: it never was.
    --counts_.open;
    entries_.erase(entry->record.command.id);
    release_actuator(entry);
  }
  if (was_first) {
    for (Answer& answer : std::exchange(entry->first_answers, {})) {
      std::move(answer)(stored ? base::Result<CommandRecord>(entry->record)
                               : base::Result<CommandRecord>(base::Failure(stored.error())));
    }
    if (!stored) answer_waiters(*entry);
  }
  if (stored && domain::is_final(outcome.state)) after_final(entry);
  if (done) std::move(done)(std::move(stored));
}

void CommandLedger::write(ports::Turn& turn, const Entry& entry, const CommandOutcome& outcome) {
  CommandRecord record = entry.record;
  record.outcome = outcome;
  record.changed = clock_.now();
  const std::string& id = record.command.id.str();
  turn.puts.push_back({ports::Space::kCommand, id, to_row(record)});
  turn.envelopes.push_back({domain::Stream::kCommand, std::string(domain::kCommandEvent),
                            "command/" + id, record.changed, outcome_json(record)});
  if (domain::is_final(outcome.state)) forget_oldest(turn);
}

void CommandLedger::after_final(const EntryPtr& entry) {
  --counts_.open;
  entry->timer.reset();
  finals_.push_back(entry->record.command.id);
  release_actuator(entry);
  answer_waiters(*entry);
}

void CommandLedger::answer_waiters(Entry& entry) {
  const bool is_known = domain::is_final(entry.state());
  for (Answer& answer : std::exchange(entry.final_answers, {})) {
    if (is_known) {
      std::move(answer)(entry.record);
    } else {
      std::move(answer)(
          base::fail(Code::kFull, "the command could not be stored, nothing was sent"));
    }
  }
}

void CommandLedger::release_actuator(const EntryPtr& entry) {
  const auto found = actuators_.find(entry->device);
  if (found == actuators_.end()) return;
  Actuator& actuator = *found->second;
  std::erase(actuator.waiting, entry);
  if (actuator.current == entry) actuator.current.reset();
  entry->has_actuator = false;
  if (!actuator.current && actuator.waiting.empty()) {
    actuators_.erase(found);
  } else {
    pull(domain::DeviceId(entry->device));
  }
}

void CommandLedger::forget_oldest(ports::Turn& turn) {
  while (finals_.size() >= limits_.max_kept) {
    turn.erasures.push_back({ports::Space::kCommand, finals_.front().str()});
    entries_.erase(finals_.front());
    finals_.pop_front();
  }
}

const CommandRecord* CommandLedger::find(const domain::CommandId& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second->record;
}

}  // namespace linli::core
