#include "firmware/platform/command_watch.hpp"

#include <algorithm>
#include <utility>

namespace linli::platform {
namespace {

// RFC 7252 §5.10.5
constexpr std::uint32_t kDefaultMaxAge = 60;
constexpr std::size_t kShownBytes = 80;

}  // namespace

net::CoapOutgoing CommandWatch::registration(std::vector<std::string> path) const {
  net::CoapOutgoing request;
  request.path = std::move(path);
  request.token = token_;
  request.observe = 0;
  return request;
}

base::Result<std::string> CommandWatch::on_message(const net::CoapResponse& message,
                                                   base::TimePoint now) {
  renew_at_.reset();
  if (!message.is_success())
    return base::fail(base::Code::kRefused, "the platform refuses the observation: {} {}",
                      net::to_string(message.code), message.payload.substr(0, kShownBytes));
  if (!message.observe)
    return base::fail(base::Code::kRefused, "the platform keeps no observation of our commands");
  const std::chrono::seconds max_age(message.max_age_s.value_or(kDefaultMaxAge));
  renew_at_ = now + std::clamp<base::Duration>(max_age * kRenewPercent / 100, kSoonest, kLatest);
  // The next notification would come before its second block could be fetched.
  if (message.block2 && message.block2->more)
    return base::fail(base::Code::kInvalid, "a command that does not fit one datagram");
  return message.payload == "{}" ? std::string() : message.payload;
}

}  // namespace linli::platform
