#include "firmware/ctl/local.hpp"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "firmware/ctl/show.hpp"
#include "firmware/daemon/broker_settings.hpp"
#include "firmware/daemon/config_layers.hpp"
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

tls::IdentityOptions identity_of(const daemon::Config& config) {
  tls::IdentityOptions options;
  options.directory = config.identity.dir;
  options.gateway = config.gateway.id;
  options.broker_hosts = config.broker.hosts;
  options.console_hosts = config.console.hosts;
  options.not_before_unix_s = now_s();
  return options;
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

base::Result<daemon::Config> config_of(const Invocation& in) {
  auto layers = daemon::load_layers(in.config);
  if (!layers) return base::failure_of(std::move(layers));
  if (layers->file.problems.empty()) return layers->config;
  return base::fail(base::Code::kInvalid, "{}",
                    daemon::describe(layers->file.problems.front(), in.config));
}

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
      "new site CA, broker and console certificates; site-ca-bundle.crt trusts both CAs until keys "
      "rotate "
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
      &daemon::write_broker_files);
}

int check_config(const Invocation& in) {
  const std::string file = in.params.value("file", "");
  const auto layers = daemon::load_layers(file);
  if (!layers) {
    show_error(layers.error(), in.json);
    return kUsage;
  }
  std::cout << (in.json ? base::dump_json(daemon::verdict_json(*layers, file)) + "\n"
                        : daemon::verdict_text(*layers, file));
  return layers->is_valid() ? kDone : kRefused;
}

}  // namespace linli::ctl
