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
    DriverEntry{"osdp", "card readers on RS-485 as their control panel: OSDP v2, secure channel",
                "independent peer: libosdp of PyPI as reader; published frames and key vectors"},
    DriverEntry{"gpio",
                "lock, contact, exit button and Wiegand reader on lines of this board (libgpiod)",
                "own fake only: no kernel with lines or gpio-sim was there"},
    DriverEntry{
        "terminal",
        "face and QR terminals of the mqtt/face family, by their profile; opening a door only "
        "where a site's profile says how",
        "own simulator only, over a real mosquitto; payloads published by integrations; no "
        "terminal of a vendor"},
};

}  // namespace

std::span<const DriverEntry> catalog() {
  return kCatalog;
}

}  // namespace linli::drivers
