#include "firmware/ctl/local.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "firmware/ctl/show.hpp"
#include "firmware/daemon/config.hpp"
#include "firmware/site_broker/broker_files.hpp"
#include "firmware/tls/identity.hpp"
#include "firmware/tls/sealed_keys.hpp"

namespace linli::ctl {
namespace {

using base::Json;

constexpr std::int64_t kBuiltS =
    1'793'491'200;  // certificates must not begin before this program existed

std::int64_t now_s() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::max<std::int64_t>(kBuiltS,
                                std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

base::Result<daemon::Config> config_of(const Invocation& in) {
  if (in.config.empty()) return daemon::Config{};
  auto reading = daemon::load_config(in.config);
  if (!reading) return base::failure_of(std::move(reading));
  if (reading->problems.empty()) return reading->config;
  return base::fail(base::Code::kInvalid, "{}",
                    daemon::describe(reading->problems.front(), in.config));
}

tls::IdentityOptions identity_of(const daemon::Config& config) {
  return {config.identity.dir, config.gateway.id, config.broker.hosts, now_s()};
}

// Runs `act` with the configuration and says `done` if it went well.
int with_config(const Invocation& in, const std::string& done,
                base::Result<void> (*act)(const daemon::Config&)) {
  const auto config = config_of(in);
  if (!config) return show_error(config.error(), in.json);
  if (auto acted = act(*config); !acted) return show_error(acted.error(), in.json);
  if (in.json) {
    std::cout << Json{{"done", done}}.dump() << "\n";
  } else {
    std::cout << done << "\n";
  }
  return kDone;
}

}  // namespace

int keys_init(const Invocation& in) {
  return with_config(in, "keys and certificates are there; gateway.csr goes to the platform's CA",
                     [](const daemon::Config& config) {
                       auto made = tls::init_identity(identity_of(config));
                       return made ? tls::init_sealing_key(config.identity.dir) : made;
                     });
}

int keys_rotate(const Invocation& in) {
  if (in.params.value("finish", false)) {
    return with_config(
        in, "only the new site CA is trusted now: give devices the new site-ca-bundle.crt",
        [](const daemon::Config& config) { return tls::finish_rotation(config.identity.dir); });
  }
  return with_config(
      in,
      "new site CA and broker certificate; site-ca-bundle.crt trusts both until keys rotate "
      "--finish. Restart the site broker",
      [](const daemon::Config& config) { return tls::rotate_site_ca(identity_of(config)); });
}

int keys_show(const Invocation& in) {
  const auto config = config_of(in);
  if (!config) return show_error(config.error(), in.json);
  const auto identity = tls::show_identity(config->identity.dir);
  if (!identity) return show_error(identity.error(), in.json);
  Json list = Json::array();
  for (const tls::CertificateInfo& info : *identity) {
    list.push_back({{"file", info.file},
                    {"subject", info.subject},
                    {"issuer", info.issuer},
                    {"sha256", info.sha256},
                    {"days_left", tls::days_left(info.not_after_unix_s, now_s())}});
  }
  if (in.json) {
    std::cout << list.dump(2) << "\n";
  } else {
    show_certificates(list);
  }
  return kDone;
}

int broker_init(const Invocation& in) {
  return with_config(
      in, "the site broker's files are there: start mosquitto -c <broker.dir>/mosquitto.conf",
      [](const daemon::Config& config) {
        site_broker::BrokerSettings settings;
        settings.directory = config.broker.dir;
        settings.socket = config.broker.socket;
        settings.listen = config.broker.listen;
        settings.port = static_cast<int>(config.broker.port);
        settings.plain_port = static_cast<int>(config.broker.plain_port);
        settings.certificate_file = config.identity.dir + "/broker.crt";
        settings.key_file = config.identity.dir + "/broker.key";
        settings.run_as = config.broker.run_as;
        settings.max_devices = static_cast<int>(config.broker.max_devices);
        return site_broker::write_broker_files(settings);
      });
}

int check_config(const Invocation& in) {
  const std::string file = in.params.value("file", "");
  const auto reading = daemon::load_config(file);
  if (!reading) {
    show_error(reading.error(), in.json);
    return kUsage;
  }
  std::cout << (in.json ? base::dump_json(daemon::verdict_json(*reading, file)) + "\n"
                        : daemon::verdict_text(*reading, file));
  return reading->problems.empty() ? kDone : kRefused;
}

}  // namespace linli::ctl
