#pragma once

#include "firmware/base/json.hpp"
#include "firmware/console/api/device_view.hpp"
#include "firmware/console/api/doors.hpp"
#include "firmware/core/device_table.hpp"

namespace linli::console::api {

// Doors as the API shows them: what the scenario knows, with how their devices stand. Loop thread
// only.
class DoorView {
 public:
  DoorView(const core::DeviceTable& devices, const DeviceView& view)
      : devices_(devices), view_(view) {}

  base::Json summary(const DoorPicture& door) const;
  base::Json whole(const DoorPicture& door) const;  // with its definition
  // What a change of the door is held against: what people edit.
  static std::string version(const DoorPicture& door);

 private:
  base::Json part(const std::string& device) const;
  base::Json reader(const DoorPicture::Reader& reader) const;

  const core::DeviceTable& devices_;
  const DeviceView& view_;
};

}  // namespace linli::console::api
