#pragma once

#include <string>

#include "firmware/base/json.hpp"
#include "firmware/console/api/house.hpp"
#include "firmware/core/command_record.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::console::api {

// Devices as the API shows them. Loop thread only.
class DeviceView {
 public:
  DeviceView(const House& house, const ports::WallClock& clock) : house_(house), clock_(clock) {}

  core::DeviceStanding standing(const core::Device& device) const;
  base::Json summary(const core::Device& device) const;
  base::Json whole(const core::Device& device) const;  // with values, actions and events
  base::Json property(const core::Device& device, std::size_t index) const;
  // What a change of the device is held against: what people edit.
  static std::string version(const core::Device& device);

 private:
  const House& house_;
  const ports::WallClock& clock_;
};

base::Json title_json(const domain::Title& title);
// A JSON Schema of an action's input or an event's data; null if there are no fields.
base::Json schema_json(const std::vector<domain::FieldModel>& fields);
base::Json schema_json(const domain::ValueSchema& schema);
base::Json value_json(const domain::Value& value);
// RFC 3339, or null.
base::Json time_json(const std::optional<domain::EventTime>& time);

// A command as the API shows it.
base::Json command_json(const core::CommandRecord& record);
// The id in "device/<id>"; empty for another target.
std::string device_of(const domain::Command& command);

}  // namespace linli::console::api
