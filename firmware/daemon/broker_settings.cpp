#include "firmware/daemon/broker_settings.hpp"

#include "firmware/site_broker/broker_files.hpp"

namespace linli::daemon {

base::Result<void> write_broker_files(const Config& config) {
  site_broker::BrokerSettings settings;
  settings.directory = config.broker.dir;
  settings.socket = config.broker.socket;
  settings.listen = config.broker.listen;
  settings.port = static_cast<int>(config.broker.port);
  settings.plain_port = static_cast<int>(config.broker.plain_port);
  settings.certificate_file = config.identity.dir + "/broker.crt";
  settings.key_file = config.identity.dir + "/broker.key";
  settings.run_as = config.broker.run_as;
  settings.max_packet_bytes = static_cast<int>(config.broker.max_packet_kb) * 1024;
  settings.max_devices = static_cast<int>(config.broker.max_devices);
  return site_broker::write_broker_files(settings);
}

}  // namespace linli::daemon
