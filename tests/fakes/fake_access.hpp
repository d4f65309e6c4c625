#pragma once

#include <map>
#include <optional>
#include <string>

#include "firmware/base/loop.hpp"
#include "firmware/ports/device_access.hpp"

namespace linli::fakes {

// A site broker's logins in memory. Answers one turn of the loop later.
class FakeAccess final : public ports::DeviceAccess {
 public:
  struct Login {
    std::string password;
    ports::DeviceTopics topics;
  };

  explicit FakeAccess(base::Loop& loop) : loop_(loop) {}

  ports::DeviceTopics topics_of(const domain::DeviceId& device,
                                const domain::Profile& profile) const override;
  void grant(const domain::DeviceId& device, const domain::Profile& profile,
             const base::SecretText& password, base::Done<void> done) override;
  void revoke(const std::string& device, base::Done<void> done) override;
  void logins(base::Done<std::vector<ports::DeviceLogin>> done) override;

  std::map<std::string, Login> there;
  std::optional<base::Error> fails_with;  // instead of doing anything
  int changes = 0;

 private:
  template <class T>
  void answer(base::Done<T> done, base::Result<T> result);

  base::Loop& loop_;
};

}  // namespace linli::fakes
