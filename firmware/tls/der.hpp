#pragma once

#include <string>
#include <vector>

namespace linli::tls {

// The value of an X.509 subjectAltName extension (RFC 5280, 4.2.1.6) for host names and IP
// addresses. mbedTLS 2.28 can read but not write it:
//
//   30 <length>  { 82 <length> <dNSName> | 87 04 <IPv4> | 87 10 <IPv6> } …
std::string der_subject_alt_name(const std::vector<std::string>& hosts);

// The bytes of an IP address in network order, empty if `host` is a name.
std::string address_bytes(const std::string& host);

}  // namespace linli::tls
