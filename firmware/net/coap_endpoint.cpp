#include "firmware/net/coap_endpoint.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "firmware/base/log.hpp"
#include "firmware/net/coap_dtls.hpp"
#include "firmware/net/coap_endpoint_body.hpp"

namespace linli::net {
namespace {

constexpr base::Duration kSweepEvery = std::chrono::seconds(1);

// A confirmable message is repeated after 1 to 1.5 s and, on DTLS, once more after 3 to 4.5 s: not
// the 45 s of RFC 7252 §4.8, because a command that arrives late is a door that opens late.
constexpr coap_fixed_point_t kAckTimeout{1, 0};
constexpr std::uint16_t kMaxRetransmit = 2;
// What is sent to an address that nobody has proved counts as amplification.
constexpr std::uint16_t kMaxRetransmitPlain = 1;
// With libcoap's NSTART of 1 a lost acknowledgement holds back the next message beyond its time.
// The caller bounds how many there are.
constexpr std::uint16_t kMaxOutstanding = 64;

std::string text_of(const coap_address_t& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* const bytes = address.addr.sa.sa_family == AF_INET
                                ? static_cast<const void*>(&address.addr.sin.sin_addr)
                                : static_cast<const void*>(&address.addr.sin6.sin6_addr);
  if (inet_ntop(address.addr.sa.sa_family, bytes, text.data(), text.size()) == nullptr) return "";
  // On an IPv6 socket an IPv4 peer is a mapped address.
  constexpr std::string_view kMapped = "::ffff:";
  std::string_view plain(text.data());
  if (plain.starts_with(kMapped) && plain.find('.') != std::string_view::npos)
    plain.remove_prefix(kMapped.size());
  return std::string(plain);
}

// RFC 7967 §2.1: bit n says that nobody waits for a reply of class n + 1.
bool is_unwanted(const CoapExchange& exchange, const CoapReply& reply) {
  const unsigned reply_class = static_cast<unsigned>(reply.code) >> 5U;
  return (exchange.no_response & (1U << (reply_class - 1))) != 0;
}

}  // namespace

// libcoap reads one datagram of a port at a time. Where one was, another is likely: that is cheaper
// to find out here than by way of the loop, which gets its turn again soon all the same.
void CoapEndpoint::Body::process() {
  constexpr int kMostInOneTurn = 32;
  int turns = 0;
  do {
    took_request = false;
    coap_io_process(context, COAP_IO_NO_WAIT);
  } while (took_request && ++turns < kMostInOneTurn);
}

// libcoap does not tell of an association that its peer has closed.
void CoapEndpoint::Body::sweep() {
  cut([this](const CoapSession& session) {
    return coap_session_get_state(session.raw) == COAP_SESSION_STATE_NONE ||
           loop.now() - session.used >= (session.identity.empty() ? kIdlePlain : kIdle);
  });
  timer = loop.after(kSweepEvery, [this] { sweep(); });
}

void CoapEndpoint::Body::on_request(coap_session_t* raw, const coap_pdu_t& pdu,
                                    coap_pdu_t& response) {
  took_request = true;
  CoapSession* session = session_of(raw);
  const bool is_plain = coap_session_get_proto(raw) == COAP_PROTO_UDP;
  if (session == nullptr && is_plain &&
      !events.admits(text_of(*coap_session_get_addr_remote(raw)))) {
    ++counts.strangers;
    return coap_pdu_set_code(&response, COAP_RESPONSE_CODE_UNAUTHORIZED);
  }
  // An empty non-confirmable message is what libcoap does not send: the reply is ours, when it is
  // time for it.
  coap_pdu_set_type(&response, COAP_MESSAGE_NON);
  if (session == nullptr && is_plain) session = &adopt(raw, "", kMaxRetransmitPlain);
  if (session == nullptr || session == &ended) return;
  session->used = loop.now();
  CoapRequest request = request_of(pdu);
  request.exchange.session = session->number;
  request.identity = session->identity;
  request.address = session->address;
  events.on_request(std::move(request));
}

// Of nobody that we know, it is passed over: a reset would go to an address that was never proved.
void CoapEndpoint::Body::on_answer(const coap_session_t* raw, const coap_pdu_t& pdu) {
  CoapSession* const session = session_of(raw);
  if (session == nullptr || session == &ended) return;
  session->used = loop.now();
  CoapAnswer answer = answer_of(pdu);
  answer.exchange.session = session->number;
  answer.identity = session->identity;
  answer.address = session->address;
  events.on_answer(answer);
}

const coap_bin_const_t* CoapEndpoint::Body::key_of(const coap_bin_const_t& identity) {
  const std::string name(reinterpret_cast<const char*>(identity.s), identity.length);
  const base::SecretText* const secret = name.empty() ? nullptr : events.key_of(name);
  if (secret == nullptr) {
    ++counts.unknown_identities;
    return nullptr;
  }
  key = {secret->reveal().size(), reinterpret_cast<const std::uint8_t*>(secret->reveal().data())};
  return &key;
}

void CoapEndpoint::Body::after_handshake(coap_session_t* raw) {
  const coap_bin_const_t* const psk = coap_session_get_psk_identity(raw);
  if (psk == nullptr || !is_acceptable(*raw))
    return coap_session_set_app_data(raw, &ended);  // it is not listened to
  std::string identity(reinterpret_cast<const char*>(psk->s), psk->length);
  ++counts.handshakes;
  CoapSession& session = adopt(raw, identity, kMaxRetransmit);
  session.on_hello = [this, number = session.number] { probe(number); };
  watch_hellos(*raw, session.on_hello);
  // The key may have been taken away since it was handed out.
  const base::SecretText* const secret = events.key_of(identity);
  const coap_bin_const_t* const used = coap_session_get_psk_key(raw);
  const bool is_current =
      secret != nullptr && used != nullptr &&
      secret->reveal() == std::string_view(reinterpret_cast<const char*>(used->s), used->length);
  if (!is_current)
    cut([number = session.number](const CoapSession& s) { return s.number == number; });
}

void CoapEndpoint::Body::before_delete(coap_session_t* raw) {
  if (session_of(raw) != nullptr) return;  // its end was told
  const coap_bin_const_t* const psk = coap_session_get_psk_identity(raw);
  if (psk == nullptr || coap_session_get_proto(raw) != COAP_PROTO_DTLS) return;
  if (coap_session_get_psk_key(raw) == nullptr) return;
  ++counts.wrong_keys;
  base::log::warn("coap", "a handshake with a wrong key",
                  {{"device", std::string_view(reinterpret_cast<const char*>(psk->s), psk->length)},
                   {"address", text_of(*coap_session_get_addr_remote(raw))}});
}

CoapSession& CoapEndpoint::Body::adopt(coap_session_t* raw, std::string identity,
                                       std::uint16_t retransmissions) {
  make_room(identity);
  const std::uint64_t number = next_session++;
  auto& session = sessions[number];
  session = std::make_unique<CoapSession>();
  session->number = number;
  session->raw = raw;
  session->identity = std::move(identity);
  session->address = text_of(*coap_session_get_addr_remote(raw));
  session->used = loop.now();
  coap_session_set_app_data(raw, session.get());
  coap_session_reference(raw);  // its end is ours to decide
  coap_session_set_max_retransmit(raw, retransmissions);
  coap_session_set_ack_timeout(raw, kAckTimeout);
  coap_session_set_nstart(raw, kMaxOutstanding);
  return *session;
}

// For one more association of `identity`, or one more peer without any.
void CoapEndpoint::Body::make_room(const std::string& identity) {
  const CoapSession* oldest = nullptr;
  const CoapSession* oldest_own = nullptr;
  std::size_t all = 0;
  std::size_t own = 0;
  const auto is_older = [](const CoapSession& a, const CoapSession* b) {
    return b == nullptr || a.used < b->used;
  };
  for (const auto& [number, session] : sessions) {
    if (session->identity.empty() != identity.empty()) continue;
    ++all;
    if (is_older(*session, oldest)) oldest = session.get();
    if (session->identity != identity) continue;
    ++own;
    if (is_older(*session, oldest_own)) oldest_own = session.get();
  }
  const std::size_t most = identity.empty() ? kMaxPlain : kMaxAssociations;
  const CoapSession* leaves = all >= most ? oldest : nullptr;
  if (!identity.empty() && own >= kMaxAssociationsOfIdentity) leaves = oldest_own;
  if (leaves == nullptr) return;
  ++counts.evicted;
  cut([number = leaves->number](const CoapSession& s) { return s.number == number; });
}

// A handshake from the address of an association: its device has started anew, or somebody would
// like us to think so. If it answers a ping it is still there (RFC 6347 §4.2.8 wants the old
// association kept until the new one is proved).
void CoapEndpoint::Body::probe(std::uint64_t number) {
  CoapSession* const session = find(number);
  if (session == nullptr || session->is_probed) return;
  session->is_probed = true;
  loop.post([this, number, living = std::weak_ptr(alive)] {
    if (living.expired()) return;
    CoapSession* const probed = find(number);
    if (probed == nullptr) return;
    probed->probe = coap_new_message_id(probed->raw);
    if (coap_pdu_t* const ping = make_ping(probed->probe); ping != nullptr)
      coap_send(probed->raw, ping);
  });
}

void CoapEndpoint::Body::on_nack(coap_session_t* raw, std::uint16_t message_id, bool refused) {
  CoapSession* const session = session_of(raw);
  if (session == nullptr || session == &ended) return;
  if (!session->is_probed || session->probe != message_id)
    return events.on_undelivered(session->number, message_id, refused);
  session->is_probed = false;
  if (!refused)
    cut([number = session->number](const CoapSession& s) { return s.number == number; });
}

// Never from inside of libcoap.
void CoapEndpoint::Body::end(std::uint64_t number) {
  const auto found = sessions.find(number);
  if (found == sessions.end()) return;
  const std::unique_ptr<CoapSession> session = std::move(found->second);
  sessions.erase(found);
  events.on_session_end(number);
  // A plain peer may begin again at any time; an association that has ended must not.
  const bool is_plain = session->identity.empty();
  coap_session_set_app_data(session->raw, is_plain ? nullptr : &ended);
  if (!is_plain) coap_session_disconnected(session->raw, COAP_NACK_NOT_DELIVERABLE);
  coap_session_release(session->raw);
}

// libcoap still reads a session's TLS state after it has called us: so never while it runs.
void CoapEndpoint::Body::cut(const std::function<bool(const CoapSession&)>& whom) {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, session] : sessions) {
    if (whom(*session)) numbers.push_back(number);
  }
  if (numbers.empty()) return;
  loop.post([this, numbers = std::move(numbers), living = std::weak_ptr(alive)] {
    if (living.expired()) return;
    for (const std::uint64_t number : numbers) end(number);
    process();
  });
}

CoapSession* CoapEndpoint::Body::find(std::uint64_t number) {
  const auto found = sessions.find(number);
  return found == sessions.end() ? nullptr : found->second.get();
}

bool CoapEndpoint::Body::send(std::uint64_t session, CoapType type, std::uint16_t message_id,
                              const std::string& token, const CoapReply& reply) {
  const CoapSession* const to = find(session);
  if (to == nullptr) return false;
  coap_pdu_t* const pdu =
      make_pdu(type, message_id, token, reply, coap_session_max_pdu_size(to->raw));
  return pdu != nullptr && coap_send(to->raw, pdu) != COAP_INVALID_MID;
}

std::optional<std::uint16_t> CoapEndpoint::Body::send_new(std::uint64_t session, CoapType type,
                                                          const std::string& token,
                                                          const CoapReply& reply) {
  const CoapSession* const to = find(session);
  if (to == nullptr) return std::nullopt;
  const std::uint16_t message_id = coap_new_message_id(to->raw);
  if (!send(session, type, message_id, token, reply)) return std::nullopt;
  return message_id;
}

CoapEndpoint::CoapEndpoint(std::unique_ptr<Body> body) : body_(std::move(body)) {}
CoapEndpoint::~CoapEndpoint() = default;

base::Result<std::unique_ptr<CoapEndpoint>> CoapEndpoint::open(base::Loop& loop,
                                                               const CoapEndpointOptions& options,
                                                               CoapEndpointEvents events) {
  auto body = std::make_unique<Body>(loop, std::move(events));
  if (auto opened = body->open(options); !opened) return base::failure_of(std::move(opened));
  return std::unique_ptr<CoapEndpoint>(new CoapEndpoint(std::move(body)));
}

void CoapEndpoint::reply(const CoapExchange& exchange, const CoapReply& reply) {
  if (is_unwanted(exchange, reply)) return acknowledge(exchange);
  if (exchange.confirmable) {
    body_->send(exchange.session, CoapType::kAcknowledgement, exchange.message_id, exchange.token,
                reply);
  } else {
    body_->send_new(exchange.session, CoapType::kNonConfirmable, exchange.token, reply);
  }
}

void CoapEndpoint::acknowledge(const CoapExchange& exchange) {
  const CoapSession* const session = body_->find(exchange.session);
  if (session == nullptr || !exchange.confirmable) return;
  if (coap_pdu_t* const ack = make_empty_ack(exchange.message_id); ack != nullptr)
    coap_send(session->raw, ack);
}

void CoapEndpoint::reply_separately(const CoapExchange& exchange, const CoapReply& reply) {
  if (is_unwanted(exchange, reply)) return;
  body_->send_new(exchange.session,
                  exchange.confirmable ? CoapType::kConfirmable : CoapType::kNonConfirmable,
                  exchange.token, reply);
}

std::optional<std::uint16_t> CoapEndpoint::notify(std::uint64_t session, const std::string& token,
                                                  const CoapReply& reply) {
  return body_->send_new(session, CoapType::kConfirmable, token, reply);
}

std::optional<std::uint16_t> CoapEndpoint::call(std::uint64_t session, const std::string& token,
                                                const CoapCall& call) {
  const CoapSession* const to = body_->find(session);
  if (to == nullptr) return std::nullopt;
  const std::uint16_t message_id = coap_new_message_id(to->raw);
  coap_pdu_t* const pdu = make_call(message_id, token, call, coap_session_max_pdu_size(to->raw));
  if (pdu == nullptr || coap_send(to->raw, pdu) == COAP_INVALID_MID) return std::nullopt;
  return message_id;
}

void CoapEndpoint::reset(const CoapExchange& exchange) {
  const CoapSession* const session = body_->find(exchange.session);
  if (session == nullptr) return;
  if (coap_pdu_t* const reset = make_reset(exchange.message_id); reset != nullptr)
    coap_send(session->raw, reset);
}

void CoapEndpoint::cut(const std::string& identity) {
  body_->cut([&identity](const CoapSession& session) { return session.identity == identity; });
}

std::size_t CoapEndpoint::associations() const {
  return static_cast<std::size_t>(
      std::count_if(body_->sessions.begin(), body_->sessions.end(),
                    [](const auto& entry) { return !entry.second->identity.empty(); }));
}

const CoapEndpointCounts& CoapEndpoint::counts() const {
  return body_->counts;
}

}  // namespace linli::net
