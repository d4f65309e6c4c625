#pragma once

#include <string>

#include "drivers/osdp/osdp_driver.hpp"
#include "drivers/osdp/wire_access.hpp"
#include "firmware/base/json.hpp"
#include "firmware/daemon/config.hpp"
#include "firmware/tls/local_crypto.hpp"

namespace linli::daemon {

// The driver of card readers with its buses and keys, tied together. Loop thread only.
class OsdpParts {
 public:
  struct House {
    ports::Intake& intake;
    ports::Store& store;
    ports::KeyStore& keys;
    ports::FrameTap& frames;
    std::string database;  // where sealed keys are read from
  };

  // The configuration is valid.
  OsdpParts(base::Loop& loop, House house, const Config::Osdp& config);
  OsdpParts(const OsdpParts&) = delete;
  OsdpParts& operator=(const OsdpParts&) = delete;

  drivers::osdp::OsdpDriver& driver() { return driver_; }
  drivers::osdp::WireAccess& access() { return access_; }

  // For linlictl status: an array of buses.
  base::Json status() const;

 private:
  tls::LocalCrypto crypto_;
  drivers::osdp::WireAccess access_;
  drivers::osdp::OsdpDriver driver_;
};

}  // namespace linli::daemon
