#include "firmware/base/subnet.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "firmware/base/number.hpp"

namespace linli::base {
namespace {

// The family, or AF_UNSPEC if it is no address.
int read_address(const std::string& text, std::array<std::uint8_t, 16>& bytes) {
  bytes = {};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return AF_INET;
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return AF_INET6;
  return AF_UNSPEC;
}

// The bits of byte `index` that belong to a prefix.
std::uint8_t mask_of(unsigned prefix, std::size_t index) {
  const std::size_t before = index * 8;
  if (prefix <= before) return 0;
  const std::size_t bits = std::min<std::size_t>(8, prefix - before);
  return static_cast<std::uint8_t>(0xffU << (8 - bits));
}

}  // namespace

Result<Subnet> Subnet::parse(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  Subnet subnet;
  subnet.family_ = read_address(std::string(text.substr(0, slash)), subnet.bytes_);
  if (subnet.family_ == AF_UNSPEC)
    return fail(Code::kInvalid, "'{}' is no subnet like 192.168.7.0/24", text);
  const unsigned most = subnet.family_ == AF_INET ? 32 : 128;
  subnet.prefix_ = most;
  if (slash < text.size()) {
    const auto prefix = parse_number<unsigned>(text.substr(slash + 1));
    if (!prefix || *prefix > most)
      return fail(Code::kInvalid, "'{}': the prefix is 0 to {} bits", text, most);
    subnet.prefix_ = *prefix;
  }
  for (std::size_t i = 0; i < subnet.bytes_.size(); ++i) {
    if ((subnet.bytes_.at(i) & static_cast<std::uint8_t>(~mask_of(subnet.prefix_, i))) != 0)
      return fail(Code::kInvalid, "'{}' has bits behind its prefix", text);
  }
  return subnet;
}

bool Subnet::contains(const std::string& address) const {
  Bytes bytes{};
  if (read_address(address, bytes) != family_) return false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if ((bytes.at(i) & mask_of(prefix_, i)) != bytes_.at(i)) return false;
  }
  return true;
}

bool is_ip_address(const std::string& text) {
  std::array<std::uint8_t, 16> bytes{};
  return read_address(text, bytes) != AF_UNSPEC;
}

}  // namespace linli::base
