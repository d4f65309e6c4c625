#include "drivers/osdp/bus_spec.hpp"

#include "drivers/osdp/command.hpp"
#include "drivers/osdp/frame.hpp"
#include "firmware/base/id.hpp"
#include "firmware/base/number.hpp"

namespace linli::drivers::osdp {
namespace {

using base::Code;

constexpr std::string_view kTcp = "tcp://";

base::Failure not_a_bus(std::string_view text) {
  return base::fail(Code::kInvalid,
                    "'{}' is no bus: write name=/dev/ttyUSB0@9600 or name=tcp://host:port@9600 "
                    "(speeds 9600 to 230400)",
                    text.substr(0, 80));
}

bool take_tcp(std::string_view rest, BusSpec& spec) {
  rest.remove_prefix(kTcp.size());
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  spec.host = rest.substr(0, colon);
  if (spec.host.size() > 2 && spec.host.front() == '[' && spec.host.back() == ']')
    spec.host = spec.host.substr(1, spec.host.size() - 2);
  spec.port = base::parse_number<std::uint16_t>(rest.substr(colon + 1)).value_or(0);
  return spec.port != 0;
}

}  // namespace

base::Result<BusSpec> parse_bus(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || !base::is_id(text.substr(0, equals)))
    return not_a_bus(text);
  BusSpec spec;
  spec.name = text.substr(0, equals);
  std::string_view rest = text.substr(equals + 1);
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    spec.baud = base::parse_number<unsigned>(rest.substr(at + 1)).value_or(0);
    rest = rest.substr(0, at);
  }
  if (!is_baud(spec.baud)) return not_a_bus(text);
  if (rest.starts_with(kTcp)) {
    if (!take_tcp(rest, spec)) return not_a_bus(text);
    return spec;
  }
  if (!rest.starts_with('/')) return not_a_bus(text);
  spec.device = rest;
  return spec;
}

std::string place_of(const BusSpec& spec) {
  return spec.device.empty() ? fmt::format("tcp://{}:{}", spec.host, spec.port) : spec.device;
}

base::Result<ReaderAddress> parse_reader_address(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto number = slash == std::string_view::npos
                          ? std::nullopt
                          : base::parse_number<unsigned>(text.substr(slash + 1));
  if (!number || *number > kMaxAddress || !base::is_id(text.substr(0, slash))) {
    return base::fail(Code::kInvalid,
                      "'{}' is no address of a reader: write bus/number, e.g. gate/5; the number "
                      "is the reader's own, 0 to {}",
                      text.substr(0, 80), kMaxAddress);
  }
  return ReaderAddress{std::string(text.substr(0, slash)), static_cast<std::uint8_t>(*number)};
}

}  // namespace linli::drivers::osdp
