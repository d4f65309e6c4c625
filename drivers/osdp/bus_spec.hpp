#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "firmware/base/result.hpp"

namespace linli::drivers::osdp {

// One entry of osdp.buses: "gate=/dev/ttyUSB0@9600" or "north=tcp://10.0.0.5:4001@9600". The speed
// is 9600 if it is left out; behind tcp:// it is that of the converter's serial side.
struct BusSpec {
  std::string name;
  std::string device;  // path of a serial line; empty: TCP
  std::string host;
  std::uint16_t port = 0;
  unsigned baud = 9600;

  friend bool operator==(const BusSpec&, const BusSpec&) = default;
};

// kInvalid with the way to write it.
base::Result<BusSpec> parse_bus(std::string_view text);
// For people: "/dev/ttyUSB0" or "tcp://10.0.0.5:4001".
std::string place_of(const BusSpec& spec);

// A device's address: "gate/5", the bus and the reader's own address 0 to 126.
struct ReaderAddress {
  std::string bus;
  std::uint8_t number = 0;
  friend bool operator==(const ReaderAddress&, const ReaderAddress&) = default;
  friend bool operator<(const ReaderAddress& one, const ReaderAddress& other) {
    return std::tie(one.bus, one.number) < std::tie(other.bus, other.number);
  }
};
base::Result<ReaderAddress> parse_reader_address(std::string_view text);

}  // namespace linli::drivers::osdp
