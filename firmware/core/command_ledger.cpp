#include "firmware/core/command_ledger.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/core/command_judge.hpp"
#include "firmware/core/command_ledger_entry.hpp"
#include "firmware/domain/command_rules.hpp"

namespace linli::core {
namespace {

using base::Code;
using domain::CommandOutcome;
using domain::CommandState;

constexpr auto kStoreRetry = std::chrono::seconds(5);

}  // namespace

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
    domain::is_final(entry->state()) ? finals_.push_back(id) : open.push_back(entry);
  }
  for (const EntryPtr& entry : open) resume(entry);
}

void CommandLedger::resume(const EntryPtr& entry) {
  ++counts_.open;
  const bool was_sent = entry->state() == CommandState::kSent;
  const CommandRecord& record = entry->record;
  if (scenario_name(record.command)) {
    return close(entry, {CommandState::kUnconfirmed,
                         "the gateway restarted before the scenario answered: look whether it was "
                         "done",
                         "{}"});
  }
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
  const bool is_other_input =
      first.input != command.input && !(scenario_name(first) && domain::is_final(entry->state()));
  if (first.target != command.target || first.action != command.action || is_other_input) {
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
  if (const auto scenario = scenario_name(entry.record.command))
    return understand_scenario(entry, *scenario);
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
  if (auto asked = ask_for_veto(*entry); !asked)
    return refuse(CommandState::kRefused, asked.error());
  const auto left = domain::time_left(entry->record.command, entry->safety, entry->record.received);
  if (!left) {
    const bool is_over = left.error().code == Code::kInvalid;
    return refuse(is_over ? CommandState::kExpired : CommandState::kRefused, left.error());
  }
  entry->deadline = loop_.now() + *left;
  if (entry->scenario != nullptr) return begin_scenario(entry);
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
  // A scenario's command is not taken up again after a crash, and its input may name people.
  if (scenario_name(record.command)) record.command.input = "{}";
  turn.puts.push_back({ports::Space::kCommand, id, to_row(record)});
  const Device* const device = devices_.find(entry.device);
  turn.envelopes.push_back({domain::Stream::kCommand, std::string(domain::kCommandEvent),
                            "command/" + id, record.changed, outcome_json(record), "",
                            entry.device.str(),
                            device == nullptr ? record.command.place : device->registration.place});
  if (domain::is_final(outcome.state)) forget_oldest(turn);
}

void CommandLedger::after_final(const EntryPtr& entry) {
  --counts_.open;
  entry->timer.reset();
  if (scenario_name(entry->record.command)) entry->record.command.input = "{}";
  finals_.push_back(entry->record.command.id);
  release_actuator(entry);
  answer_waiters(*entry);
}

void CommandLedger::answer_waiters(Entry& entry) {
  const bool is_known = domain::is_final(entry.state());
  base::SecretText secret = std::exchange(entry.secret, {});
  for (Answer& answer : std::exchange(entry.final_answers, {})) {
    if (is_known) {
      CommandRecord told = entry.record;
      if (!secret.empty()) told.outcome.output = std::exchange(secret, {}).reveal();
      std::move(answer)(std::move(told));
    } else {
      std::move(answer)(
          base::fail(Code::kFull, "the command could not be stored, nothing was sent"));
    }
  }
}

void CommandLedger::forget_oldest(ports::Turn& turn) {
  while (finals_.size() >= limits_.max_kept) {
    turn.erasures.push_back({ports::Space::kCommand, finals_.front().str()});
    entries_.erase(finals_.front());
    finals_.pop_front();
  }
}

void CommandLedger::each(const std::function<void(const CommandRecord&)>& use) const {
  for (const auto& [id, entry] : entries_) use(entry->record);
}

const CommandRecord* CommandLedger::find(const domain::CommandId& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second->record;
}

}  // namespace linli::core
