#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "firmware/base/json.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/ports/device_access.hpp"

namespace linli::site_broker {

// ports::DeviceAccess over mosquitto's dynamic security plugin: one login and one role for each
// device.
class DynsecAccess final : public ports::DeviceAccess {
 public:
  struct Dependencies {
    // Publishes on the broker's control topic.
    std::function<void(std::string payload, base::Done<void> done)> send;
    std::function<ports::DeviceTopics(const domain::DeviceId&, const domain::Profile&)> topics_of;
  };

  DynsecAccess(base::Loop& loop, Dependencies dependencies);
  ~DynsecAccess() override;

  ports::DeviceTopics topics_of(const domain::DeviceId& device,
                                const domain::Profile& profile) const override;
  void grant(const domain::DeviceId& device, const domain::Profile& profile,
             const base::SecretText& password, base::Done<void> done) override;
  void revoke(const std::string& device, base::Done<void> done) override;
  void logins(base::Done<std::vector<ports::DeviceLogin>> done) override;

  // A login of the gateway's own that may listen to everything and send nothing, unless it is
  // there: what an older gateway wrote has none.
  void ensure_listener(const std::string& name, const base::SecretText& password,
                       base::Done<void> done);

  // What arrived on the control topic's response.
  void on_response(const std::string& payload);

 private:
  struct Request {
    base::Done<base::Json> done;
    base::Handle limit;
  };
  struct Listing;

  // Sends the commands together; `done` gets the array of responses, or the first failure that is
  // not "not found".
  void ask(base::Json commands, base::Done<base::Json> done);
  void finish(std::uint64_t id, base::Result<base::Json> result);
  void ask_page(std::shared_ptr<Listing> listing);
  void after_page(const std::shared_ptr<Listing>& listing, base::Result<base::Json> responses);

  base::Loop& loop_;
  Dependencies dependencies_;
  std::unordered_map<std::uint64_t, Request> requests_;
  std::uint64_t next_ = 1;
};

inline constexpr const char* kControlTopic = "$CONTROL/dynamic-security/v1";

}  // namespace linli::site_broker
