#include <utility>

#include "firmware/core/command_judge.hpp"
#include "firmware/core/command_ledger_entry.hpp"

// What is different with a command for a scenario: no actuator to wait for, and an answer from
// inside the house.
namespace linli::core {
namespace {

using base::Code;
using domain::CommandState;

constexpr auto kAnswerLimit = std::chrono::seconds(30);

}  // namespace

base::Result<void> CommandLedger::understand_scenario(Entry& entry, std::string_view name) const {
  Scenario* const scenario = dependencies_.scenario_of ? dependencies_.scenario_of(name) : nullptr;
  if (scenario == nullptr) return base::fail(Code::kNotFound, "no scenario '{}' runs here", name);
  auto safety = scenario->judge(entry.record.command);
  if (!safety) return base::failure_of(std::move(safety));
  entry.scenario = scenario;
  entry.safety = *safety;
  entry.answer_limit = kAnswerLimit;
  return {};
}

void CommandLedger::begin_scenario(const EntryPtr& entry) {
  step(entry, {CommandState::kSent, "", "{}"}, [this, entry](const base::Result<void>& stored) {
    if (stored) perform(entry);
  });
}

void CommandLedger::perform(const EntryPtr& entry) {
  if (loop_.now() >= entry->deadline) {
    return close(entry,
                 {CommandState::kExpired, "its time was over while it was being stored", "{}"});
  }
  await_answer(entry);
  entry->scenario->perform(entry->record.command,
                           [this, entry](base::Result<ScenarioAnswer> output) {
                             after_perform(entry, std::move(output));
                           });
}

void CommandLedger::after_perform(const EntryPtr& entry, base::Result<ScenarioAnswer> output) {
  if (domain::is_final(entry->state()) || entry->is_writing) return;
  if (!output) {
    const bool may_be_done = output.error().code == Code::kTimeout;
    return close(entry, {may_be_done ? CommandState::kUnconfirmed : CommandState::kFailed,
                         reason_of(output.error()), "{}"});
  }
  if (output->json.size() > Scenario::kMaxAnswer) {
    return close(entry, {CommandState::kConfirmed,
                         fmt::format("the scenario's answer is longer than {} bytes and was not "
                                     "kept",
                                     Scenario::kMaxAnswer),
                         "{}"});
  }
  if (output->is_secret) return close_with_secret(entry, std::move(output->json));
  close(entry, {CommandState::kConfirmed, "", std::move(output->json)});
}

// It is told when it is on disk that it was told: nobody is told twice, whatever stops in between.
void CommandLedger::close_with_secret(const EntryPtr& entry, std::string answer) {
  const bool is_awaited = !entry->final_answers.empty();
  if (is_awaited) entry->secret = base::SecretText(std::move(answer));
  close(entry, {CommandState::kConfirmed, "",
                is_awaited ? R"({"secret":"given_once"})" : R"({"secret":"nobody_waited"})"});
}

void CommandLedger::close_silent_scenario(const EntryPtr& entry) {
  close(entry, {CommandState::kUnconfirmed,
                "the scenario did not answer in time, look whether it was done", "{}"});
}

}  // namespace linli::core
