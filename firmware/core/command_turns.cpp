#include <algorithm>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/core/command_ledger_entry.hpp"

// Whose turn it is at an actuator, and what the device says to it. How a step gets to the disk
// stands in command_ledger.cpp.
namespace linli::core {

using base::Code;
using domain::CommandOutcome;
using domain::CommandState;

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
  if (auto asked = ask_for_veto(*entry); !asked)
    return close(entry, {CommandState::kFailed, reason_of(asked.error()), "{}"});
  await_answer(entry);
  const domain::Command& command = entry->record.command;
  driver->invoke(
      {command.id, entry->device, entry->action, command.input, entry->deadline - loop_.now()},
      [this, entry](base::Result<ports::ActionReply> reply) {
        after_send(entry, std::move(reply));
      });
}

base::Result<void> CommandLedger::ask_for_veto(const Entry& entry) const {
  if (!dependencies_.may_move || entry.device.empty()) return {};
  return dependencies_.may_move(entry.device, entry.record.command.action);
}

void CommandLedger::await_answer(const EntryPtr& entry) {
  entry->timer = loop_.after(entry->answer_limit, [this, weak = std::weak_ptr(entry)] {
    const EntryPtr silent = weak.lock();
    if (!silent) return;
    if (silent->scenario != nullptr) return close_silent_scenario(silent);
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

}  // namespace linli::core
