#include "drivers/coap/psk_access.hpp"

#include <utility>

namespace linli::drivers::coap {

ports::DeviceTopics PskAccess::topics_of(const domain::DeviceId& /*device*/,
                                         const domain::Profile& profile) const {
  if (domain::dialect_of(profile) == domain::Dialect::kLwm2m) return {{"/rd"}, {}};
  return {{"/linli/v1/event", "/linli/v1/presence", "/linli/v1/properties", "/linli/v1/result"},
          {"/linli/v1/command"}};
}

void PskAccess::grant(const domain::DeviceId& device, const domain::Profile& /*profile*/,
                      const base::SecretText& password, base::Done<void> done) {
  keys_.insert_or_assign(device.str(), password);
  cut_(device.str());
  loop_.post([done = std::move(done)]() mutable { std::move(done)({}); });
}

void PskAccess::revoke(const std::string& device, base::Done<void> done) {
  keys_.erase(device);
  cut_(device);
  loop_.post([done = std::move(done)]() mutable { std::move(done)({}); });
}

void PskAccess::logins(base::Done<std::vector<ports::DeviceLogin>> done) {
  std::vector<ports::DeviceLogin> logins;
  const ports::DeviceTopics topics = topics_of({}, {});
  for (const auto& [device, key] : keys_) logins.push_back({device, true, topics});
  loop_.post([done = std::move(done), logins = std::move(logins)]() mutable {
    std::move(done)(std::move(logins));
  });
}

void PskAccess::restore(const domain::DeviceId& device, base::SecretText key) {
  keys_.insert_or_assign(device.str(), std::move(key));
}

const base::SecretText* PskAccess::key_of(const std::string& identity) const {
  const auto found = keys_.find(identity);
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace linli::drivers::coap
