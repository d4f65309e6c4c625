#pragma once

#include <functional>
#include <string>

#include "firmware/base/loop.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/ports/device_access.hpp"
#include "firmware/ports/device_driver.hpp"
#include "firmware/ports/store.hpp"

namespace linli::core {

// Adds, replaces and revokes devices: registration, login and driver together. Loop thread only;
// each `done` runs once.
class DeviceAdmin {
 public:
  struct Dependencies {
    std::function<ProfilePtr(const std::string& name)> profile;  // nullptr: no such profile
    std::function<ports::DeviceDriver*(const std::string& name)> driver;  // nullptr: no such driver
  };

  DeviceAdmin(ports::Store& store, ports::DeviceAccess& access, DeviceTable& devices,
              Dependencies dependencies);

  // Registers a new device and opens its way in. kConflict if the id is taken, kNotFound for an
  // unknown profile or driver. The registration is durable before the login exists; if the login
  // then cannot be made, the device stays registered and replace() makes it.
  void add(Registration registration, base::Done<ports::DeviceCredentials> done);

  // New hardware in the old place: new credentials, the old ones are worthless, history stays.
  void replace(const domain::DeviceId& id, base::Done<ports::DeviceCredentials> done);

  // Takes the way in away first (a live connection is cut), then the registration.
  void revoke(const domain::DeviceId& id, base::Done<void> done);

  // At start: registers what is stored. A device whose profile is gone is kept out with an error.
  base::Result<void> restore(Registration registration);

 private:
  void grant(const domain::DeviceId& id, base::Done<ports::DeviceCredentials> done);
  void erase(const domain::DeviceId& id, base::Done<void> done);
  base::Result<void> attach(Registration registration);

  ports::Store& store_;
  ports::DeviceAccess& access_;
  DeviceTable& devices_;
  Dependencies dependencies_;
};

}  // namespace linli::core
