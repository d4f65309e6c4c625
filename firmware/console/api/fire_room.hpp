#pragma once

#include <string>
#include <vector>

#include "firmware/console/api/call.hpp"
#include "firmware/console/api/doors.hpp"
#include "firmware/console/api/reach.hpp"
#include "firmware/console/api/scenario_commands.hpp"
#include "firmware/core/device_table.hpp"

namespace linli::console::api {

// 消防联动: the rules, what they hold, and the two things that a person may do to one. Loop thread
// only.
class FireRoom {
 public:
  FireRoom(const Doors& doors, const core::DeviceTable& devices, const Reach& reach,
           ScenarioCommands& commands)
      : doors_(doors), devices_(devices), reach_(reach), commands_(commands) {}

  void add_to(Handlers& handlers);

 private:
  void list(Call call) const;
  void act(Call call, const std::string& action);
  base::Json rules_json(const core::Actor& actor) const;
  base::Json rule_json(const core::Actor& actor, const FirePicture& rule) const;
  base::Json release_json(const FirePicture::Release& release) const;
  bool sees(const core::Actor& actor, const FirePicture::Release& release) const;

  const Doors& doors_;
  const core::DeviceTable& devices_;
  const Reach& reach_;
  ScenarioCommands& commands_;
};

}  // namespace linli::console::api
