#pragma once

#include <functional>
#include <memory>
#include <string>

#include "firmware/base/loop.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/core/places.hpp"
#include "firmware/ports/history.hpp"
#include "firmware/ports/key_store.hpp"
#include "firmware/ports/password_hash.hpp"
#include "firmware/ports/query.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/ports/wall_clock.hpp"
#include "firmware/scenarios/access/access_scenario.hpp"
#include "firmware/tls/local_crypto.hpp"

namespace linli::daemon {

// The doors (智能门禁), with the keys of their passes and PINs. Loop thread only.
class AccessParts {
 public:
  // All of them outlive it.
  struct Dependencies {
    base::Loop& loop;
    ports::Store& store;
    const ports::WallClock& clock;
    const core::DeviceTable& devices;
    const core::Places& places;
    ports::KeyStore& keys;
    ports::PasswordHash& hash;
    ports::History& history;
    scenarios::access::LockDrive::DriverOf driver_of;
    scenarios::access::LockDrive::MayMove may_move{};
    scenarios::access::FireAct release_fire{};
    scenarios::access::FireAct reset_fire{};
  };

  // Reads the keys, and makes those that are not there; kCorrupt if one cannot be opened. `site`:
  // gateway.site, for which passes are made.
  static base::Result<std::unique_ptr<AccessParts>> make(Dependencies needs, ports::Query& query,
                                                         std::string site);
  AccessParts(const AccessParts&) = delete;
  AccessParts& operator=(const AccessParts&) = delete;

  // After the devices and places are restored, before anything comes in.
  base::Result<void> restore(ports::Query& query) { return scenario_->restore(query); }

  scenarios::access::AccessScenario& scenario() { return *scenario_; }

 private:
  AccessParts(base::Loop& loop, ports::Store& store) : loop_(loop), store_(store) {}
  void store_keys(ports::Turn turn);

  base::Loop& loop_;
  ports::Store& store_;
  tls::LocalCrypto crypto_;
  std::unique_ptr<scenarios::access::AccessScenario> scenario_;
  base::Handle timer_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::daemon
