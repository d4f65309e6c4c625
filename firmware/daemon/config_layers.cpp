#include "firmware/daemon/config_layers.hpp"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace linli::daemon {

std::string settings_file_of(const Config& config) {
  return config.data_dir + "/settings.json";
}

base::Result<LayeredConfig> load_layers(const std::string& file) {
  LayeredConfig layers;
  if (!file.empty()) {
    auto reading = load_config(file);
    if (!reading) return base::failure_of(std::move(reading));
    layers.file = *std::move(reading);
  }
  layers.under = layers.file.config;
  layers.config = layers.under;
  if (!layers.file.problems.empty()) return layers;
  layers.settings_file = settings_file_of(layers.under);
  std::error_code ignored;
  if (!std::filesystem::exists(layers.settings_file, ignored)) return layers;
  std::ifstream in(layers.settings_file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in || in.bad()) {
    return base::fail(base::Code::kInternal, "cannot read {}: may this user read it?",
                      layers.settings_file);
  }
  layers.has_settings = true;
  layers.settings = text.str();
  layers.overrides = read_overrides(layers.settings, layers.under);
  if (layers.overrides.problems.empty()) layers.config = layers.overrides.config;
  return layers;
}

std::string verdict_text(const LayeredConfig& layers, const std::string& file) {
  std::string text = verdict_text(layers.file, file);
  if (layers.has_settings) text += verdict_text(layers.overrides, layers.settings_file);
  return text;
}

base::Json verdict_json(const LayeredConfig& layers, const std::string& file) {
  base::Json json = verdict_json(layers.file, file);
  if (!layers.has_settings) return json;
  json["settings"] = verdict_json(layers.overrides, layers.settings_file);
  json["valid"] = layers.is_valid();
  return json;
}

}  // namespace linli::daemon
