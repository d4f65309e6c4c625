#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/ports/device_access.hpp"

namespace linli::drivers::coap {

// The pre-shared keys of CoAP devices, in memory: what the site broker's logins are to MQTT
// devices. The key of a device is the text of its password; its identity is its id. At start the
// keys come from the sealed ones of the store.
class PskAccess final : public ports::DeviceAccess {
 public:
  PskAccess(base::Loop& loop, std::function<void(const std::string& identity)> cut)
      : loop_(loop), cut_(std::move(cut)) {}

  // The resources, as paths: what it may send to, and what it may listen to.
  ports::DeviceTopics topics_of(const domain::DeviceId& device,
                                const domain::Profile& profile) const override;
  void grant(const domain::DeviceId& device, const domain::Profile& profile,
             const base::SecretText& password, base::Done<void> done) override;
  void revoke(const std::string& device, base::Done<void> done) override;
  void logins(base::Done<std::vector<ports::DeviceLogin>> done) override;

  // At start, for a device that was granted before.
  void restore(const domain::DeviceId& device, base::SecretText key);
  // nullptr: nobody of that name may come in. Until the next change.
  const base::SecretText* key_of(const std::string& identity) const;
  std::size_t size() const { return keys_.size(); }

 private:
  base::Loop& loop_;
  std::function<void(const std::string&)> cut_;
  std::map<std::string, base::SecretText> keys_;
};

}  // namespace linli::drivers::coap
