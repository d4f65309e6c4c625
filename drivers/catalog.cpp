#include "drivers/catalog.hpp"

#include <array>

namespace linli::drivers {
namespace {

constexpr std::array kCatalog{
    DriverEntry{
        "mqtt",
        "native contract over MQTT 3.1.1 and 5; foreign devices by the forms of their profile",
        "independent peer: mosquitto_pub and mosquitto_sub of Debian, paho-mqtt of PyPI"},
    DriverEntry{
        "coap", "native contract over CoAP, and LwM2M 1.1; DTLS 1.2 with a key for each device",
        "independent peer: coap-client of Debian, aiocoap of PyPI, coap and lwm2m-node-lib of npm, "
        "openssl s_client"},
};

}  // namespace

std::span<const DriverEntry> catalog() {
  return kCatalog;
}

}  // namespace linli::drivers
