#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/domain/command.hpp"
#include "firmware/domain/stream.hpp"

namespace linli::platform {

// "The platform durably holds all of this stream up to this number."
struct AcceptedMessage {
  std::string epoch;
  domain::Stream stream = domain::Stream::kTelemetry;
  std::uint64_t seq = 0;
};

// Reads {"epoch":"3f9a","stream":"alarm","seq":17}; anything else is kInvalid, with the member.
base::Result<AcceptedMessage> parse_accepted(std::string_view json);

// On CoAP the acknowledgement is the response to a batch of a stream.
struct AcceptedReply {
  std::string epoch;
  std::uint64_t seq = 0;  // cumulative; 0: nothing yet
};

// Reads {"epoch":"3f9a","accepted":17}; anything else is kInvalid, with the member.
base::Result<AcceptedReply> parse_accepted_reply(std::string_view json);

// A command as the platform sends it. Who asks is known from the channel, not from the text.
base::Result<domain::Command> parse_platform_command(std::string_view json);

}  // namespace linli::platform
