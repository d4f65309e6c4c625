#include "firmware/core/device_admin.hpp"

#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/log.hpp"
#include "firmware/core/login_keeper.hpp"

namespace linli::core {
namespace {

using base::Code;

// What a registration's row can be read back with.
constexpr std::size_t kMaxDescription = 256;

base::Failure not_registered(const domain::DeviceId& id) {
  return base::fail(Code::kNotFound, "no device '{}' is registered", id.str());
}

}  // namespace

DeviceAdmin::DeviceAdmin(ports::Store& store, ports::DeviceAccess& access, ports::KeyStore& keys,
                         DeviceTable& devices, Dependencies dependencies)
    : store_(store),
      access_(access),
      keys_(keys),
      devices_(devices),
      dependencies_(std::move(dependencies)) {}

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

base::Result<void> DeviceAdmin::check_new(const Registration& registration) const {
  if (devices_.find(registration.id) != nullptr) {
    return base::fail(Code::kConflict,
                      "a device '{}' is registered: choose another id, or replace it",
                      registration.id.str());
  }
  const ProfilePtr profile = dependencies_.profile(registration.profile);
  if (!profile) {
    return base::fail(Code::kNotFound, "no profile '{}': see config/profiles",
                      registration.profile);
  }
  const ports::DeviceDriver* const driver = dependencies_.driver(registration.driver);
  if (driver == nullptr)
    return base::fail(Code::kNotFound, "no driver '{}': see linlictl drivers", registration.driver);
  return driver->accepts(*profile, registration.address);
}

void DeviceAdmin::add(Registration registration, base::Done<ports::DeviceCredentials> done) {
  if (auto checked = check_new(registration); !checked)
    return fail_later(checked.error(), std::move(done));
  const domain::DeviceId id = registration.id;
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kDevice, id.str(), to_row(registration)});
  give_password(
      id, std::move(turn),
      [this, registration = std::move(registration)]() mutable {
        const domain::DeviceId added = registration.id;
        auto attached = attach(std::move(registration));
        if (attached) base::log::info("devices", "device registered", {{"device", added}});
        return attached;
      },
      std::move(done));
}

void DeviceAdmin::replace(const domain::DeviceId& id, base::Done<ports::DeviceCredentials> done) {
  if (devices_.find(id) == nullptr) return fail_later(not_registered(id).value(), std::move(done));
  give_password(
      id, {}, [] { return base::Result<void>(); }, std::move(done));
}

void DeviceAdmin::give_password(const domain::DeviceId& id, ports::Turn turn,
                                base::Once<base::Result<void>()> after_store,
                                base::Done<ports::DeviceCredentials> done) {
  auto password = keys_.new_password();
  if (!password) return fail_later(password.error(), std::move(done));
  auto sealed = keys_.seal(login_secret_name(id), *password);
  if (!sealed) return fail_later(sealed.error(), std::move(done));
  turn.puts.push_back({ports::Space::kSecret, login_secret_name(id), *std::move(sealed)});
  store_.commit(std::move(turn),
                [this, id, password = *std::move(password), after_store = std::move(after_store),
                 done = std::move(done)](base::Result<void> stored) mutable {
                  if (stored) stored = std::move(after_store)();
                  if (!stored) return std::move(done)(base::failure_of(std::move(stored)));
                  grant(id, password, std::move(done));
                });
}

void DeviceAdmin::grant(const domain::DeviceId& id, const base::SecretText& password,
                        base::Done<ports::DeviceCredentials> done) {
  const Device* const device = devices_.find(id);
  if (device == nullptr) return std::move(done)(not_registered(id));
  ports::DeviceAccess& access = access_of(device->registration.driver);
  ports::DeviceCredentials credentials{id.str(), password, access.topics_of(id, *device->profile)};
  access.grant(id, *device->profile, password,
               [credentials = std::move(credentials),
                done = std::move(done)](base::Result<void> granted) mutable {
                 if (!granted) return std::move(done)(base::failure_of(std::move(granted)));
                 std::move(done)(std::move(credentials));
               });
}

void DeviceAdmin::revoke(const domain::DeviceId& id, base::Done<void> done) {
  const Device* const device = devices_.find(id);
  const bool is_known = device != nullptr;
  ports::Turn turn;
  if (is_known) {
    // From here on nothing of it is taken in that the erasures would miss.
    if (auto* driver = driver_of(*device)) driver->detach(id);
    turn.erasures = device->seen.erasures(id.str());
    for (const auto space :
         {ports::Space::kDevice, ports::Space::kProperty, ports::Space::kPresence})
      turn.erasures.push_back({space, id.str()});
    turn.erasures.push_back({ports::Space::kSecret, login_secret_name(id)});
    turn.erasures.push_back({ports::Space::kSecret, ports::device_key_name(id.str())});
  }
  ports::DeviceAccess& access = access_of(is_known ? device->registration.driver : "");
  store_.commit(std::move(turn), [this, id, is_known, &access,
                                  done = std::move(done)](base::Result<void> stored) mutable {
    if (!is_known) return std::move(done)(not_registered(id));
    if (!stored) {
      keep(id);
      return std::move(done)(std::move(stored));
    }
    devices_.remove(id);
    base::log::info("devices", "device revoked", {{"device", id}});
    access.revoke(id.str(), [done = std::move(done)](base::Result<void> revoked) mutable {
      if (revoked) return std::move(done)(std::move(revoked));
      std::move(done)(base::failure_of(
          std::move(revoked), "forgotten; its login goes as soon as the site broker answers"));
    });
  });
}

void DeviceAdmin::describe(const domain::DeviceId& id, std::string name, std::string place,
                           base::Done<void> done) {
  const Device* const device = devices_.find(id);
  base::Result<void> checked;
  if (device == nullptr) {
    checked = not_registered(id);
  } else if (name.size() > kMaxDescription || place.size() > kMaxDescription) {
    checked = base::fail(Code::kInvalid, "name and place have at most {} bytes", kMaxDescription);
  } else if (!base::is_utf8(name) || !base::is_utf8(place)) {
    checked = base::fail(Code::kInvalid, "name and place must be UTF-8");
  }
  ports::Turn turn;
  if (device != nullptr && checked) {
    Registration described = device->registration;
    described.name = name;
    described.place = place;
    turn.puts.push_back({ports::Space::kDevice, id.str(), to_row(described)});
  }
  store_.commit(std::move(turn), [this, id, checked = std::move(checked), name = std::move(name),
                                  place = std::move(place),
                                  done = std::move(done)](base::Result<void> stored) mutable {
    if (!checked) return std::move(done)(std::move(checked));
    Device* const known = stored ? devices_.find(id) : nullptr;
    if (known != nullptr) {
      known->registration.name = std::move(name);
      known->registration.place = std::move(place);
    }
    std::move(done)(std::move(stored));
  });
}

ports::DeviceDriver* DeviceAdmin::driver_of(const Device& device) const {
  return dependencies_.driver(device.registration.driver);
}

ports::DeviceAccess& DeviceAdmin::access_of(const std::string& driver) {
  ports::DeviceAccess* const own = dependencies_.access ? dependencies_.access(driver) : nullptr;
  return own == nullptr ? access_ : *own;
}

// It could not be written down that the device is gone: so it stays, and is heard again.
void DeviceAdmin::keep(const domain::DeviceId& id) {
  const Device* const device = devices_.find(id);
  if (device == nullptr) return;
  if (auto* driver = driver_of(*device))
    (void)driver->attach(id, device->profile, device->registration.address);
}

void DeviceAdmin::fail_later(base::Error error, base::Done<ports::DeviceCredentials> done) {
  // The round trip through the store keeps the promise that `done` runs later than this call.
  store_.commit({}, [error = std::move(error),
                     done = std::move(done)](const base::Result<void>& /*empty*/) mutable {
    std::move(done)(base::Failure(std::move(error)));
  });
}

}  // namespace linli::core
