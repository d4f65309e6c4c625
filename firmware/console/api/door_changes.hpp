#pragma once

#include <optional>
#include <string>

#include "firmware/console/api/call.hpp"
#include "firmware/console/api/door_view.hpp"
#include "firmware/console/api/doors.hpp"
#include "firmware/console/api/reach.hpp"
#include "firmware/console/api/scenario_commands.hpp"

namespace linli::console::api {

// Sets doors up, and the hours in which they may be passed (通行时段). Loop thread only.
class DoorChanges {
 public:
  DoorChanges(const Doors& doors, const core::DeviceTable& devices, const DoorView& view,
              const Reach& reach, ScenarioCommands& commands)
      : doors_(doors), devices_(devices), view_(view), reach_(reach), commands_(commands) {}

  void add_to(Handlers& handlers);

 private:
  void put(Call call);
  void after_put(Call call) const;
  void remove(Call call);
  void put_schedule(Call call);
  void remove_schedule(Call call);
  void put_calendar(Call call);
  // Why this change is not the actor's, or not of what they have read.
  std::optional<Problem> check(const Call& call) const;
  std::optional<Problem> check_parts(const core::Actor& actor, const base::Json& body) const;

  const Doors& doors_;
  const core::DeviceTable& devices_;
  const DoorView& view_;
  const Reach& reach_;
  ScenarioCommands& commands_;
};

}  // namespace linli::console::api
