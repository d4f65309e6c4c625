#pragma once

#include <cstdint>
#include <string>

#include "firmware/base/result.hpp"
#include "firmware/base/secret.hpp"

namespace linli::site_broker {

inline constexpr const char* kIngestUser = "linli-ingest";  // takes in: persistent session
inline constexpr const char* kOutletUser =
    "linli-outlet";                                   // speaks: commands, acknowledgements, logins
inline constexpr const char* kEarUser = "linli-ear";  // hears detectors, whatever the disk does

struct BrokerSettings {
  std::string directory;  // configuration, logins and persistence
  std::string socket;     // for the gateway: a Unix socket
  std::string listen = "0.0.0.0";
  int port = 8883;     // for devices, with TLS
  int plain_port = 0;  // on loopback without TLS, for measurements; 0: none
  std::string certificate_file;
  std::string key_file;
  std::string run_as;  // the user that mosquitto stays when it is started as root
  int max_devices = 1000;
  int max_packet_bytes = 70 * 1024;
};

// The configuration of Debian's mosquitto 2.0.11, each line with its reason. Pure.
std::string render_configuration(const BrokerSettings& settings);

// The dynamic security plugin's file with the gateway's three logins and nothing else; devices
// are added while the broker runs. `password` is that of all three.
base::Result<std::string> initial_logins(const base::SecretText& password);

// Writes mosquitto.conf anew, and the logins and gateway.password if they are not there.
base::Result<void> write_broker_files(const BrokerSettings& settings);

}  // namespace linli::site_broker
