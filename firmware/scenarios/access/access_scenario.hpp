#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/scenario.hpp"
#include "firmware/scenarios/access/access_commands.hpp"
#include "firmware/scenarios/access/certain_past.hpp"
#include "firmware/scenarios/access/terminal_roster.hpp"

namespace linli::scenarios::access {

// 智能门禁: the room of floor 5 that looks after doors. What it is made of: the books, the doors
// that live by them, what people show, and what may be asked.
class AccessScenario final : public core::Scenario {
 public:
  // How often the rows of what has ended are thrown away.
  static constexpr base::Duration kSweepEvery = std::chrono::hours(1);

  AccessScenario(AccessCommands::Dependencies needs, LockDrive::DriverOf driver_of, AccessMacs macs,
                 LockDrive::MayMove may_move = {});

  // At start, before the loop runs: what is stored.
  base::Result<void> restore(ports::Query& query);

  std::string_view name() const override { return "access"; }
  core::Settle on_report(ports::Turn& turn, const core::Device& device,
                         const domain::Report& report, const domain::EventTime& now) override;
  base::Result<domain::SafetyClass> judge(const domain::Command& command) const override {
    return commands_.judge(command);
  }
  void perform(const domain::Command& command, base::Done<core::ScenarioAnswer> done) override {
    commands_.perform(command, std::move(done));
  }

  // For the ledger's veto: what moves a door's lock is asked of the door, where blocks hold and the
  // log says who came.
  base::Result<void> may_be_commanded(const domain::DeviceId& device,
                                      std::string_view action) const {
    return books_.doors.may_be_commanded(device.str(), action);
  }

  // For core's interlocks, whenever they release doors or a person has reset them.
  void on_fire(const std::vector<domain::access::Release>& releases, bool released) {
    doors_.on_fire(releases, released);
  }

  // Who is to be known at terminals, and what is called whenever that may have changed.
  const ports::PersonRoster& roster() const { return roster_; }
  void on_change(std::function<void()> observer) { commands_.on_change(std::move(observer)); }

  // What of people's access is over one day.
  core::RetentionShelf& shelf() { return commands_; }

  AccessBooks& books() { return books_; }
  DoorDesk& doors() { return doors_; }

 private:
  void sweep();

  base::Loop& loop_;
  ports::Store& store_;
  const ports::WallClock& clock_;
  AccessBooks books_;
  LockDrive drive_;
  DoorDesk doors_;
  PresentationDesk presentations_;
  AccessCommands commands_;
  TerminalRoster roster_;
  CertainPast past_;
  base::Handle timer_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::scenarios::access
