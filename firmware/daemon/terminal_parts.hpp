#pragma once

#include <string_view>

#include "drivers/mqtt/mqtt_driver.hpp"
#include "drivers/terminal/terminal_driver.hpp"
#include "firmware/base/json.hpp"
#include "firmware/ports/query.hpp"
#include "firmware/tls/local_crypto.hpp"

namespace linli::daemon {

// The driver of face and QR terminals as a guest at the site broker's connections. Loop thread
// only.
class TerminalParts {
 public:
  struct House {
    ports::Intake& intake;
    ports::Store& store;
    const ports::WallClock& clock;
    ports::FrameTap& frames;
    drivers::mqtt::MqttDriver& mqtt;  // before its start()
  };

  TerminalParts(base::Loop& loop, House house);
  TerminalParts(const TerminalParts&) = delete;
  TerminalParts& operator=(const TerminalParts&) = delete;

  // Whom each terminal was told, when the devices are attached.
  base::Result<void> restore(ports::Query& query);

  drivers::terminal::TerminalDriver& driver() { return driver_; }
  const drivers::terminal::TerminalDriver& driver() const { return driver_; }

  // How far the terminals are: of all persons, or of one holder's credentials.
  base::Json status(std::string_view holder = "") const;

 private:
  tls::LocalCrypto crypto_;
  drivers::terminal::TerminalDriver driver_;
};

}  // namespace linli::daemon
