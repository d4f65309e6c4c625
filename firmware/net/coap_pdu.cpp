#include "firmware/net/coap_pdu.hpp"

#include <coap3/coap.h>

#include <array>
#include <string_view>
#include <utility>

namespace linli::net {
namespace {

constexpr std::size_t kHeaderBytes = 4;
constexpr std::uint16_t kNoResponse = 258;  // RFC 7967

struct Option {
  std::uint16_t number = 0;
  std::string_view value;
};

// nullopt, and `is_bad` set, if the option is longer than it may be.
std::optional<std::uint32_t> number_of(const Option& option, std::size_t max_bytes, bool& is_bad) {
  if (option.value.size() > max_bytes) {
    is_bad = true;
    return std::nullopt;
  }
  std::uint32_t number = 0;
  for (const char byte : option.value) number = (number << 8U) | static_cast<unsigned char>(byte);
  return number;
}

// RFC 7959 §2.2: NUM (4, 12 or 20 bits), M (1 bit), SZX (3 bits)
std::optional<CoapBlock> block_of(const Option& option, bool& is_bad) {
  const auto number = number_of(option, 3, is_bad);
  if (!number) return std::nullopt;
  return CoapBlock{*number >> 4U, (*number & 8U) != 0, static_cast<std::uint8_t>(*number & 7U)};
}

std::optional<std::uint16_t> format_of(const Option& option, bool& is_bad) {
  const auto number = number_of(option, 2, is_bad);
  if (!number) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

void take_option(const Option& option, CoapRequest& request) {
  bool& is_bad = request.has_bad_option;
  switch (option.number) {
    case COAP_OPTION_URI_PATH:
      request.path.emplace_back(option.value);
      return;
    case COAP_OPTION_URI_QUERY:
      request.query.emplace_back(option.value);
      return;
    case COAP_OPTION_OBSERVE:
      request.observe = number_of(option, 3, is_bad);
      return;
    case COAP_OPTION_CONTENT_FORMAT:
      request.content_format = format_of(option, is_bad);
      return;
    case COAP_OPTION_ACCEPT:
      request.accept = format_of(option, is_bad);
      return;
    case COAP_OPTION_BLOCK1:
      request.block1 = block_of(option, is_bad);
      return;
    case COAP_OPTION_BLOCK2:
      request.block2 = block_of(option, is_bad);
      return;
    case COAP_OPTION_SIZE1:
      request.size1 = number_of(option, 4, is_bad);
      return;
    case kNoResponse:
      request.exchange.no_response =
          static_cast<std::uint8_t>(number_of(option, 1, is_bad).value_or(0));
      return;
    case COAP_OPTION_IF_MATCH:
    case COAP_OPTION_IF_NONE_MATCH:
      request.has_bad_option = true;
      return;
    default:
      return;  // elective, or the host and port that we are
  }
}

// Options of libcoap must be added in the order of their numbers.
class Writer {
 public:
  explicit Writer(coap_pdu_t* pdu) : pdu_(pdu) {}

  void bytes(std::uint16_t option, const std::string& value) {
    // Every option of ours has a length, so 0 is a failure.
    ok_ = ok_ && coap_add_option(pdu_, option, value.size(),
                                 reinterpret_cast<const std::uint8_t*>(value.data())) > 0;
  }
  void number(std::uint16_t option, std::uint32_t value) {
    std::array<std::uint8_t, 4> buffer{};
    const unsigned length = coap_encode_var_safe(buffer.data(), buffer.size(), value);
    ok_ = ok_ && coap_add_option(pdu_, option, length, buffer.data()) > 0;
  }
  void block(std::uint16_t option, const CoapBlock& block) {
    number(option, (block.number << 4U) | (block.more ? 8U : 0U) | block.szx);
  }
  void path(std::uint16_t option, const std::vector<std::string>& segments) {
    for (const std::string& segment : segments) bytes(option, segment);
  }
  void data(const std::string& payload) {
    if (payload.empty()) return;
    ok_ = ok_ && coap_add_data(pdu_, payload.size(),
                               reinterpret_cast<const std::uint8_t*>(payload.data())) > 0;
  }
  bool ok() const { return ok_; }

 private:
  coap_pdu_t* pdu_;
  bool ok_ = true;
};

// In the order of the options' numbers.
void write(const CoapReply& reply, Writer& out) {
  if (!reply.etag.empty()) out.bytes(COAP_OPTION_ETAG, reply.etag);
  if (reply.observe) out.number(COAP_OPTION_OBSERVE, *reply.observe);
  out.path(COAP_OPTION_LOCATION_PATH, reply.location);
  if (reply.format)
    out.number(COAP_OPTION_CONTENT_FORMAT, static_cast<std::uint16_t>(*reply.format));
  if (reply.max_age_s) out.number(COAP_OPTION_MAXAGE, *reply.max_age_s);
  if (reply.block2) out.block(COAP_OPTION_BLOCK2, *reply.block2);
  if (reply.block1) out.block(COAP_OPTION_BLOCK1, *reply.block1);
  if (reply.size2) out.number(COAP_OPTION_SIZE2, *reply.size2);
  if (reply.size1) out.number(COAP_OPTION_SIZE1, *reply.size1);
  out.data(reply.payload);
}

void write(const CoapCall& call, Writer& out) {
  if (call.observe) out.number(COAP_OPTION_OBSERVE, *call.observe);
  out.path(COAP_OPTION_URI_PATH, call.path);
  if (call.format) out.number(COAP_OPTION_CONTENT_FORMAT, static_cast<std::uint16_t>(*call.format));
  if (call.accept) out.number(COAP_OPTION_ACCEPT, static_cast<std::uint16_t>(*call.accept));
  if (call.block1) out.block(COAP_OPTION_BLOCK1, *call.block1);
  if (call.size1) out.number(COAP_OPTION_SIZE1, *call.size1);
  out.data(call.payload);
}

// nullptr, and nothing left, if it does not fit.
template <class Message>
coap_pdu_t* filled(coap_pdu_t* pdu, const std::string& token, const Message& message) {
  if (pdu == nullptr) return nullptr;
  Writer out(pdu);
  if (coap_add_token(pdu, token.size(), reinterpret_cast<const std::uint8_t*>(token.data())) != 0) {
    write(message, out);
    if (out.ok()) return pdu;
  }
  coap_delete_pdu(pdu);
  return nullptr;
}

void take_option(const Option& option, CoapResponse& response) {
  bool unasked = false;  // whether one is bad
  if (option.number == COAP_OPTION_OBSERVE) response.observe = number_of(option, 3, unasked);
  if (option.number == COAP_OPTION_MAXAGE) response.max_age_s = number_of(option, 4, unasked);
  if (option.number == COAP_OPTION_BLOCK1) response.block1 = block_of(option, unasked);
  if (option.number == COAP_OPTION_BLOCK2) response.block2 = block_of(option, unasked);
}

// Calls `take` for each option; the bytes of them all, at least.
template <class Take>
std::size_t for_each_option(const coap_pdu_t& pdu, Take take) {
  std::size_t bytes = 0;
  coap_opt_iterator_t options;
  coap_option_iterator_init(&pdu, &options, COAP_OPT_ALL);
  while (const coap_opt_t* option = coap_option_next(&options)) {
    const std::string_view value(reinterpret_cast<const char*>(coap_opt_value(option)),
                                 coap_opt_length(option));
    bytes += 1 + value.size();  // an option's header is one byte or more
    take(Option{options.number, value});
  }
  return bytes;
}

std::string token_of(const coap_pdu_t& pdu) {
  const coap_bin_const_t token = coap_pdu_get_token(&pdu);
  return {reinterpret_cast<const char*>(token.s), token.length};
}

std::string payload_of(const coap_pdu_t& pdu) {
  std::size_t length = 0;
  const std::uint8_t* data = nullptr;
  if (coap_get_data(&pdu, &length, &data) == 0) return "";
  return {reinterpret_cast<const char*>(data), length};
}

}  // namespace

CoapRequest request_of(const coap_pdu_t& pdu) {
  CoapRequest request;
  request.exchange.message_id = static_cast<std::uint16_t>(coap_pdu_get_mid(&pdu));
  request.exchange.confirmable = coap_pdu_get_type(&pdu) == COAP_MESSAGE_CON;
  request.exchange.token = token_of(pdu);
  request.method = static_cast<CoapMethod>(coap_pdu_get_code(&pdu));
  request.bytes = kHeaderBytes + request.exchange.token.size();
  request.bytes +=
      for_each_option(pdu, [&request](const Option& option) { take_option(option, request); });
  request.payload = payload_of(pdu);
  if (!request.payload.empty()) request.bytes += 1 + request.payload.size();
  return request;
}

CoapResponse response_of(const coap_pdu_t& pdu) {
  CoapResponse response;
  response.code = static_cast<CoapCode>(coap_pdu_get_code(&pdu));
  response.token = token_of(pdu);
  for_each_option(pdu, [&response](const Option& option) { take_option(option, response); });
  response.payload = payload_of(pdu);
  return response;
}

CoapAnswer answer_of(const coap_pdu_t& pdu) {
  CoapRequest read = request_of(pdu);
  CoapAnswer answer;
  answer.exchange = std::move(read.exchange);
  answer.is_piggybacked = coap_pdu_get_type(&pdu) == COAP_MESSAGE_ACK;
  answer.code = static_cast<std::uint8_t>(coap_pdu_get_code(&pdu));
  answer.observe = read.observe;
  answer.block2 = read.block2;
  answer.content_format = read.content_format;
  answer.payload = std::move(read.payload);
  return answer;
}

coap_pdu_t* make_pdu(CoapType type, std::uint16_t message_id, const std::string& token,
                     const CoapReply& reply, std::size_t max_bytes) {
  return filled(coap_pdu_init(static_cast<coap_pdu_type_t>(type),
                              static_cast<coap_pdu_code_t>(reply.code), message_id, max_bytes),
                token, reply);
}

coap_pdu_t* make_call(std::uint16_t message_id, const std::string& token, const CoapCall& call,
                      std::size_t max_bytes) {
  return filled(coap_pdu_init(COAP_MESSAGE_CON, static_cast<coap_pdu_code_t>(call.method),
                              message_id, max_bytes),
                token, call);
}

coap_pdu_t* make_reset(std::uint16_t message_id) {
  return coap_pdu_init(COAP_MESSAGE_RST, COAP_EMPTY_CODE, message_id, 0);
}

coap_pdu_t* make_empty_ack(std::uint16_t message_id) {
  return coap_pdu_init(COAP_MESSAGE_ACK, COAP_EMPTY_CODE, message_id, 0);
}

coap_pdu_t* make_ping(std::uint16_t message_id) {
  return coap_pdu_init(COAP_MESSAGE_CON, COAP_EMPTY_CODE, message_id, 0);
}

}  // namespace linli::net
