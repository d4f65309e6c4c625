#include "drivers/coap/message_bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace linli::drivers::coap {
namespace {

// Numbers of the IANA registry (RFC 7252 §5.10, 7641, 7959, 7967).
enum Option : std::uint32_t {
  kETag = 4,
  kObserve = 6,
  kLocationPath = 8,
  kUriPath = 11,
  kContentFormat = 12,
  kMaxAge = 14,
  kUriQuery = 15,
  kAccept = 17,
  kBlock2 = 23,
  kBlock1 = 27,
  kSize2 = 28,
  kSize1 = 60,
  kNoResponse = 258,
};

// An integer without leading zeros; none at all for 0 (§3.2).
std::string shortest(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const std::uint32_t byte = (value >> static_cast<unsigned>(shift)) & 0xFFU;
    if (!bytes.empty() || byte != 0) bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

class Message {
 public:
  Message(CoapType type, std::uint8_t code, std::uint16_t message_id, const std::string& token) {
    out_.push_back(
        static_cast<char>(0x40U | (static_cast<unsigned>(type) << 4U) | (token.size() & 0xFU)));
    out_.push_back(static_cast<char>(code));
    out_.push_back(static_cast<char>(message_id >> 8U));
    out_.push_back(static_cast<char>(message_id & 0xFFU));
    out_ += token;
  }

  Message& add(std::uint32_t number, std::string value) {
    options_.emplace_back(number, std::move(value));
    return *this;
  }
  template <class T>
  Message& add_number(std::uint32_t number, const std::optional<T>& value) {
    return value ? add(number, shortest(static_cast<std::uint32_t>(*value))) : *this;
  }
  Message& add_block(std::uint32_t number, const std::optional<net::CoapBlock>& block) {
    if (!block) return *this;
    return add(number, shortest((block->number << 4U) | (block->more ? 8U : 0U) | block->szx));
  }
  Message& add_each(std::uint32_t number, const std::vector<std::string>& values) {
    for (const std::string& value : values) add(number, value);
    return *this;
  }

  std::string finish(const std::string& payload) {
    std::stable_sort(options_.begin(), options_.end(),
                     [](const auto& one, const auto& other) { return one.first < other.first; });
    std::uint32_t before = 0;
    for (const auto& [number, value] : options_) {
      append_option(number - before, value);
      before = number;
    }
    if (!payload.empty()) out_ += '\xFF' + payload;
    return std::move(out_);
  }

 private:
  // §3.1: a nibble, with one or two bytes more from 13 and 269 on.
  static std::pair<std::uint32_t, std::string> nibble(std::uint32_t value) {
    if (value < 13) return {value, ""};
    if (value < 269) return {13, std::string(1, static_cast<char>(value - 13))};
    const std::uint32_t rest = value - 269;
    return {14, {static_cast<char>(rest >> 8U), static_cast<char>(rest & 0xFFU)}};
  }

  void append_option(std::uint32_t delta, const std::string& value) {
    const auto [delta_nibble, delta_bytes] = nibble(delta);
    const auto [size_nibble, size_bytes] = nibble(static_cast<std::uint32_t>(value.size()));
    out_.push_back(static_cast<char>((delta_nibble << 4U) | size_nibble));
    out_ += delta_bytes + size_bytes + value;
  }

  std::string out_;
  std::vector<std::pair<std::uint32_t, std::string>> options_;
};

}  // namespace

std::string message_bytes(const net::CoapRequest& request) {
  Message message(request.exchange.confirmable ? CoapType::kCon : CoapType::kNon,
                  static_cast<std::uint8_t>(request.method), request.exchange.message_id,
                  request.exchange.token);
  message.add_number(kObserve, request.observe)
      .add_each(kUriPath, request.path)
      .add_number(kContentFormat, request.content_format)
      .add_each(kUriQuery, request.query)
      .add_number(kAccept, request.accept)
      .add_block(kBlock2, request.block2)
      .add_block(kBlock1, request.block1)
      .add_number(kSize1, request.size1);
  if (request.exchange.no_response != 0)
    message.add(kNoResponse, shortest(request.exchange.no_response));
  return message.finish(request.payload);
}

std::string message_bytes(const net::CoapAnswer& answer) {
  const CoapType type = answer.is_piggybacked         ? CoapType::kAck
                        : answer.exchange.confirmable ? CoapType::kCon
                                                      : CoapType::kNon;
  return Message(type, answer.code, answer.exchange.message_id, answer.exchange.token)
      .add_number(kObserve, answer.observe)
      .add_number(kContentFormat, answer.content_format)
      .add_block(kBlock2, answer.block2)
      .finish(answer.payload);
}

std::string message_bytes(CoapType type, std::uint16_t message_id, const std::string& token,
                          const net::CoapReply& reply) {
  Message message(type, static_cast<std::uint8_t>(reply.code), message_id, token);
  if (!reply.etag.empty()) message.add(kETag, reply.etag);
  return message.add_number(kObserve, reply.observe)
      .add_each(kLocationPath, reply.location)
      .add_number(kContentFormat, reply.format)
      .add_number(kMaxAge, reply.max_age_s)
      .add_block(kBlock2, reply.block2)
      .add_block(kBlock1, reply.block1)
      .add_number(kSize2, reply.size2)
      .add_number(kSize1, reply.size1)
      .finish(reply.payload);
}

std::string message_bytes(std::uint16_t message_id, const std::string& token,
                          const net::CoapCall& call) {
  return Message(CoapType::kCon, static_cast<std::uint8_t>(call.method), message_id, token)
      .add_number(kObserve, call.observe)
      .add_each(kUriPath, call.path)
      .add_number(kContentFormat, call.format)
      .add_number(kAccept, call.accept)
      .add_block(kBlock1, call.block1)
      .add_number(kSize1, call.size1)
      .finish(call.payload);
}

std::string empty_message(CoapType type, std::uint16_t message_id) {
  return Message(type, 0, message_id, "").finish("");
}

std::string title_of(net::CoapMethod method, const std::vector<std::string>& path) {
  constexpr std::array<std::string_view, 8> kNames{"",       "GET",   "POST",  "PUT",
                                                   "DELETE", "FETCH", "PATCH", "iPATCH"};
  std::string title(kNames.at(static_cast<std::size_t>(method) % kNames.size()));
  title += path.empty() ? " /" : " ";
  for (const std::string& segment : path) title += "/" + segment;
  return title;
}

std::string title_of(std::uint8_t code) {
  return fmt::format("{}.{:02}", code >> 5U, code & 0x1FU);
}

}  // namespace linli::drivers::coap
