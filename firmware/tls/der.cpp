#include "firmware/tls/der.hpp"

#include <arpa/inet.h>

#include <array>

namespace linli::tls {
namespace {

constexpr char kSequence = 0x30;
constexpr char kDnsName = static_cast<char>(0x82);
constexpr char kIpAddress = static_cast<char>(0x87);

void append(std::string& out, char tag, const std::string& content) {
  out.push_back(tag);
  if (content.size() < 128) {
    out.push_back(static_cast<char>(content.size()));
  } else if (content.size() < 256) {
    out.push_back(static_cast<char>(0x81));
    out.push_back(static_cast<char>(content.size()));
  } else {
    out.push_back(static_cast<char>(0x82));
    out.push_back(static_cast<char>(content.size() >> 8U));
    out.push_back(static_cast<char>(content.size()));
  }
  out += content;
}

}  // namespace

std::string address_bytes(const std::string& host) {
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
  if (inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) return {bytes.data(), 16};
  return {};
}

std::string der_subject_alt_name(const std::vector<std::string>& hosts) {
  std::string names;
  for (const std::string& host : hosts) {
    const std::string address = address_bytes(host);
    if (address.empty()) {
      append(names, kDnsName, host);
    } else {
      append(names, kIpAddress, address);
    }
  }
  std::string value;
  append(value, kSequence, names);
  return value;
}

}  // namespace linli::tls
