#pragma once

#include <optional>
#include <string>

#include "firmware/base/json.hpp"
#include "firmware/base/once.hpp"
#include "firmware/console/api/call.hpp"
#include "firmware/console/api/command_room.hpp"

namespace linli::console::api {

// Asks a room of floor 5 for something, as the person who is signed in, with their own role: the
// scenario judges it once more. Loop thread only.
class ScenarioCommands {
 public:
  // `scenario` is its name: "access".
  ScenarioCommands(CommandRoom& commands, std::string scenario)
      : commands_(commands), target_("scenario/" + std::move(scenario)) {}

  struct Wish {
    std::string action;
    base::Json input;          // as config/schema/<scenario>/<action>.schema.json
    std::string about;         // for the audit: "door:gate"
    std::string reason = {};   // for the audit, in the words of who asks
    std::string body_is = {};  // the member of the input that the request's body is; empty: all
  };
  struct Done {
    std::string command;  // its id
    base::Json answer;    // of the scenario, an object
  };
  // `then` gets the call when it is done; if it is not, the call is refused and says why. What lies
  // outside of the actor's places must have been refused before: the command holds for all of the
  // compound.
  void ask(Call call, Wish wish, base::Once<void(Call, Done)> then);

 private:
  CommandRoom& commands_;
  std::string target_;
};

// Why a final command was not carried out, in the API's words; nullopt: it was. What is wrong with
// a member of its input becomes the member's of the body.
std::optional<Problem> problem_of(const core::CommandRecord& record);

}  // namespace linli::console::api
