#pragma once

#include "firmware/net/coap_message.hpp"
#include "firmware/net/coap_requester.hpp"

struct coap_pdu_t;

// libcoap's messages and our values, for net::CoapEndpoint and net::CoapClient alone.
namespace linli::net {

enum class CoapType : std::uint8_t { kConfirmable = 0, kNonConfirmable = 1, kAcknowledgement = 2 };

// All but session, identity and address. Options of a length that they cannot have, and conditions
// (If-Match, If-None-Match), are bad ones.
CoapRequest request_of(const coap_pdu_t& pdu);
// The same for an answer; an option that cannot be read is taken for absent.
CoapAnswer answer_of(const coap_pdu_t& pdu);

// A message for coap_send(), which takes it over; nullptr if it does not fit `max_bytes` or there
// is no memory.
coap_pdu_t* make_pdu(CoapType type, std::uint16_t message_id, const std::string& token,
                     const CoapReply& reply, std::size_t max_bytes);
// The same for a confirmable request.
coap_pdu_t* make_call(std::uint16_t message_id, const std::string& token, const CoapCall& call,
                      std::size_t max_bytes);
// What came back to a client. Options of a length that they cannot have are not there.
CoapResponse response_of(const coap_pdu_t& pdu);
// Empty messages: a refusal, an acknowledgement, and what its receiver answers with a reset (RFC
// 7252 §4.3).
coap_pdu_t* make_reset(std::uint16_t message_id);
coap_pdu_t* make_empty_ack(std::uint16_t message_id);
coap_pdu_t* make_ping(std::uint16_t message_id);

}  // namespace linli::net
