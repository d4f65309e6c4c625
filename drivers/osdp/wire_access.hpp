#pragma once

#include <string>
#include <utility>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/ports/device_access.hpp"

namespace linli::drivers::osdp {

// Readers have no login: their way in is the wire, and the key that they are given over it.
class WireAccess final : public ports::DeviceAccess {
 public:
  explicit WireAccess(base::Loop& loop) : loop_(loop) {}

  ports::DeviceTopics topics_of(const domain::DeviceId& /*device*/,
                                const domain::Profile& /*profile*/) const override {
    return {};
  }
  void grant(const domain::DeviceId& /*device*/, const domain::Profile& /*profile*/,
             const base::SecretText& /*password*/, base::Done<void> done) override {
    loop_.post([done = std::move(done)]() mutable { std::move(done)({}); });
  }
  void revoke(const std::string& /*device*/, base::Done<void> done) override {
    loop_.post([done = std::move(done)]() mutable { std::move(done)({}); });
  }
  void logins(base::Done<std::vector<ports::DeviceLogin>> done) override {
    loop_.post(
        [done = std::move(done)]() mutable { std::move(done)(std::vector<ports::DeviceLogin>{}); });
  }

 private:
  base::Loop& loop_;
};

}  // namespace linli::drivers::osdp
