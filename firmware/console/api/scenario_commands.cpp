#include "firmware/console/api/scenario_commands.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace linli::console::api {
namespace {

using base::Code;

// How long it may wait for the store: who asks waits on the line, and a door opens soon or not at
// all.
constexpr std::int64_t kWaitMs = 10'000;
constexpr std::string_view kInput = "input: ";
constexpr std::array kCodes{Code::kInvalid, Code::kNotFound,    Code::kTimeout,  Code::kOffline,
                            Code::kRefused, Code::kDenied,      Code::kConflict, Code::kFull,
                            Code::kCorrupt, Code::kUnsupported, Code::kInternal};

// "denied: role 'guard' may not …" as the error that it was made from.
base::Error error_of(std::string_view reason) {
  for (const Code code : kCodes) {
    const std::string_view word = base::name(code);
    if (!reason.starts_with(word) || !reason.substr(word.size()).starts_with(": ")) continue;
    std::string_view what = reason.substr(word.size() + 2);
    if (what.starts_with(kInput)) what.remove_prefix(kInput.size());
    return {code, std::string(what)};
  }
  return {Code::kConflict, std::string(reason)};
}

// What is wrong stands in the body where it stands in the input, without the member around it.
Problem in_body(Problem problem, const std::string& body_is) {
  const std::string around = body_is + ": ";
  if (problem.code != "invalid" || !problem.detail.starts_with(around)) return problem;
  return problem_of(base::Error{Code::kInvalid, problem.detail.substr(around.size())});
}

}  // namespace

std::optional<Problem> problem_of(const core::CommandRecord& record) {
  const base::Error error = error_of(record.outcome.reason);
  switch (record.outcome.state) {
    case domain::CommandState::kConfirmed:
      return std::nullopt;
    case domain::CommandState::kExpired:
    case domain::CommandState::kUnconfirmed:
      return Problem{"timeout", error.what};
    default:
      return problem_of(error);
  }
}

void ScenarioCommands::ask(Call call, Wish wish, base::Once<void(Call, Done)> then) {
  const core::Actor actor = call.actor;
  auto command = commands_.new_command(actor, target_, wish.action);
  if (!command) return refuse(std::move(call), command.error());
  command->role = domain::name(actor.role);
  command->input = base::dump_json(wish.input);
  command->ttl_ms = kWaitMs;
  commands_.send(
      actor, *std::move(command), {std::move(wish.about), std::move(wish.reason)}, true,
      [call = std::move(call), then = std::move(then),
       body_is = std::move(wish.body_is)](base::Result<core::CommandRecord> record) mutable {
        if (!record) return refuse(std::move(call), record.error());
        if (auto problem = problem_of(*record))
          return refuse(std::move(call), in_body(*std::move(problem), body_is));
        Done done{record->command.id.str(),
                  base::parse_json(record->outcome.output).value_or(base::Json::object())};
        std::move(then)(std::move(call), std::move(done));
      });
}

}  // namespace linli::console::api
