#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/base/json.hpp"
#include "firmware/base/result.hpp"
#include "firmware/domain/ids.hpp"

namespace linli::domain {

// Where a command is on its way: received → accepted → sent → confirmed | failed | expired |
// unconfirmed, or refused at the door.
enum class CommandState : std::uint8_t {
  kReceived,
  kAccepted,
  kSent,         // 已发送: handed to the driver; the device may have it
  kConfirmed,    // 已生效: the device says that it was done
  kFailed,       // the device, or the way to it, says that it was not done
  kExpired,      // its time ran out before it was sent
  kUnconfirmed,  // 未确认: sent, and no answer came
  kRefused,      // not allowed, unknown or invalid; nothing moved
};

std::string_view name(CommandState state);
std::optional<CommandState> command_state_of(std::string_view name);
constexpr bool is_final(CommandState state) {
  return state > CommandState::kSent;
}

// One wish for one action. Who may ask is decided by `role` at `place`; `expires_ms` is wall time.
struct Command {
  CommandId id;
  std::string target;  // "device/<id>" or "scenario/<name>"
  std::string action;
  std::string input = "{}";  // one JSON object
  std::string issuer;        // who asks, e.g. "platform", "local:uid=1000", a person's pseudonym
  std::string role;          // in which role, e.g. "platform", "maintainer"
  std::string place;         // where that role holds; empty: the whole compound
  std::optional<std::int64_t> expires_ms;  // not after this wall time (Unix milliseconds)
  std::optional<std::int64_t> ttl_ms;      // not later than this after it was received

  friend bool operator==(const Command&, const Command&) = default;
};

// What a command may be that comes from elsewhere, and at the machine itself, where lists of people
// are handed in.
inline constexpr base::JsonLimits kCommandLimits{
    .max_bytes = 16 * 1024, .max_depth = 8, .max_values = 256, .max_string_bytes = 4096};
inline constexpr base::JsonLimits kLocalCommandLimits{.max_bytes = 512 * 1024, .max_depth = 8};

// Reads a command of the native contract (config/schema/command.schema.json). kInvalid names the
// member that is wrong. Issuer and role are not read from the text: they come from the channel.
base::Result<Command> parse_command(std::string_view json,
                                    const base::JsonLimits& limits = kCommandLimits);

// What became of a command.
struct CommandOutcome {
  CommandState state = CommandState::kReceived;
  std::string reason;         // for people and programs, e.g. "denied: role guest may not unlock"
  std::string output = "{}";  // the device's answer, one JSON object

  friend bool operator==(const CommandOutcome&, const CommandOutcome&) = default;
};

}  // namespace linli::domain
