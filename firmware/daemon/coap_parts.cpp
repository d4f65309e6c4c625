#include "firmware/daemon/coap_parts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/core/login_keeper.hpp"

namespace linli::daemon {
namespace {

std::vector<base::Subnet> plain_subnets(const Config::Coap& config) {
  std::vector<base::Subnet> subnets;
  if (config.plain_port == 0) return subnets;
  for (const std::string& text : config.plain_from) {
    if (auto subnet = base::Subnet::parse(text)) subnets.push_back(*std::move(subnet));
  }
  return subnets;
}

base::Result<base::SecretText> stored_key(const domain::DeviceId& device, ports::Query& query,
                                          ports::KeyStore& keys) {
  const std::string name = core::login_secret_name(device);
  auto sealed = query.get(ports::Space::kSecret, name);
  if (!sealed) return base::failure_of(std::move(sealed));
  if (!*sealed) return base::fail(base::Code::kNotFound, "no key of it is stored");
  return keys.open(name, **sealed);
}

}  // namespace

CoapParts::CoapParts(base::Loop& loop, ports::Intake& intake, const ports::WallClock& clock,
                     ports::FrameTap& frames, const Config::Coap& config)
    : loop_(loop),
      config_(config),
      access_(loop,
              [this](const std::string& identity) {
                if (endpoint_ != nullptr) endpoint_->cut(identity);
              }),
      driver_(loop, intake, clock,
              drivers::coap::CoapDriver::Dependencies{
                  [this] { return open(); }, plain_subnets(config),
                  std::chrono::seconds(config.silent_after_s), &frames}) {}

CoapParts::~CoapParts() = default;

base::Result<std::unique_ptr<net::CoapOutlet>> CoapParts::open() {
  net::CoapEndpointOptions options;
  options.listen = config_.listen;
  options.port = static_cast<int>(config_.port);
  options.plain_port = static_cast<int>(config_.plain_port);
  auto endpoint = net::CoapEndpoint::open(
      loop_, options,
      net::CoapEndpointEvents{
          [this](const std::string& identity) { return access_.key_of(identity); },
          [this](const std::string& address) { return driver_.admits(address); },
          [this](net::CoapRequest request) { driver_.on_request(std::move(request)); },
          [this](std::uint64_t session) { driver_.on_session_end(session); },
          [this](std::uint64_t session, std::uint16_t message_id, bool refused) {
            driver_.on_undelivered(session, message_id, refused);
          },
          [this](const net::CoapAnswer& answer) { driver_.on_answer(answer); }});
  if (!endpoint) return base::failure_of(std::move(endpoint));
  base::log::info("coap", "listens", {{"address", config_.listen}, {"port", config_.port}});
  if (config_.plain_port != 0) {
    base::log::warn("coap", "devices of coap.plain_from may speak without a key",
                    {{"port", config_.plain_port}});
  }
  endpoint_ = endpoint->get();
  return std::unique_ptr<net::CoapOutlet>(*std::move(endpoint));
}

void CoapParts::restore_keys(const core::DeviceTable& devices, ports::Query& query,
                             ports::KeyStore& keys) {
  for (const core::Device* device : devices.all()) {
    if (device->registration.driver != core::kCoapDriver) continue;
    auto key = stored_key(device->registration.id, query, keys);
    if (key) {
      access_.restore(device->registration.id, *std::move(key));
      continue;
    }
    base::log::warn("coap", "a device has no key: linlictl device replace gives it a new one",
                    {{"device", device->registration.id}, {"why", key.error()}});
  }
}

std::size_t CoapParts::without_key() const {
  const std::size_t devices = driver_.status().devices;
  return devices - std::min(devices, access_.size());
}

base::Json CoapParts::status() const {
  const drivers::coap::CoapStatus driver = driver_.status();
  const net::CoapEndpointCounts net =
      endpoint_ == nullptr ? net::CoapEndpointCounts{} : endpoint_->counts();
  base::Json json = {
      {"up", driver.is_open},
      {"last_error", driver.last_error},
      {"listen", fmt::format("coaps://{}:{}", config_.listen, config_.port)},
      {"devices", driver.devices},
      {"associations", endpoint_ == nullptr ? 0 : endpoint_->associations()},
      {"observations", driver.observations},
      {"uploads", driver.uploads},
      {"evicted",
       {{"associations", net.evicted},
        {"observations", driver.evicted_observations},
        {"uploads", driver.evicted_uploads}}},
      {"handshakes",
       {{"done", net.handshakes},
        {"unknown_identity", net.unknown_identities},
        {"wrong_key", net.wrong_keys}}},
      {"requests",
       {{"all", driver.counts.requests},
        {"repeats", driver.counts.repeats},
        {"strangers", driver.counts.strangers + net.strangers},
        {"refused", driver.counts.refused},
        {"busy", driver.counts.busy}}},
      {"undelivered_commands", driver.counts.undelivered_commands},
      {"lwm2m",
       {{"registered", driver.lwm2m.registered},
        {"observed", driver.lwm2m.observed},
        {"notifications", driver.lwm2m.notifications},
        {"stale", driver.lwm2m.stale},
        {"strays", driver.lwm2m.strays},
        {"expired", driver.lwm2m.expired},
        {"unconfirmed_alarms", driver.lwm2m.unconfirmed_alarms}}},
  };
  if (config_.plain_port != 0) {
    json["warning"] = fmt::format(
        "plain CoAP on port {}: {} devices speak without a key, and anyone at their addresses can",
        config_.plain_port, driver.plain_devices);
  }
  return json;
}

}  // namespace linli::daemon
