#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "firmware/base/once.hpp"
#include "firmware/domain/ids.hpp"
#include "firmware/domain/profile.hpp"

namespace linli::ports {

struct ActionRequest {
  domain::CommandId command;
  domain::DeviceId device;
  std::uint16_t action = 0;      // index in the profile
  std::string input = "{}";      // one JSON object, valid for the action
  base::Duration expires_in{0};  // the device must not act later than this from now
};

// The device has done it, with its answer; or only the bus has it, and the answer will come as an
// ActionResult in a Report.
struct ActionReply {
  bool answer_follows = false;
  std::string output = "{}";
};

// A field protocol. Loop thread only.
class DeviceDriver {
 public:
  DeviceDriver() = default;
  DeviceDriver(const DeviceDriver&) = delete;
  DeviceDriver& operator=(const DeviceDriver&) = delete;
  virtual ~DeviceDriver() = default;

  // Could attach() serve such a device? Asked before anything of it is stored. kUnsupported: not
  // this model; kInvalid, kDenied: not this address.
  virtual base::Result<void> accepts(const domain::Profile& /*profile*/,
                                     std::string_view address) const {
    if (address.empty()) return {};
    return base::fail(base::Code::kInvalid, "devices of this driver have no address");
  }

  // Begins to serve a device: at start for each registered one, later when one is added. Twice for
  // the same device replaces profile and address. `address` is the driver's own words (empty for
  // MQTT).
  virtual base::Result<void> attach(domain::DeviceId device,
                                    std::shared_ptr<const domain::Profile> profile,
                                    std::string_view address) = 0;

  // Ends it; unknown devices are ignored. What is still under way for it fails with kNotFound.
  virtual void detach(const domain::DeviceId& device) = 0;

  // Asks the device for an action. `done` runs exactly once, at the latest when the action's
  // time-out has passed. kOffline: nothing was sent, so it is safe to ask again.
  virtual void invoke(ActionRequest request, base::Done<ActionReply> done) = 0;

  // The device's message `message_id` is durable: tell it, if the protocol can.
  virtual void acknowledge(const domain::DeviceId& device, const std::string& message_id) = 0;
};

}  // namespace linli::ports
