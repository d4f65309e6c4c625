#include "firmware/daemon/link_parts.hpp"

#include <fmt/format.h>

#include <utility>

#include "firmware/net/coap_client.hpp"
#include "firmware/net/psk_file.hpp"
#include "firmware/platform/coap_link.hpp"
#include "firmware/platform/native_link.hpp"

namespace linli::daemon {
namespace {

base::BackoffLimits backoff_of(const Config::Platform& platform) {
  return {std::chrono::milliseconds(platform.backoff.first_spread_ms),
          std::chrono::milliseconds(platform.backoff.base_ms),
          std::chrono::milliseconds(platform.backoff.cap_ms)};
}

std::unique_ptr<ports::PlatformLink> mqtt_link(base::Loop& loop, const ports::WallClock& clock,
                                               const Config& config, const std::string& epoch) {
  const Config::Platform& platform = config.platform;
  platform::NativeLinkOptions options;
  options.gateway = config.gateway.id;
  options.epoch = epoch;
  options.host = platform.host;
  options.port = static_cast<int>(platform.port);
  options.v5 = platform.protocol == "mqtt5";
  options.tls = net::MqttTls{platform.ca, platform.certificate, platform.key};
  options.keepalive_s = static_cast<int>(platform.keepalive_s);
  options.backoff = backoff_of(platform);
  return std::make_unique<platform::NativeLink>(loop, clock, std::move(options));
}

net::CoapClientOptions coap_client(const Config::Platform& platform) {
  net::CoapClientOptions options;
  options.host = platform.host;
  options.port = static_cast<int>(platform.coap.port);
  options.psk = [coap = platform.coap]() -> base::Result<net::CoapPsk> {
    auto key = net::read_psk_file(coap.key_file);
    if (!key) return base::failure_of(std::move(key));
    return net::CoapPsk{coap.identity, *std::move(key)};
  };
  options.backoff = backoff_of(platform);
  options.keepalive = std::chrono::seconds(platform.keepalive_s);
  return options;
}

std::unique_ptr<ports::PlatformLink> coap_link(base::Loop& loop, const ports::WallClock& clock,
                                               const Config& config, const std::string& epoch) {
  platform::CoapLinkOptions options;
  options.gateway = config.gateway.id;
  options.epoch = epoch;
  options.peer = fmt::format("coaps://{}:{}", config.platform.host, config.platform.coap.port);
  options.watch_backoff = backoff_of(config.platform);
  return std::make_unique<platform::CoapLink>(
      loop, clock, std::move(options),
      [&loop, client = coap_client(config.platform)](net::CoapRequesterEvents events) {
        return std::make_unique<net::CoapClient>(loop, client, std::move(events));
      });
}

}  // namespace

std::unique_ptr<ports::PlatformLink> make_platform_link(base::Loop& loop,
                                                        const ports::WallClock& clock,
                                                        const Config& config,
                                                        const std::string& epoch) {
  if (config.platform.link == "mqtt") return mqtt_link(loop, clock, config, epoch);
  if (config.platform.link == "coap") return coap_link(loop, clock, config, epoch);
  return nullptr;
}

core::OutboxPumpLimits pump_limits(const Config::Platform& platform) {
  core::OutboxPumpLimits limits;
  limits.drain_rate = static_cast<double>(platform.drain_per_s);
  if (platform.link == "coap") limits.for_block_transfer();
  return limits;
}

}  // namespace linli::daemon
