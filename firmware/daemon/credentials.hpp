#pragma once

#include "firmware/base/json.hpp"
#include "firmware/ports/device_access.hpp"

namespace linli::daemon {

class Gateway;

// What an installer types into a device, by its driver: {"device","credentials","broker"} for MQTT,
// {"device","credentials","uri",("plain")} for CoAP. Shown once.
base::Json credentials_json(Gateway& gateway, const ports::DeviceCredentials& credentials);

}  // namespace linli::daemon
