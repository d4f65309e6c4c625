#pragma once

#include <functional>
#include <string>

#include "firmware/base/loop.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/ports/device_access.hpp"
#include "firmware/ports/device_driver.hpp"
#include "firmware/ports/key_store.hpp"
#include "firmware/ports/store.hpp"

namespace linli::core {

// Adds, replaces and revokes devices: registration, login and driver together. Loop thread only;
// each `done` runs once.
class DeviceAdmin {
 public:
  struct Dependencies {
    std::function<ProfilePtr(const std::string& name)> profile;  // nullptr: no such profile
    std::function<ports::DeviceDriver*(const std::string& name)> driver;  // nullptr: no such driver
    // The way in for the devices of a driver; nullptr, or not given: the site broker's.
    std::function<ports::DeviceAccess*(const std::string& driver)> access{};
  };

  DeviceAdmin(ports::Store& store, ports::DeviceAccess& access, ports::KeyStore& keys,
              DeviceTable& devices, Dependencies dependencies);

  // Registers a new device and opens its way in. kConflict if the id is taken, kNotFound for an
  // unknown profile or driver. Registration and sealed password are durable before the login
  // exists; if the login then cannot be made, core::LoginKeeper makes it, and replace() shows new
  // credentials.
  void add(Registration registration, base::Done<ports::DeviceCredentials> done);

  // New hardware in the old place: new credentials, the old ones are worthless, history stays.
  void replace(const domain::DeviceId& id, base::Done<ports::DeviceCredentials> done);

  // Forgets the device, then takes its way in away (a live connection is cut). The order matters:
  // once it is on disk that the device is gone, core::LoginKeeper takes away what is left of it,
  // whatever happens in between. kOffline and kTimeout then say that this is still to come.
  void revoke(const domain::DeviceId& id, base::Done<void> done);

  // Another name or another place for a device; login, values and history stay. Stored first, then
  // in the table. kNotFound; kInvalid for a text that is too long.
  void describe(const domain::DeviceId& id, std::string name, std::string place,
                base::Done<void> done);

  // At start: registers what is stored. A device whose profile is gone is kept out with an error.
  base::Result<void> restore(Registration registration);

 private:
  base::Result<void> check_new(const Registration& registration) const;
  // A new password, sealed into `turn`; then the turn is stored, and the way in is opened.
  void give_password(const domain::DeviceId& id, ports::Turn turn,
                     base::Once<base::Result<void>()> after_store,
                     base::Done<ports::DeviceCredentials> done);
  void grant(const domain::DeviceId& id, const base::SecretText& password,
             base::Done<ports::DeviceCredentials> done);
  ports::DeviceDriver* driver_of(const Device& device) const;
  ports::DeviceAccess& access_of(const std::string& driver);
  void keep(const domain::DeviceId& id);
  void fail_later(base::Error error, base::Done<ports::DeviceCredentials> done);
  base::Result<void> attach(Registration registration);

  ports::Store& store_;
  ports::DeviceAccess& access_;
  ports::KeyStore& keys_;
  DeviceTable& devices_;
  Dependencies dependencies_;
};

}  // namespace linli::core
