#pragma once

#include "firmware/domain/observation.hpp"
#include "firmware/domain/profile.hpp"

// What both dialects of CoAP ask and say of reports. Pure.
namespace linli::drivers::coap {

// A report that says nothing but whether the device is there.
domain::Report presence_of(const domain::DeviceId& device, domain::Presence presence);

// A report with which the device itself says that it leaves.
domain::Report goodbye_of(const domain::DeviceId& device);

// Is an event of the stream "alarm" in it?
bool is_alarm(const domain::Report& report, const domain::Profile& profile);

}  // namespace linli::drivers::coap
