#include "firmware/daemon/credentials.hpp"

#include <nlohmann/json.hpp>

#include "firmware/base/bytes.hpp"
#include "firmware/daemon/gateway.hpp"

namespace linli::daemon {
namespace {

using base::Json;

Json coap_credentials_json(const Config& config, const ports::DeviceCredentials& credentials,
                           const core::Registration& registration) {
  const std::string& key = credentials.password.reveal();
  Json json = {
      {"device", credentials.username},
      {"credentials",
       {{"identity", credentials.username},
        {"key", key},
        {"key_hex", base::to_hex(key)},
        {"publish", credentials.topics.publish},
        {"subscribe", credentials.topics.subscribe}}},
      {"uri", fmt::format("coaps://{}:{}", config.broker.hosts.front(), config.coap.port)}};
  if (!registration.address.empty()) {
    json["plain"] = {
        {"from", registration.address},
        {"uri", fmt::format("coap://{}:{}", config.broker.hosts.front(), config.coap.plain_port)}};
  }
  return json;
}

// A reader has nothing to be typed in; it is found by its wires.
Json reader_json(const core::Registration& registration) {
  return {{"device", registration.id.str()},
          {"credentials", Json::object()},
          {"reader", {{"address", registration.address}}}};
}

}  // namespace

Json credentials_json(Gateway& gateway, const ports::DeviceCredentials& credentials) {
  const Config& config = gateway.config();
  const auto id = domain::DeviceId::parse(credentials.username);
  const core::Device* const device = id ? gateway.devices().find(*id) : nullptr;
  if (device != nullptr && device->registration.driver == core::kCoapDriver)
    return coap_credentials_json(config, credentials, device->registration);
  if (device != nullptr && device->registration.driver == core::kOsdpDriver)
    return reader_json(device->registration);
  if (device != nullptr && device->registration.driver == core::kGpioDriver)
    return {{"device", device->registration.id.str()},
            {"credentials", Json::object()},
            {"lines", device->registration.address}};
  return {{"device", credentials.username},
          {"credentials",
           {{"username", credentials.username},
            {"password", credentials.password.reveal()},
            {"publish", credentials.topics.publish},
            {"subscribe", credentials.topics.subscribe}}},
          {"broker",
           {{"host", config.broker.hosts.front()},
            {"port", config.broker.port},
            {"ca", config.identity.dir + "/site-ca-bundle.crt"}}}};
}

}  // namespace linli::daemon
