#pragma once

#include <optional>
#include <string>

#include "firmware/console/api/call.hpp"
#include "firmware/console/api/doors.hpp"
#include "firmware/console/api/homes.hpp"
#include "firmware/console/api/house.hpp"
#include "firmware/console/api/household_view.hpp"
#include "firmware/console/api/scenario_commands.hpp"
#include "firmware/core/places.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::console::api {

// The doors in the residents' app: one's own doors, visitors, family, record and face. The
// account's id is the resident's; whoever lives nowhere has no doors. Each wish goes to the
// scenario as the person's own and is judged there. Loop thread only.
class ResidentDoorsRoom {
 public:
  ResidentDoorsRoom(const Homes& homes, const Doors& doors, const HouseholdView& view,
                    const core::Places& places, House& house, const ports::WallClock& clock,
                    ScenarioCommands& commands)
      : homes_(homes),
        doors_(doors),
        view_(view),
        places_(places),
        house_(house),
        clock_(clock),
        commands_(commands) {}

  void add_to(Handlers& handlers);

  // What is kept of this person beside the account, for "my data".
  base::Json data_of(const std::string& person) const;

 private:
  // False: the call is refused.
  bool lives_here(Call& call) const;
  void list_doors(Call call) const;
  void open(Call call);
  void list_visits(Call call) const;
  void give_visit(Call call);
  void end_visit(Call call);
  void show_home(Call call) const;
  void log(Call call);
  void show_face(Call call) const;
  void agree_to_face(Call call);
  void delete_face(Call call);
  void erase_data(Call call);
  void delegate(Call call);
  void end_delegation(Call call);
  base::Json door_json(const DoorPicture& door) const;
  void do_quietly(Call call, ScenarioCommands::Wish wish);

  const Homes& homes_;
  const Doors& doors_;
  const HouseholdView& view_;
  const core::Places& places_;
  House& house_;
  const ports::WallClock& clock_;
  ScenarioCommands& commands_;
};

}  // namespace linli::console::api
