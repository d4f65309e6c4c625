#include "firmware/core/device_admin.hpp"

#include <utility>

#include "firmware/base/log.hpp"

namespace linli::core {

using base::Code;

DeviceAdmin::DeviceAdmin(ports::Store& store, ports::DeviceAccess& access, DeviceTable& devices,
                         Dependencies dependencies)
    : store_(store), access_(access), devices_(devices), dependencies_(std::move(dependencies)) {}

base::Result<void> DeviceAdmin::attach(Registration registration) {
  ProfilePtr profile = dependencies_.profile(registration.profile);
  if (!profile) {
    return base::fail(Code::kNotFound, "no profile '{}': see config/profiles",
                      registration.profile);
  }
  ports::DeviceDriver* const driver = dependencies_.driver(registration.driver);
  if (driver == nullptr) {
    return base::fail(Code::kNotFound, "no driver '{}': see linlictl drivers", registration.driver);
  }
  auto attached = driver->attach(registration.id, profile, registration.address);
  if (!attached) return attached;
  devices_.put(std::move(registration), std::move(profile));
  return {};
}

base::Result<void> DeviceAdmin::restore(Registration registration) {
  return attach(std::move(registration));
}

void DeviceAdmin::add(Registration registration, base::Done<ports::DeviceCredentials> done) {
  const auto known = devices_.find(registration.id) != nullptr;
  base::Result<void> checked;
  if (known) {
    checked =
        base::fail(Code::kConflict, "a device '{}' is registered: choose another id, or replace it",
                   registration.id.str());
  } else if (!dependencies_.profile(registration.profile)) {
    checked =
        base::fail(Code::kNotFound, "no profile '{}': see config/profiles", registration.profile);
  } else if (dependencies_.driver(registration.driver) == nullptr) {
    checked =
        base::fail(Code::kNotFound, "no driver '{}': see linlictl drivers", registration.driver);
  }
  ports::Turn turn;
  if (checked)
    turn.puts.push_back({ports::Space::kDevice, registration.id.str(), to_row(registration)});
  store_.commit(std::move(turn),
                [this, checked = std::move(checked), registration = std::move(registration),
                 done = std::move(done)](base::Result<void> stored) mutable {
                  if (!checked) return std::move(done)(base::failure_of(std::move(checked)));
                  if (!stored) return std::move(done)(base::failure_of(std::move(stored)));
                  const domain::DeviceId id = registration.id;
                  if (auto attached = attach(std::move(registration)); !attached) {
                    return std::move(done)(base::failure_of(std::move(attached)));
                  }
                  base::log::info("devices", "device registered", {{"device", id}});
                  grant(id, std::move(done));
                });
}

void DeviceAdmin::grant(const domain::DeviceId& id, base::Done<ports::DeviceCredentials> done) {
  access_.grant(id, *devices_.find(id)->profile, std::move(done));
}

void DeviceAdmin::replace(const domain::DeviceId& id, base::Done<ports::DeviceCredentials> done) {
  // The round trip through the store keeps the promise that `done` runs later than this call.
  store_.commit({}, [this, id,
                     done = std::move(done)](const base::Result<void>& /*empty*/) mutable {
    if (devices_.find(id) == nullptr) {
      return std::move(done)(base::fail(Code::kNotFound, "no device '{}' is registered", id.str()));
    }
    grant(id, std::move(done));
  });
}

void DeviceAdmin::revoke(const domain::DeviceId& id, base::Done<void> done) {
  access_.revoke(id, [this, id, done = std::move(done)](base::Result<void> revoked) mutable {
    if (!revoked) return std::move(done)(std::move(revoked));
    if (devices_.find(id) == nullptr) {
      return std::move(done)(base::fail(Code::kNotFound, "no device '{}' is registered", id.str()));
    }
    erase(id, std::move(done));
  });
}

void DeviceAdmin::erase(const domain::DeviceId& id, base::Done<void> done) {
  if (auto* driver = dependencies_.driver(devices_.find(id)->registration.driver))
    driver->detach(id);
  ports::Turn turn;
  turn.erasures = devices_.find(id)->seen.erasures(id.str());
  for (const auto space : {ports::Space::kDevice, ports::Space::kProperty})
    turn.erasures.push_back({space, id.str()});
  devices_.remove(id);
  base::log::info("devices", "device revoked", {{"device", id}});
  store_.commit(std::move(turn), std::move(done));
}

}  // namespace linli::core
