#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "firmware/net/coap_message.hpp"

namespace linli::drivers::coap {

// Messages as they stand on the wire (RFC 7252 §3), made anew from their values for the frame log.
// Options that the values do not carry are not in them. Pure.
enum class CoapType : std::uint8_t { kCon = 0, kNon = 1, kAck = 2, kRst = 3 };

std::string message_bytes(const net::CoapRequest& request);
std::string message_bytes(const net::CoapAnswer& answer);
std::string message_bytes(CoapType type, std::uint16_t message_id, const std::string& token,
                          const net::CoapReply& reply);
std::string message_bytes(std::uint16_t message_id, const std::string& token,
                          const net::CoapCall& call);
// Without code, token and payload: an acknowledgement or a reset.
std::string empty_message(CoapType type, std::uint16_t message_id);

// "POST /linli/v1/event", "2.04".
std::string title_of(net::CoapMethod method, const std::vector<std::string>& path);
std::string title_of(std::uint8_t code);

}  // namespace linli::drivers::coap
