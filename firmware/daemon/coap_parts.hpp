#pragma once

#include <memory>
#include <vector>

#include "drivers/coap/coap_driver.hpp"
#include "drivers/coap/psk_access.hpp"
#include "firmware/base/json.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/daemon/config.hpp"
#include "firmware/net/coap_endpoint.hpp"
#include "firmware/ports/key_store.hpp"
#include "firmware/ports/query.hpp"

namespace linli::daemon {

// The CoAP driver with its keys and its endpoint, tied together. Loop thread only.
class CoapParts {
 public:
  // The configuration is valid; its addresses are known to be ones.
  CoapParts(base::Loop& loop, ports::Intake& intake, const ports::WallClock& clock,
            ports::FrameTap& frames, const Config::Coap& config);
  CoapParts(const CoapParts&) = delete;
  CoapParts& operator=(const CoapParts&) = delete;
  ~CoapParts();

  drivers::coap::CoapDriver& driver() { return driver_; }
  drivers::coap::PskAccess& access() { return access_; }

  // At start: the keys of the registered devices, from their sealed passwords.
  void restore_keys(const core::DeviceTable& devices, ports::Query& query, ports::KeyStore& keys);

  // For linlictl status. `warning` is there while devices may speak without a key.
  base::Json status() const;
  // Registered devices whose key is lost.
  std::size_t without_key() const;

 private:
  base::Result<std::unique_ptr<net::CoapOutlet>> open();

  base::Loop& loop_;
  Config::Coap config_;
  net::CoapEndpoint* endpoint_ = nullptr;  // the driver's, once it is open
  drivers::coap::PskAccess access_;
  drivers::coap::CoapDriver driver_;
};

}  // namespace linli::daemon
