#include "firmware/core/login_keeper.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "firmware/base/log.hpp"

namespace linli::core {
namespace {

constexpr base::Duration kTryAgain = std::chrono::seconds(30);

bool is_as_wanted(const ports::DeviceLogin& login, const ports::DeviceTopics& wanted) {
  return login.whole && login.topics.publish == wanted.publish &&
         login.topics.subscribe == wanted.subscribe;
}

}  // namespace

std::string login_secret_name(const domain::DeviceId& device) {
  return "login/" + device.str();
}

LoginPlan plan_logins(const DeviceTable& devices, const ports::DeviceAccess& access,
                      const std::vector<ports::DeviceLogin>& logins) {
  LoginPlan plan;
  std::unordered_map<std::string, const ports::DeviceLogin*> by_device;
  for (const ports::DeviceLogin& login : logins) by_device[login.device] = &login;
  for (const Device* device : devices.all()) {
    if (!is_at_site_broker(device->registration.driver)) continue;
    const domain::DeviceId& id = device->registration.id;
    const auto login = by_device.find(id.str());
    const bool good = login != by_device.end() &&
                      is_as_wanted(*login->second, access.topics_of(id, *device->profile));
    if (!good) plan.grant.push_back(id);
    if (login != by_device.end()) by_device.erase(login);
  }
  for (const auto& [device, login] : by_device) plan.revoke.push_back(device);
  std::sort(plan.revoke.begin(), plan.revoke.end());
  return plan;
}

LoginKeeper::LoginKeeper(base::Loop& loop, ports::DeviceAccess& access, ports::KeyStore& keys,
                         const DeviceTable& devices, Dependencies dependencies)
    : loop_(loop),
      access_(access),
      keys_(keys),
      devices_(devices),
      dependencies_(std::move(dependencies)) {}

void LoginKeeper::check() {
  retry_.reset();
  if (std::exchange(running_, true)) {
    again_ = true;
    return;
  }
  begin();
}

void LoginKeeper::begin() {
  without_secret_.clear();
  access_.logins([this, alive = std::weak_ptr(alive_)](auto logins) {
    if (alive.expired()) return;
    if (!logins) return try_later(logins.error());
    plan_ = plan_logins(devices_, access_, *logins);
    next();
  });
}

// One at a time: the broker writes its file for each. What needs nothing any more is passed over
// here, or ten thousand of them would stand on one stack.
void LoginKeeper::next() {
  while (!plan_.revoke.empty()) {
    const std::string device = std::move(plan_.revoke.back());
    plan_.revoke.pop_back();
    if (!is_registered(device)) return mend_revoke(device);
  }
  while (!plan_.grant.empty()) {
    const domain::DeviceId device = std::move(plan_.grant.back());
    plan_.grant.pop_back();
    if (const Device* const known = devices_.find(device)) return mend_grant(*known);
  }
  end();
}

// It may be so since the list was made.
bool LoginKeeper::is_registered(const std::string& device) const {
  const auto id = domain::DeviceId::parse(device);
  return id && devices_.find(*id) != nullptr;
}

void LoginKeeper::mend_revoke(const std::string& device) {
  access_.revoke(device, [this, device, alive = std::weak_ptr(alive_)](auto done) {
    if (!alive.expired()) after_step(&Counts::revoked, device, done);
  });
}

void LoginKeeper::mend_grant(const Device& known) {
  const domain::DeviceId& device = known.registration.id;
  const std::string name = login_secret_name(device);
  auto sealed = dependencies_.sealed(name);
  if (!sealed) return try_later(sealed.error());
  auto password = *sealed ? keys_.open(name, **sealed)
                          : base::Result<base::SecretText>(
                                base::fail(base::Code::kNotFound, "no password of it is stored"));
  if (!password) {
    without_secret_.insert(device);
    base::log::warn("logins",
                    "a device has no way in: linlictl device replace gives it a new password",
                    {{"device", device}, {"why", password.error()}});
    // Later than the call, or ten thousand of them would stand on one stack.
    loop_.post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) next();
    });
    return;
  }
  access_.grant(device, *known.profile, *password,
                [this, name = device.str(), alive = std::weak_ptr(alive_)](auto done) {
                  if (!alive.expired()) after_step(&Counts::granted, name, done);
                });
}

void LoginKeeper::after_step(std::uint64_t Counts::*count, const std::string& device,
                             const base::Result<void>& done) {
  if (!done) return try_later(done.error());
  ++(counts_.*count);
  base::log::warn("logins",
                  count == &Counts::granted
                      ? "the site broker had lost a device's login or its rights; given again"
                      : "the site broker had a login of no registered device; taken away",
                  {{"device", device}});
  next();
}

void LoginKeeper::end() {
  ++counts_.checks;
  counts_.without_secret = without_secret_.size();
  lacking_ = std::move(without_secret_);
  without_secret_.clear();
  running_ = false;
  if (std::exchange(again_, false)) check();
}

void LoginKeeper::try_later(const base::Error& why) {
  running_ = false;
  again_ = false;
  plan_ = {};
  base::log::warn("logins", "the site broker's logins could not be compared; trying again",
                  {{"why", why}});
  retry_ = loop_.after(kTryAgain, [this] { check(); });
}

}  // namespace linli::core
