#include "firmware/console/security_headers.hpp"

#include <algorithm>
#include <array>

namespace linli::console {
namespace {

struct Header {
  std::string_view name;
  std::string_view value;
};

// No Strict-Transport-Security: browsers ignore it for IP addresses, and where they heed it, under
// a name of the compound, it would make the warning about the compound's own CA impossible to pass
// on the very phone that is yet to install that CA. Nothing answers without TLS here anyway. No
// Server header: whom does the version help?
constexpr std::array kAlways{
    Header{"content-security-policy",
           "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
           "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
           "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"},
    Header{"cross-origin-opener-policy", "same-origin"},
    Header{"cross-origin-resource-policy", "same-origin"},
    Header{"referrer-policy", "no-referrer"},
    Header{"x-content-type-options", "nosniff"},
    Header{"permissions-policy", "camera=(), microphone=(), geolocation=()"},
};

std::string in_lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

}  // namespace

void add_security_headers(Response& response) {
  bool says_caching = false;
  for (auto& [name, value] : response.headers) {
    name = in_lower_case(std::move(name));
    says_caching = says_caching || name == "cache-control";
  }
  std::erase_if(response.headers, [](const auto& header) {
    return std::any_of(kAlways.begin(), kAlways.end(),
                       [&header](const Header& ours) { return ours.name == header.first; });
  });
  for (const Header& header : kAlways) response.headers.emplace_back(header.name, header.value);
  if (!says_caching) response.headers.emplace_back("cache-control", "no-store");
}

}  // namespace linli::console
