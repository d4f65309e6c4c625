#pragma once

#include <optional>
#include <string>

#include "firmware/console/api/call.hpp"
#include "firmware/console/api/door_view.hpp"
#include "firmware/console/api/doors.hpp"
#include "firmware/console/api/house.hpp"
#include "firmware/console/api/reach.hpp"
#include "firmware/console/api/scenario_commands.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::console::api {

// The doors (智能门禁): how they stand, and what somebody may do to one of them. Whatever changes
// something is a command to the scenario. Loop thread only.
class DoorRoom {
 public:
  DoorRoom(const Doors& doors, const DoorView& view, const Reach& reach, const House& house,
           const ports::WallClock& clock, ScenarioCommands& commands)
      : doors_(doors),
        view_(view),
        reach_(reach),
        house_(house),
        clock_(clock),
        commands_(commands) {}

  void add_to(Handlers& handlers);

 private:
  void list(Call call) const;
  void show(Call call) const;
  void open(Call call);
  void act(Call call, const std::string& action);
  void carry_out(Call call, ScenarioCommands::Wish wish);
  // nullopt if there is none, or the actor does not see it.
  std::optional<DoorPicture> door_of(const Call& call) const;

  const Doors& doors_;
  const DoorView& view_;
  const Reach& reach_;
  const House& house_;
  const ports::WallClock& clock_;
  ScenarioCommands& commands_;
};

}  // namespace linli::console::api
