#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "firmware/core/device_table.hpp"
#include "firmware/core/settle.hpp"
#include "firmware/domain/command.hpp"
#include "firmware/ports/store.hpp"

namespace linli::core {

// What a scenario answers to a command: one JSON object. A secret one (a visitor's code, a pass) is
// for the ears of who asked: the ledger gives it once, to the first who waits for the command, and
// keeps and sends up only whether it was given.
struct ScenarioAnswer {
  std::string json = "{}";
  bool is_secret = false;

  ScenarioAnswer() = default;
  // An open answer is its text.
  ScenarioAnswer(std::string open)  // NOLINT(google-explicit-constructor): said as a text
      : json(std::move(open)) {}
  ScenarioAnswer(const char* open)  // NOLINT(google-explicit-constructor): said as a text
      : json(open) {}
  static ScenarioAnswer secret(std::string json) {
    ScenarioAnswer answer(std::move(json));
    answer.is_secret = true;
    return answer;
  }
};

// A room of floor 5 as the shared rooms see it: ReportIntake tells it what its devices say, and
// CommandLedger brings it the commands for "scenario/<name>". It outlives both. Loop thread only.
class Scenario {
 public:
  // The longest answer of perform().
  static constexpr std::size_t kMaxAnswer = std::size_t{16} * 1024;

  Scenario() = default;
  Scenario(const Scenario&) = delete;
  Scenario& operator=(const Scenario&) = delete;
  virtual ~Scenario() = default;

  // "access": commands have the target "scenario/access". The same for ever.
  virtual std::string_view name() const = 0;

  // In the intake's turn, after interlocks: what a device said (readings, events, presence,
  // presentations). A device's repeats, and what could not be understood, do not come here. Writes
  // into the turn what follows from it; nothing may move before the returned Settle says that it
  // was stored. It is called for each report, in the order of their arrival, and must be cheap for
  // those that mean nothing to it; an empty Settle costs nothing. After Settle(false) the same
  // report may come again.
  virtual Settle on_report(ports::Turn& turn, const Device& device, const domain::Report& report,
                           const domain::EventTime& now) = 0;

  // Is the action known, the input valid, may this issuer ask for it? The error is the reason that
  // the asker is given. Pure.
  virtual base::Result<domain::SafetyClass> judge(const domain::Command& command) const = 0;

  // The command is durable and accepted: does it. `done` runs once, later than the call, with the
  // answer (at most kMaxAnswer bytes; unless it is secret, it is kept, and goes up with the
  // outcome) or the reason why nothing was done; kTimeout means that it may have been done. Called
  // at most once for a command, also after a crash, and not after its life is over: what needs
  // steps of its own before something moves looks at its age again. After 30 s without an answer
  // the command closes as unconfirmed, and a later answer changes nothing. Its input is not kept on
  // disk.
  virtual void perform(const domain::Command& command, base::Done<ScenarioAnswer> done) = 0;
};

}  // namespace linli::core
