#include "firmware/console/host_rules.hpp"

#include <algorithm>

#include "firmware/base/number.hpp"

namespace linli::console {
namespace {

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_port(std::string_view text) {
  return base::parse_number<std::uint16_t>(text).has_value() && text.front() != '-';
}

bool is_safe(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

// A link on another page may lead here: the visitor sees our page, the other page sees nothing.
bool is_visit(const Request& request) {
  return request.method == "GET" && !request.is_websocket &&
         request.header("sec-fetch-mode") == "navigate" &&
         request.header("sec-fetch-dest") == "document";
}

bool is_foreign(std::string_view site) {
  return site == "cross-site" || site == "same-site";
}

}  // namespace

std::string host_without_port(std::string_view host) {
  std::string_view name = host;
  std::string_view after;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return "";
    name = host.substr(1, end - 1);
    after = host.substr(end + 1);
  } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    name = host.substr(0, colon);
    after = host.substr(colon);
  }
  if (!after.empty() && (after.size() < 2 || after.front() != ':' || !is_port(after.substr(1))))
    return "";
  return in_lower_case(name);
}

HostRules::HostRules(const std::vector<std::string>& hosts) {
  for (const std::string& host : hosts) hosts_.push_back(in_lower_case(host));
}

bool HostRules::knows(std::string_view host) const {
  const std::string name = host_without_port(host);
  return !name.empty() && std::find(hosts_.begin(), hosts_.end(), name) != hosts_.end();
}

std::optional<Refusal> HostRules::check(const Request& request) const {
  const std::string_view host = request.header("host");
  if (!knows(host)) return refusals::host(host.substr(0, 80), hosts_);
  if (is_foreign(request.header("sec-fetch-site")) && !is_visit(request))
    return refusals::cross_origin("the browser says that another site sent this request");
  if (is_safe(request.method) && !request.is_websocket) return std::nullopt;
  const std::string_view origin = request.header("origin");
  if (origin.empty()) {
    if (!request.is_websocket || !request.header("authorization").empty()) return std::nullopt;
    return refusals::cross_origin("a WebSocket without Origin needs an Authorization header");
  }
  if (in_lower_case(origin) == "https://" + in_lower_case(host)) return std::nullopt;
  return refusals::cross_origin("its Origin is not this gateway's own pages");
}

}  // namespace linli::console
