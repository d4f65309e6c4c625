#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "firmware/domain/command.hpp"
#include "firmware/domain/event_time.hpp"

namespace linli::core {

// A command and what has become of it so far: one row of the store.
struct CommandRecord {
  domain::Command command;
  domain::EventTime received;
  domain::EventTime changed;  // the last step
  domain::CommandOutcome outcome;
};

std::string to_row(const CommandRecord& record);
// kCorrupt if the row was not written by to_row.
base::Result<CommandRecord> command_from_row(std::string_view row);

// {"command":…,"target":…,"action":…,"state":…,"reason":…,"output":…,"issuer":…}: for the platform
// and for whoever asks.
std::string outcome_json(const CommandRecord& record);

}  // namespace linli::core
