#include "firmware/platform/down_messages.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json_reader.hpp"

namespace linli::platform {
namespace {

constexpr base::JsonLimits kAcceptedLimits{
    .max_bytes = 1024, .max_depth = 2, .max_values = 8, .max_string_bytes = 128};
constexpr std::size_t kMaxWordBytes = 64;

}  // namespace

base::Result<AcceptedMessage> parse_accepted(std::string_view json) {
  auto parsed = base::parse_json(json, kAcceptedLimits);
  if (!parsed) return base::failure_of(std::move(parsed), "accepted");
  base::JsonReader in(*parsed, "accepted");
  AcceptedMessage message;
  message.epoch = in.text("epoch", kMaxWordBytes);
  const std::string stream = in.text("stream", kMaxWordBytes);
  message.seq =
      static_cast<std::uint64_t>(in.integer("seq", {1, std::numeric_limits<std::int64_t>::max()}));
  if (const auto known = domain::stream_of(stream)) {
    message.stream = *known;
  } else {
    in.reject("stream", "is not the name of a stream");
  }
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return message;
}

base::Result<AcceptedReply> parse_accepted_reply(std::string_view json) {
  auto parsed = base::parse_json(json, kAcceptedLimits);
  if (!parsed) return base::failure_of(std::move(parsed), "accepted");
  base::JsonReader in(*parsed, "accepted");
  AcceptedReply reply;
  reply.epoch = in.text("epoch", kMaxWordBytes);
  reply.seq = static_cast<std::uint64_t>(
      in.integer("accepted", {0, std::numeric_limits<std::int64_t>::max()}));
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return reply;
}

base::Result<domain::Command> parse_platform_command(std::string_view json) {
  auto command = domain::parse_command(json);
  if (command) {
    command->issuer = "platform";
    command->role = "platform";
  }
  return command;
}

}  // namespace linli::platform
