#include "firmware/net/coap_requester.hpp"

#include <fmt/format.h>

namespace linli::net {

std::string to_string(CoapCode code) {
  const auto byte = static_cast<unsigned>(code);
  return fmt::format("{}.{:02}", byte >> 5U, byte & 31U);
}

}  // namespace linli::net
