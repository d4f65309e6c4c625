#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/terminal/terminal_driver.hpp"
#include "firmware/console/api/doors.hpp"
#include "firmware/core/interlock_desk.hpp"
#include "firmware/ports/key_store.hpp"
#include "firmware/scenarios/access/access_scenario.hpp"

namespace linli::daemon {

// What the console's API reads of the doors, from the scenario and the fire rules. Loop thread
// only; all of them outlive it.
class ConsoleDoors final : public console::api::Doors {
 public:
  // How far the terminals are, asked for once for each answer. May be empty: there are none.
  using Terminals = std::function<std::vector<drivers::terminal::TerminalStatus>()>;

  ConsoleDoors(scenarios::access::AccessScenario& scenario, const core::InterlockDesk& interlocks,
               ports::KeyStore& keys, Terminals terminals)
      : scenario_(scenario),
        interlocks_(interlocks),
        keys_(keys),
        terminals_(std::move(terminals)) {}

  std::vector<console::api::DoorPicture> all() const override;
  std::optional<console::api::DoorPicture> find(std::string_view id) const override;
  std::vector<console::api::FirePicture> fire() const override;
  base::Json schedules() const override;
  base::Json calendars() const override;
  std::optional<std::string> resident_name(std::string_view person) const override;

 private:
  using PersonsAt = std::map<std::string, console::api::DoorPicture::Persons, std::less<>>;
  PersonsAt persons_at_terminals() const;
  console::api::DoorPicture picture(const scenarios::access::DoorDefinition& door,
                                    const PersonsAt& persons) const;
  // Of all rules, asked for once for a whole picture.
  struct Doubts {
    std::vector<domain::access::Release> unconfirmed;
    std::vector<domain::access::MissingActuator> missing;
  };
  // `rule` is null if it is no longer in the file.
  console::api::FirePicture fire_picture(const std::string& name,
                                         const domain::access::InterlockRule* rule,
                                         const Doubts& doubts) const;

  scenarios::access::AccessScenario& scenario_;
  const core::InterlockDesk& interlocks_;
  ports::KeyStore& keys_;
  Terminals terminals_;
};

}  // namespace linli::daemon
