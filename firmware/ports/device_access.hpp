#pragma once

#include <string>
#include <vector>

#include "firmware/base/once.hpp"
#include "firmware/base/secret.hpp"
#include "firmware/domain/ids.hpp"
#include "firmware/domain/profile.hpp"

namespace linli::ports {

// What an installer types into a device. Shown once, stored nowhere by us.
struct DeviceCredentials {
  std::string username;
  base::SecretText password;
  std::vector<std::string> publish_topics;    // what the device may send to
  std::vector<std::string> subscribe_topics;  // what it may listen to
};

// Gives devices a way in and takes it away (the site broker's dynamic security). Loop thread only;
// `done` runs once, kOffline if the broker cannot be reached, kTimeout after 5 s.
class DeviceAccess {
 public:
  DeviceAccess() = default;
  DeviceAccess(const DeviceAccess&) = delete;
  DeviceAccess& operator=(const DeviceAccess&) = delete;
  virtual ~DeviceAccess() = default;

  // A login, a role and topic rules for one device, with a new random password. An existing login
  // is replaced and its live connection cut.
  virtual void grant(const domain::DeviceId& device, const domain::Profile& profile,
                     base::Done<DeviceCredentials> done) = 0;

  // Removes them; the live connection is cut. Granting nothing is not an error.
  virtual void revoke(const domain::DeviceId& device, base::Done<void> done) = 0;
};

}  // namespace linli::ports
