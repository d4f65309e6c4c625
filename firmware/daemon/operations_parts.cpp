#include "firmware/daemon/operations_parts.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/backup/restore.hpp"
#include "firmware/base/log.hpp"
#include "firmware/daemon/backup_places.hpp"
#include "firmware/daemon/broker_settings.hpp"
#include "firmware/daemon/config_layers.hpp"
#include "firmware/daemon/gateway.hpp"
#include "firmware/tls/files.hpp"

namespace linli::daemon {
namespace {

using base::Json;

// A file that cannot be read now was readable a moment ago: what was read then stays.
void read_again(Config& config, const std::string& config_file) {
  const auto layers = load_layers(config_file);
  if (layers && layers->is_valid()) config = layers->config;
}

// nullopt also if the database is not there yet, or damaged: then it is looked at once it is open.
std::optional<core::PendingSettings::Pending> unconfirmed(const Config& config) {
  const std::string database = config.data_dir + "/linli.db";
  if (!tls::file_exists(database)) return std::nullopt;
  auto query = storage::open_query(database);
  if (!query) return std::nullopt;
  return core::PendingSettings::stored(**query).value_or(std::nullopt);
}

DiagnosticFile devices_file(Gateway& gateway) {
  Json list = Json::array();
  for (const core::Device* device : gateway.devices().all()) {
    Json row = {{"id", device->registration.id.str()},
                {"profile", device->registration.profile},
                {"driver", device->registration.driver},
                {"presence", !device->presence                               ? "unknown"
                             : device->presence == domain::Presence::kOnline ? "online"
                                                                             : "offline"},
                {"rejected", device->rejected},
                {"flood_dropped", device->flood_dropped}};
    if (device->last_seen != base::TimePoint{})
      row["last_seen_s"] = base::to_ms(gateway.loop().now() - device->last_seen) / 1000;
    list.push_back(std::move(row));
  }
  return {"devices.json", "devices with model and presence, without names and places",
          list.dump(1) + "\n"};
}

DiagnosticSnapshot snapshot_of(Gateway& gateway) {
  DiagnosticSnapshot snapshot;
  snapshot.data_dir = gateway.config().data_dir;
  snapshot.files.push_back(
      {"configuration.json", "what linlid runs with", to_json(gateway.config()).dump(1) + "\n"});
  snapshot.files.push_back(devices_file(gateway));
  for (const NamedCertificate& each : gateway.certificates())
    snapshot.certificates.push_back(each.file);
  for (const core::Device* device : gateway.devices().all())
    snapshot.names.push_back(device->registration.name);
  return snapshot;
}

}  // namespace

OperationsParts::OperationsParts(Gateway& gateway, const std::string& config_file,
                                 Dependencies dependencies)
    : gateway_(gateway),
      start_anew_(std::move(dependencies.start_anew)),
      worker_(gateway.loop(), "linli-worker"),
      settings_worker_(gateway.loop(), "linli-settings"),
      settings_(gateway.loop(), gateway.store(), settings_worker_, config_file,
                {[&gateway]() -> const Config& { return gateway.config(); },
                 std::move(dependencies.apply)}),
      backup_(gateway.loop(), worker_, gateway.config(), config_file),
      diagnostics_(gateway.loop(), worker_,
                   {[&gateway, files = std::move(dependencies.files)] {
                      DiagnosticSnapshot snapshot = snapshot_of(gateway);
                      for (DiagnosticFile& file : files())
                        snapshot.files.push_back(std::move(file));
                      return snapshot;
                    },
                    std::move(dependencies.log)}) {}

base::Result<void> OperationsParts::before_open(Config& config, const std::string& config_file) {
  auto taken = backup::take_over(places_of(config, config_file));
  if (!taken) return base::failure_of(std::move(taken));
  if (*taken) read_again(config, config_file);
  std::error_code ignored;
  for (const char* left : {"/backups", "/restore.part", "/restore.upload"})
    std::filesystem::remove_all(config.data_dir + left, ignored);
  const auto pending = unconfirmed(config);
  if (!pending) return {};
  base::log::warn("settings", "a change was not confirmed before the last end: it goes back",
                  {{"by", pending->actor}});
  if (auto written = tls::write_private_file(settings_file_of(config), pending->before); !written)
    return written;
  const Config before = config;
  read_again(config, config_file);
  const bool is_broker = to_json(before)["broker"] != to_json(config)["broker"];
  return is_broker ? write_broker_files(config) : base::Result<void>();
}

void OperationsParts::start() {
  auto pending = unconfirmed(gateway_.config());
  if (pending) settings_.pending().take_back(*std::move(pending));
}

}  // namespace linli::daemon
