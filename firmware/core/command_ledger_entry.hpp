#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "firmware/base/secret.hpp"
#include "firmware/core/command_ledger.hpp"

// What the files of CommandLedger share; no other includes this.
namespace linli::core {

struct CommandLedger::Entry {
  CommandRecord record;
  Scenario* scenario = nullptr;  // whose command it is; null: a device's
  domain::DeviceId device;       // empty if it is a scenario's
  std::uint16_t action = 0;
  domain::SafetyClass safety = domain::SafetyClass::kActuator;
  base::Duration answer_limit{0};  // from sent to the device's answer
  base::TimePoint deadline;        // not sent later than this
  base::Handle timer;
  bool is_writing = false;  // a step is on its way to the disk
  bool has_actuator = false;
  std::vector<Answer> first_answers;
  std::vector<Answer> final_answers;
  base::SecretText secret;  // of a scenario, for the first of final_answers; empty: none

  domain::CommandState state() const { return record.outcome.state; }
};

struct CommandLedger::Actuator {
  EntryPtr current;
  std::deque<EntryPtr> waiting;
};

// "timeout: no answer", as it stands in an outcome.
inline std::string reason_of(const base::Error& error) {
  return fmt::format("{}: {}", base::name(error.code), error.what);
}

}  // namespace linli::core
