#pragma once

#include <string>

#include "firmware/daemon/config.hpp"

namespace linli::daemon {

// The configuration file and, over it, data_dir/settings.json: what linlid runs with.
struct LayeredConfig {
  Config config;       // both; the file alone if the settings are not valid
  Config under;        // the file alone
  ConfigReading file;  // what is wrong in it
  std::string settings_file;
  std::string settings = "{}";  // its text
  bool has_settings = false;
  ConfigReading overrides;  // what is wrong in the settings

  bool is_valid() const { return file.problems.empty() && overrides.problems.empty(); }
};

std::string settings_file_of(const Config& config);

// `file` empty: the defaults. kNotFound or kInternal if a file cannot be read.
base::Result<LayeredConfig> load_layers(const std::string& file);

// The verdict on both files, for --check-config.
std::string verdict_text(const LayeredConfig& layers, const std::string& file);
base::Json verdict_json(const LayeredConfig& layers, const std::string& file);

}  // namespace linli::daemon
