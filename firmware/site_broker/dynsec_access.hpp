#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "firmware/base/json.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/ports/device_access.hpp"

namespace linli::site_broker {

// The topics that one device may use, by its profile.
struct DeviceTopics {
  std::vector<std::string> publish;
  std::vector<std::string> subscribe;
};

// ports::DeviceAccess over mosquitto's dynamic security plugin: one login and one role for each
// device.
class DynsecAccess final : public ports::DeviceAccess {
 public:
  struct Dependencies {
    // Publishes on the broker's control topic.
    std::function<void(std::string payload, base::Done<void> done)> send;
    std::function<DeviceTopics(const domain::DeviceId&, const domain::Profile&)> topics_of;
  };

  DynsecAccess(base::Loop& loop, Dependencies dependencies);
  ~DynsecAccess() override;

  void grant(const domain::DeviceId& device, const domain::Profile& profile,
             base::Done<ports::DeviceCredentials> done) override;
  void revoke(const domain::DeviceId& device, base::Done<void> done) override;

  // What arrived on the control topic's response.
  void on_response(const std::string& payload);

 private:
  struct Request {
    base::Done<void> done;
    base::Handle limit;
  };

  // Sends the commands together; `done` gets the first failure that is not "not found".
  void ask(base::Json commands, base::Done<void> done);
  void finish(std::uint64_t id, base::Result<void> result);

  base::Loop& loop_;
  Dependencies dependencies_;
  std::unordered_map<std::uint64_t, Request> requests_;
  std::uint64_t next_ = 1;
};

inline constexpr const char* kControlTopic = "$CONTROL/dynamic-security/v1";

}  // namespace linli::site_broker
