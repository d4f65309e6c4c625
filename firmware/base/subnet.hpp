#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"

namespace linli::base {

// IP addresses that share their first bits: "192.168.7.0/24", "fd00::/8", or one address alone.
class Subnet {
 public:
  // kInvalid if it is none, or has bits set behind its prefix (a slip of the finger).
  static Result<Subnet> parse(std::string_view text);

  // False also for what is no address.
  bool contains(const std::string& address) const;

 private:
  using Bytes = std::array<std::uint8_t, 16>;  // IPv4 in the first four

  Bytes bytes_{};
  int family_ = 0;
  unsigned prefix_ = 0;  // bits
};

// Is it an IPv4 or IPv6 address in its usual spelling?
bool is_ip_address(const std::string& text);

}  // namespace linli::base
