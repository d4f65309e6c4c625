#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "firmware/base/error.hpp"
#include "firmware/net/coap_message.hpp"

// The client's side of CoAP as values (RFC 7252, 7641, 7959): what net::CoapClient sends and hands
// over, and all that a way north needs to know of CoAP. No library behind it.
namespace linli::net {

// A request with the name of its exchange.
struct CoapOutgoing : CoapCall {
  std::string token{};  // 1 to 8 bytes
};

// A response or a notification.
struct CoapResponse {
  CoapCode code = CoapCode::kContent;
  std::string token{};
  std::optional<std::uint32_t> observe{};
  std::optional<std::uint32_t> max_age_s{};
  std::optional<CoapBlock> block1{};
  std::optional<CoapBlock> block2{};
  std::string payload{};  // of an error: a diagnostic text

  bool is_success() const { return static_cast<unsigned>(code) >> 5U == 2; }
};

// "4.04"
std::string to_string(CoapCode code);

// What a requester tells, all on the loop's thread. None of them may destroy the requester.
struct CoapRequesterEvents {
  std::function<void()> on_up;
  std::function<void(const base::Error&)> on_down;  // every exchange has ended with it
  // False if nobody waits for it: it is answered with a reset, which also ends an observation.
  std::function<bool(const CoapResponse&)> on_response;
  // The other side answered the request of this token with a reset.
  std::function<void(const std::string& token)> on_reset;
};

struct CoapRequesterStatus {
  bool up = false;
  std::string last_error;  // with the way out; empty after a success
  int attempts = 0;        // failed ones since the last success
};

// The way out: net::CoapClient, or a fake in a test. Loop thread only.
class CoapRequester {
 public:
  CoapRequester() = default;
  CoapRequester(const CoapRequester&) = delete;
  CoapRequester& operator=(const CoapRequester&) = delete;
  virtual ~CoapRequester() = default;

  // False if it could not be sent: the association is down, or the message does not fit a datagram.
  // A request that nobody acknowledges ends the association.
  virtual bool send(const CoapOutgoing& request) = 0;
  virtual CoapRequesterStatus status() const = 0;
};

}  // namespace linli::net
