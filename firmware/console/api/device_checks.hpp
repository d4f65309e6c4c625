#pragma once

#include "firmware/base/json.hpp"
#include "firmware/console/api/device_view.hpp"
#include "firmware/console/api/problem.hpp"

namespace linli::console::api {

// What may be wrong with a device, in the order in which one would look:
// [{"name","ok","detail","way_out"}]
base::Json device_checks(const core::Device& device, const DeviceView& view, Language language);

}  // namespace linli::console::api
