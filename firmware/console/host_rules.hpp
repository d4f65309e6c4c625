#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/console/message.hpp"
#include "firmware/console/refusal.hpp"

namespace linli::console {

// Who may be meant, and who may ask. A page of another site can make a browser send requests here,
// and a name of its own can be made to point here (DNS rebinding): Host, Origin and Sec-Fetch-Site
// tell, and a browser lets no page write them.
class HostRules {
 public:
  // `hosts`: names and IP addresses of this gateway.
  explicit HostRules(const std::vector<std::string>& hosts);

  // Nothing if the request may go on. Its headers are in lower case, each once.
  //
  //   Host                   one of the hosts, with any port: 421
  //   Sec-Fetch-Site         not cross-site or same-site, unless it is a plain visit by a link: 403
  //   unsafe method          Origin, if there is one, is https://<Host>: 403
  //   WebSocket              the same; without Origin only with Authorization (no browser): 403
  std::optional<Refusal> check(const Request& request) const;

 private:
  bool knows(std::string_view host) const;

  std::vector<std::string> hosts_;  // lower case
};

// The host of a Host header without its port, in lower case; an IPv6 address without its brackets.
// Empty if it is malformed.
std::string host_without_port(std::string_view host);

}  // namespace linli::console
