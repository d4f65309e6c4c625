#include "firmware/daemon/backup_places.hpp"

#include <chrono>
#include <filesystem>

#include "firmware/daemon/version.hpp"
#include "firmware/tls/sealed_keys.hpp"

namespace linli::daemon {

backup::Places places_of(const Config& config, const std::string& config_file) {
  backup::Places places;
  places.data_dir = config.data_dir;
  places.config_file = config_file;
  places.identity_dir = config.identity.dir;
  places.sealing_key_file = tls::sealing_key_file(config.identity.dir);
  places.broker_dir = config.broker.dir;
  const auto add = [&places](const char* name, const std::string& file) {
    const bool is_in_identity =
        std::filesystem::path(file).parent_path() == std::filesystem::path(places.identity_dir);
    if (!file.empty() && !is_in_identity) places.files[name] = file;
  };
  add("ca", config.platform.ca);
  add("certificate", config.platform.certificate);
  add("key", config.platform.key);
  add("coap_key", config.platform.coap.key_file);
  add("interlocks", config.interlocks);
  return places;
}

backup::About about(const Config& config) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {kVersion, config.gateway.id, config.gateway.site,
          std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

}  // namespace linli::daemon
