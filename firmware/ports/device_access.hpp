#pragma once

#include <string>
#include <vector>

#include "firmware/base/once.hpp"
#include "firmware/base/secret.hpp"
#include "firmware/domain/ids.hpp"
#include "firmware/domain/profile.hpp"

namespace linli::ports {

// The topics that one device may use, by its profile.
struct DeviceTopics {
  std::vector<std::string> publish;    // what it may send to
  std::vector<std::string> subscribe;  // what it may listen to
};

// What an installer types into a device. Shown once.
struct DeviceCredentials {
  std::string username;
  base::SecretText password;
  DeviceTopics topics;
};

// A way in that a device has: who, and whether all of it is there.
struct DeviceLogin {
  std::string device;
  bool whole = false;  // a login and its role; false: one of them is missing
  DeviceTopics topics;
};

// Gives devices a way in and takes it away (the site broker's dynamic security). Loop thread only;
// `done` runs once, later than the call: kOffline if the broker cannot be reached, kTimeout after
// 5 s.
class DeviceAccess {
 public:
  DeviceAccess() = default;
  DeviceAccess(const DeviceAccess&) = delete;
  DeviceAccess& operator=(const DeviceAccess&) = delete;
  virtual ~DeviceAccess() = default;

  // What a device of this profile may do, each list in order.
  virtual DeviceTopics topics_of(const domain::DeviceId& device,
                                 const domain::Profile& profile) const = 0;

  // A login, a role and topic rules for one device. An existing login is replaced and its live
  // connection cut.
  virtual void grant(const domain::DeviceId& device, const domain::Profile& profile,
                     const base::SecretText& password, base::Done<void> done) = 0;

  // Removes them; the live connection is cut. Revoking what is not there is not an error.
  virtual void revoke(const std::string& device, base::Done<void> done) = 0;

  // Every way in that there is for devices, topics in order; the gateway's own logins are not among
  // them.
  virtual void logins(base::Done<std::vector<DeviceLogin>> done) = 0;
};

}  // namespace linli::ports
