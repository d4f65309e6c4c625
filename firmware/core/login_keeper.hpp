#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "firmware/base/handle.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/ports/device_access.hpp"
#include "firmware/ports/key_store.hpp"

namespace linli::core {

// Under which name a device's password is sealed and stored (ports::Space::kSecret).
std::string login_secret_name(const domain::DeviceId& device);

// What must change so that the ways in are those of the registered devices.
struct LoginPlan {
  std::vector<domain::DeviceId> grant;  // missing, half there, or with other topics than wanted
  std::vector<std::string> revoke;      // of nobody that is registered
};
LoginPlan plan_logins(const DeviceTable& devices, const ports::DeviceAccess& access,
                      const std::vector<ports::DeviceLogin>& logins);

// The site broker's file of logins is not ours: a power cut, a restored backup or a replaced card
// can take a login away that we promised, or bring back one that was revoked. So whenever the
// broker is there, what it has is compared with what is registered, and mended. Loop thread only.
class LoginKeeper {
 public:
  struct Dependencies {
    // A device's sealed password; nothing if there is none.
    std::function<base::Result<std::optional<std::string>>(const std::string& name)> sealed;
  };
  struct Counts {
    std::uint64_t checks = 0;  // that were carried out to the end
    std::uint64_t granted = 0;
    std::uint64_t revoked = 0;
    std::uint64_t without_secret = 0;  // in the last check: only new credentials can mend these
  };

  LoginKeeper(base::Loop& loop, ports::DeviceAccess& access, ports::KeyStore& keys,
              const DeviceTable& devices, Dependencies dependencies);
  LoginKeeper(const LoginKeeper&) = delete;
  LoginKeeper& operator=(const LoginKeeper&) = delete;

  // Compares and mends; called again while it runs, it runs once more at the end. After a failure
  // it tries again by itself.
  void check();

  const Counts& counts() const { return counts_; }
  // In the last check it had no way in, and no password of it was stored.
  bool lacks_login(const domain::DeviceId& device) const { return lacking_.contains(device); }

 private:
  void begin();
  void next();
  bool is_registered(const std::string& device) const;
  void mend_grant(const Device& known);
  void mend_revoke(const std::string& device);
  void after_step(std::uint64_t Counts::*count, const std::string& device,
                  const base::Result<void>& done);
  void end();
  void try_later(const base::Error& why);

  base::Loop& loop_;
  ports::DeviceAccess& access_;
  ports::KeyStore& keys_;
  const DeviceTable& devices_;
  Dependencies dependencies_;
  Counts counts_;
  LoginPlan plan_;
  std::set<domain::DeviceId> without_secret_;  // in the check that runs
  std::set<domain::DeviceId> lacking_;         // in the last one
  bool running_ = false;
  bool again_ = false;
  base::Handle retry_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::core
