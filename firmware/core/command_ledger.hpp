#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/core/command_record.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/core/scenario.hpp"
#include "firmware/ports/device_driver.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::core {

struct LedgerLimits {
  std::size_t max_open = 256;  // commands on their way; more are refused
  std::size_t max_kept =
      10'000;  // finished ones remembered, so that a repeat gets the first outcome
};

struct LedgerCounts {
  std::size_t open = 0;
  std::uint64_t total = 0;  // submitted since start, repeats included
  std::uint64_t duplicates = 0;
};

// The one door for commands, whoever asks: platform, linlictl, later console and rules.
//
//   received ──judge──▶ refused
//      │                                       ┌─▶ confirmed
//      ▼                                       │
//   accepted ──its actuator is free──▶ sent ───┼─▶ failed
//      │                                       │
//      └──its time is over──▶ expired          └─▶ unconfirmed (no answer in time)
//
// Each step is on disk before the next begins, so that after a crash a command that may have
// reached its device is never sent again. A scenario's command has no actuator to wait for: it goes
// from received to sent, and the scenario orders its own. Loop thread only.
class CommandLedger {
 public:
  struct Dependencies {
    std::function<ports::DeviceDriver*(const Device&)> driver_of;
    // The room for commands to "scenario/<name>"; nullptr if none of that name runs. It outlives
    // the ledger. May be empty: then there are none.
    std::function<Scenario*(std::string_view name)> scenario_of{};
    // The veto of whoever looks after an actuator (fire rules, a scenario): may a command ask it
    // for this action now? The error is the reason that the asker is given. Asked when a command
    // comes, and again before it is sent. May be empty.
    std::function<base::Result<void>(const domain::DeviceId&, std::string_view action)> may_move{};
  };
  using Answer = base::Done<CommandRecord>;

  CommandLedger(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
                DeviceTable& devices, Dependencies dependencies, LedgerLimits limits);
  ~CommandLedger();

  // Takes the stored commands over at start, in any order. Open ones are resumed if they were not
  // sent yet and their time is not over; those that were sent wait for their device's answer once
  // more and close as unconfirmed.
  void restore(std::vector<CommandRecord> records);

  // `answer` runs once with the record as it stands when the first decision is durable: refused,
  // sent, or accepted (waiting for its actuator). The same id again answers with what is known of
  // the first. kFull, kInternal: it could not be stored, and nothing moves.
  void submit(domain::Command command, Answer answer);

  // As submit, but `answer` runs when the command is final. The first who waits for a scenario's
  // command, and nobody else, is given its secret answer.
  void submit_and_wait(domain::Command command, Answer answer);

  // nullptr if the id is unknown (or forgotten).
  const CommandRecord* find(const domain::CommandId& id) const;

  // All that are known, in no order.
  void each(const std::function<void(const CommandRecord&)>& use) const;

  // A device's answer, seen by the intake in the turn that it is building.
  Settle on_result(ports::Turn& turn, const domain::DeviceId& device,
                   const domain::ActionResult& result);

  LedgerCounts counts() const { return counts_; }

 private:
  struct Entry;
  struct Actuator;
  using EntryPtr = std::shared_ptr<Entry>;

  base::Result<void> understand(Entry& entry) const;
  base::Result<void> understand_scenario(Entry& entry, std::string_view name) const;
  base::Result<void> ask_for_veto(const Entry& entry) const;
  void take_in(const EntryPtr& entry);
  void answer_repeat(const EntryPtr& entry, const domain::Command& command, Answer answer,
                     bool wait);
  void step(const EntryPtr& entry, domain::CommandOutcome outcome, base::Done<void> done);
  void after_step(const EntryPtr& entry, const domain::CommandOutcome& outcome,
                  base::Result<void> stored, base::Done<void> done);
  void write(ports::Turn& turn, const Entry& entry, const domain::CommandOutcome& outcome);
  void queue(const EntryPtr& entry);
  void expire(const EntryPtr& entry);
  void pull(const domain::DeviceId& device);
  void send(const EntryPtr& entry);
  void after_send(const EntryPtr& entry, base::Result<ports::ActionReply> reply);
  void begin_scenario(const EntryPtr& entry);
  void perform(const EntryPtr& entry);
  void after_perform(const EntryPtr& entry, base::Result<ScenarioAnswer> output);
  void close_with_secret(const EntryPtr& entry, std::string answer);
  void await_answer(const EntryPtr& entry);
  void close_silent_scenario(const EntryPtr& entry);
  void close(const EntryPtr& entry, const domain::CommandOutcome& outcome);
  void after_final(const EntryPtr& entry);
  void release_actuator(const EntryPtr& entry);
  void answer_waiters(Entry& entry);
  void resume(const EntryPtr& entry);
  void forget_oldest(ports::Turn& turn);

  base::Loop& loop_;
  ports::Store& store_;
  const ports::WallClock& clock_;
  DeviceTable& devices_;
  Dependencies dependencies_;
  LedgerLimits limits_;
  std::unordered_map<domain::CommandId, EntryPtr, base::IdHash> entries_;
  std::unordered_map<domain::DeviceId, std::unique_ptr<Actuator>, base::IdHash> actuators_;
  std::deque<domain::CommandId> finals_;  // oldest first
  LedgerCounts counts_;
};

}  // namespace linli::core
