#include "firmware/domain/command.hpp"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>
#include "firmware/base/json_reader.hpp"

namespace linli::domain {
namespace {

constexpr std::array<std::pair<CommandState, std::string_view>, 8> kStates{{
    {CommandState::kReceived, "received"},
    {CommandState::kAccepted, "accepted"},
    {CommandState::kSent, "sent"},
    {CommandState::kConfirmed, "confirmed"},
    {CommandState::kFailed, "failed"},
    {CommandState::kExpired, "expired"},
    {CommandState::kUnconfirmed, "unconfirmed"},
    {CommandState::kRefused, "refused"},
}};

constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxTargetBytes = 80;
constexpr std::int64_t kMaxTtlMs = 24 * 3600 * 1000;
constexpr std::int64_t kYear2200Ms = 7'258'118'400'000;

}  // namespace

std::string_view name(CommandState state) {
  for (const auto& [known, word] : kStates) {
    if (known == state) return word;
  }
  return "received";
}

std::optional<CommandState> command_state_of(std::string_view name) {
  for (const auto& [state, word] : kStates) {
    if (word == name) return state;
  }
  return std::nullopt;
}

base::Result<Command> parse_command(std::string_view json, const base::JsonLimits& limits) {
  auto parsed = base::parse_json(json, limits);
  if (!parsed) return base::failure_of(std::move(parsed), "command");
  base::JsonReader in(*parsed, "command");
  Command command;
  const std::string id = in.text("id", kMaxNameBytes);
  command.target = in.text("target", kMaxTargetBytes);
  command.action = in.text("action", kMaxNameBytes);
  if (const base::Json* input = in.optional_object("input"))
    command.input = base::dump_json(*input);
  command.place = in.optional_text("place", kMaxTargetBytes).value_or("");
  command.expires_ms = in.optional_integer("expires_ms", {1, kYear2200Ms});
  command.ttl_ms = in.optional_integer("ttl_ms", {1, kMaxTtlMs});
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  auto parsed_id = CommandId::parse(id);
  if (!parsed_id) return base::failure_of(std::move(parsed_id), "command.id");
  command.id = *std::move(parsed_id);
  return command;
}

}  // namespace linli::domain
