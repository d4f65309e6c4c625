#pragma once

#include <optional>
#include <string>

#include "firmware/base/result.hpp"
#include "firmware/base/time.hpp"
#include "firmware/net/coap_requester.hpp"

namespace linli::platform {

// The gateway's observation of its commands (RFC 7641), pure: time is a parameter. Each
// notification is one command, and none replaces another, so the order that Observe's number gives
// is not used: whoever repeats a command is recognised by its id, behind us, in the command ledger.
class CommandWatch {
 public:
  // Registered again when this share of Max-Age is over (RFC 7641 §3.3.1 allows it from then on;
  // before, so that there is no time without an observation).
  static constexpr int kRenewPercent = 75;
  static constexpr base::Duration kSoonest = std::chrono::seconds(5);
  static constexpr base::Duration kLatest = std::chrono::hours(1);

  // `token`: 1 to 8 bytes, the same for every registration of one association.
  explicit CommandWatch(std::string token) : token_(std::move(token)) {}

  net::CoapOutgoing registration(std::vector<std::string> path) const;
  const std::string& token() const { return token_; }

  // A message with our token. The command in it; "" if it carries none; an error if it is a
  // refusal, or the platform keeps no observation: register again later.
  base::Result<std::string> on_message(const net::CoapResponse& message, base::TimePoint now);

  // When to register again; nothing if no registration was answered yet.
  std::optional<base::TimePoint> renew_at() const { return renew_at_; }

 private:
  std::string token_;
  std::optional<base::TimePoint> renew_at_;
};

}  // namespace linli::platform
